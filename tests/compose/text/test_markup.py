"""Markdown in, good HTML and good plain text out."""

import re
from html.parser import HTMLParser

import pytest

from mailer.compose.text.markup import links_in, to_html, to_text


def html_of(body: str) -> str:
    return to_html(body, lambda url: f"https://counted.example/{len(url)}")


def test_bold_bullets_and_links_become_html() -> None:
    html = html_of("**Now**\n\n- one\n- [two](https://a.example)\n")
    assert "<strong>Now</strong>" in html
    assert "<li>one</li>" in html
    assert 'href="https://counted.example/17"' in html


def test_a_paragraph_is_one_line_of_text() -> None:
    assert to_text("first\nsecond **third**\n\nfourth") == "first second third\n\nfourth"


def test_a_hard_break_stays_in_both() -> None:
    assert to_text("first  \nsecond") == "first\nsecond"
    assert "first<br>" in html_of("first  \nsecond")


def test_lists_keep_their_marks_and_depth() -> None:
    body = "1. one\n2. two\n   - a\n   - b\n3. three"
    assert to_text(body) == "1. one\n2. two\n   - a\n   - b\n3. three"


def test_a_loose_list_keeps_its_paragraphs() -> None:
    assert to_text("- one\n\n  more\n\n- two") == "- one\n\n  more\n\n- two"


def test_a_list_may_begin_with_any_number() -> None:
    assert to_text("7. seven\n8. eight") == "7. seven\n8. eight"
    assert '<ol start="7">' in html_of("7. seven\n8. eight")


def test_a_quotation_is_marked() -> None:
    assert to_text("> said\n> she") == "> said she"


def test_a_table_is_one_line_per_row() -> None:
    body = "| Day | Time |\n|---|--:|\n| Monday | 9.30 |\n| Tuesday | |"
    assert to_text(body) == "Day: Monday; Time: 9.30\nDay: Tuesday"
    assert '<th scope="col" align="right">Time</th>' in html_of(body)


def test_a_table_without_rows_is_its_heading() -> None:
    assert to_text("| Day | Time |\n|---|---|") == "Day; Time"


def test_code_and_rules_have_a_plain_form() -> None:
    assert to_text("one\n\n---\n\n```\na  b\n```") == "one\n\na  b"


def test_headings_follow_the_title_without_a_gap() -> None:
    html = html_of("# One\n\n#### Two\n\n# Three")
    assert re.findall(r"<(h\d)>", html) == ["h2", "h3", "h2"]
    assert to_text("# One\n\ntext") == "One\n\ntext"


def test_where_a_link_leads_is_written_out() -> None:
    assert to_text("See [the code](https://a.example/x).") == "See the code <https://a.example/x>."


def test_a_link_that_says_where_it_leads_is_not_written_twice() -> None:
    body = "<https://a.example> www.b.example [Mail](mailto:m@a.example) <m@a.example>"
    assert to_text(body) == "https://a.example www.b.example Mail <m@a.example> m@a.example"


def test_an_address_in_a_text_to_the_left_is_kept_from_turning_round() -> None:
    written = to_text("[نص](https://a.example)", direction="rtl")
    assert written == "نص \u2066<https://a.example>\u2069"


@pytest.mark.parametrize(
    ("typed", "shown", "target"),
    [
        ("go to www.coe.int/cybercrime and", "www.coe.int/cybercrime", None),
        ("(www.coe.int/t/default_EN.asp).", "www.coe.int/t/default_EN.asp", None),
        ("https://a.example/x_(y), then", "https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("http://a.example/?a=1&b=2!", "http://a.example/?a=1&amp;b=2", None),
        ("«www.a.example»", "www.a.example", None),
    ],
)
def test_a_typed_address_becomes_a_link(typed: str, shown: str, target: str | None) -> None:
    html = html_of(typed)
    href = target or (shown if shown.startswith("http") else f"https://{shown}")
    assert f'<a href="{href}" dir="ltr" rel="noopener">{shown}</a>' in html
    assert to_text(typed) == typed


@pytest.mark.parametrize("text", ["a.example", "me@www.example", "1.2.3", "awww.example", "e.g."])
def test_what_only_resembles_an_address_stays_text(text: str) -> None:
    assert "<a " not in html_of(text)


@pytest.mark.parametrize(
    "body",
    [
        "[www.a.example](https://a.example)",
        "[https://a.example/x](https://b.example)",
        "[a.example](https://a.example)",
        "[our site www.a.example](https://b.example)",
        "https://a.example",
        "[write](mailto:m@a.example)",
        "[call](tel:+352990000)",
    ],
)
def test_a_link_that_shows_an_address_is_never_counted(body: str) -> None:
    assert links_in(body) == []
    assert "counted.example" not in html_of(body)


def test_links_are_numbered_in_order_of_first_appearance() -> None:
    body = "[b](https://b.example) [a](https://a.example)\n\n- [b again](https://b.example)"
    assert links_in(body) == ["https://b.example", "https://a.example"]


@pytest.mark.parametrize("target", ["#", "", "/relative", "page.html", "ftp://a.example"])
def test_a_link_that_leads_nowhere_is_its_words(target: str) -> None:
    body = f"the [Convention on **cybercrime**]({target}) of"
    assert html_of(body) == "<p>the Convention on <strong>cybercrime</strong> of</p>\n"
    assert to_text(body) == "the Convention on cybercrime of"


def test_a_picture_is_a_link_to_it() -> None:
    body = "![The port](https://a.example/p.jpg) [![inside](https://a.example/q.jpg)](https://b.example)"
    assert "<img" not in html_of(body)
    assert to_text(body) == "The port <https://a.example/p.jpg> inside <https://b.example>"


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="https://a.example" onclick="x()">y</a>',
        "<style>p{display:none}</style>",
    ],
)
def test_nothing_that_runs_or_hides_gets_through(body: str) -> None:
    read = _Tags(html_of(body))
    assert not {"script", "img", "style"} & read.tags
    assert not any(name.startswith("on") for name in read.attributes)
    assert read.targets <= {"https://a.example"}


def test_template_signs_in_a_text_are_text() -> None:
    assert "{{ office.name }}" in html_of("{{ office.name }}")


def test_the_dateline_opens_the_first_paragraph() -> None:
    line = "Luxembourg, 23 November 2026 –"
    assert to_text("Twelve\n\nmore", dateline=line) == f"{line} Twelve\n\nmore"
    assert f"<p>{line} Twelve</p>" in to_html("Twelve", str, dateline=line)


def test_the_dateline_stands_alone_above_a_list() -> None:
    assert to_text("- one", dateline="Luxembourg –") == "Luxembourg –\n\n- one"
    assert to_text("", dateline="Luxembourg –") == "Luxembourg –"


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.targets.update(value or "" for name, value in attrs if name == "href")
