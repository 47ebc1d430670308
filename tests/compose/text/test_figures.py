"""Pictures: figures with all that is said about them, and links where they cannot be shown."""

import re

import pytest

from mailer.compose.text.figures import Picture
from mailer.compose.text.markup import links_in, to_html, to_text

QUAY = Picture(
    name="quay 1.jpg",
    href="https://press.example.org/files/1",
    alt="Four people on a quay",
    caption="The signing.",
    credit="Photo: A & B",
    rights="Free until 2027.",
    width=2400,
    height=1600,
)
PICTURES = {"quay 1.jpg": QUAY, "nothing.jpg": Picture("nothing.jpg", "https://a.example/n")}


def html_of(body: str) -> str:
    return to_html(body, lambda url: f"{url}/counted", pictures=PICTURES)


def test_a_picture_on_its_own_line_is_a_figure_with_all_that_is_said_about_it() -> None:
    html = html_of("Before.\n\n![](<quay 1.jpg>)\n\nAfter.")
    assert re.search(
        r'<figure><a href="https://press.example.org/files/1"[^>]*>'
        r'<img src="https://press.example.org/files/1" alt="Four people on a quay" width="544"'
        r' height="363"></a><figcaption>The signing\.<br><bdi>Photo: A &amp; B</bdi> – '
        r"<bdi>Free until 2027\.</bdi></figcaption></figure>",
        html,
    )
    assert "counted" not in html


def test_the_text_part_says_the_same_about_it_and_where_it_is() -> None:
    text = to_text("![](<quay 1.jpg>)", pictures=PICTURES)
    assert text == (
        "[Four people on a quay – The signing. – Photo: A & B – Free until 2027."
        " <https://press.example.org/files/1>]"
    )


def test_the_words_of_the_manuscript_come_before_those_of_the_file() -> None:
    text = to_text('![Firma ved kajen](<quay 1.jpg> "Underskriften")', pictures=PICTURES)
    assert text.startswith("[Firma ved kajen – Underskriften – Photo: A & B –")


def test_a_picture_from_elsewhere_needs_no_file() -> None:
    body = '![The port](https://a.example/p.jpg "At dawn")'
    assert '<img src="https://a.example/p.jpg" alt="The port"' in html_of(body)
    assert "<figcaption>At dawn</figcaption>" in html_of(body)
    assert to_text(body) == "[The port – At dawn <https://a.example/p.jpg>]"


def test_what_is_said_twice_is_written_once() -> None:
    assert to_text('![Dawn](https://a.example/p "Dawn")') == "[Dawn <https://a.example/p>]"


def test_pictures_on_lines_below_each_other_are_figures() -> None:
    html = html_of("![a](https://a.example/1)\n![b](https://a.example/2)")
    assert html.count("<figure>") == 2
    assert "<p>" not in html


def test_a_picture_that_says_nothing_has_an_empty_alt_and_is_no_link() -> None:
    html = html_of("![](nothing.jpg)")
    assert html == '<figure><img src="https://a.example/n" alt="" width="544"></figure>\n'
    assert to_text("![](nothing.jpg)", pictures=PICTURES) == "[<https://a.example/n>]"


def test_a_small_picture_keeps_its_width_and_the_small_rendition_is_shown() -> None:
    small = Picture(
        "s", "https://a.example/s", "Logo", width=90, height=30, small_href="https://a.example/t"
    )
    html = to_html("![](s)", str, pictures={"s": small})
    assert '<img src="https://a.example/t" alt="Logo" width="90" height="30">' in html
    assert '<a href="https://a.example/s"' in html


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("See ![the port](https://a.example/p) now.", "See the port <https://a.example/p> now."),
        (
            "See ![](<quay 1.jpg>).",
            "See Four people on a quay <https://press.example.org/files/1>.",
        ),
        ("![The port](http://a.example/p)", "The port <http://a.example/p>"),
        ("![The port](unknown.jpg)", "The port"),
        ("![a](https://a.example/1) and ![b](x)", "a <https://a.example/1> and b"),
    ],
)
def test_all_other_pictures_are_links_or_words(body: str, text: str) -> None:
    assert "<img" not in html_of(body)
    assert to_text(body, pictures=PICTURES) == text


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "data:image/png;base64,AAAA", "//a.example/p"]
)
def test_nothing_but_a_secure_address_is_loaded(source: str) -> None:
    assert "<img" not in html_of(f"![x]({source})")


def test_words_about_a_picture_are_never_markup() -> None:
    evil = Picture(
        "e", 'https://a.example/"x', alt='"><b>', caption="<i>", credit="<u>", rights="&"
    )
    html = to_html("![](e)", str, pictures={"e": evil})
    assert not re.search(r"<(b|i|u)>", html)
    assert "&lt;i&gt;<br><bdi>&lt;u&gt;</bdi> – <bdi>&amp;</bdi>" in html


def test_the_dateline_opens_the_paragraph_below_a_picture() -> None:
    body = "![The port](https://a.example/p)\n\nTwelve harbours."
    assert to_text(body, dateline="L –").endswith("\n\nL – Twelve harbours.")
    assert "<p>L – Twelve harbours.</p>" in to_html(body, str, dateline="L –")


def test_in_a_text_to_the_left_each_saying_keeps_its_own_direction() -> None:
    text = to_text("![ميناء](https://a.example/p)", direction="rtl")
    assert text == "[\u2068ميناء\u2069 \u2066<https://a.example/p>\u2069]"


def test_pictures_are_no_links_to_count() -> None:
    body = "![a](https://a.example/p)\n\n[b](https://b.example)"
    assert links_in(body) == ["https://b.example"]
