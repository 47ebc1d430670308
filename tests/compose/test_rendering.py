"""The words of a message: the same facts in both parts, marked for whoever reads them."""

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup
from sqlmodel import SQLModel

from mailer.compose import rendering
from mailer.compose.covers.cover import NOT_BEFORE, make_cover
from mailer.compose.message import compose
from mailer.compose.printing.document import document_of
from mailer.compose.rendering import render
from mailer.compose.text.edition import dateline
from mailer.compose.tracking import links_of
from mailer.languages import catalog, cover_languages, direction
from mailer.models import ReleaseKind, TrackingMode
from mailer.settings import TEMPLATES

LONG_LIMIT = 102_000
UNTIL = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
VOID = {"meta", "img", "br", "hr"}


class Page(HTMLParser):
    """What a reader of an HTML part meets: elements with their attributes, and the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"head", "style"} & set(self._open):
            self.words += words_of(data)

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def words_of(text: str) -> list[str]:
    """The words of a text, without signs and invisible marks."""
    return re.findall(r"\w+", text)


def parity(html: str, text: str) -> float:
    """How many of the words that the HTML shows are in the text (standards B-1)."""
    shown, written = Page(html).words, set(words_of(text))
    return sum(word in written for word in shown) / len(shown)


@pytest.mark.parametrize("language", cover_languages())
def test_every_cover_renders_with_the_same_facts_in_both_parts(
    make_letter: Any, language: str
) -> None:
    for edition in ("en", "ar"):
        rendered = render(make_letter(language, edition, pages=2))
        assert parity(rendered.html, rendered.text) == 1
        assert not re.search(r"\{|\}|None|Undefined", rendered.text)
        assert len(rendered.html.encode()) < LONG_LIMIT


@pytest.mark.parametrize("kind", list(ReleaseKind))
def test_every_kind_renders_with_the_same_facts_in_both_parts(
    make_letter: Any, kind: ReleaseKind
) -> None:
    given = {"kind": kind, "embargo_until": UNTIL}
    rendered = render(make_letter(release=given, tracking=TrackingMode.INDIVIDUAL))
    assert parity(rendered.html, rendered.text) == 1


def test_the_text_part_holds_every_address_in_full(make_letter: Any) -> None:
    letter = make_letter(tracking=TrackingMode.INDIVIDUAL)
    text, links = render(letter).text, links_of(letter)
    for url in (links.view_url, links.unsubscribe_url, links.stop_measuring_url):
        assert url in text.split()
    assert "<https://harbour.example/code>" in text
    assert "1 Quai des Exemples, L-0000 Luxembourg" in text


def test_the_text_part_reads_like_the_seed(shared: Path, make_letter: Any) -> None:
    body = (shared / "data/seed/en.md").read_text(encoding="utf-8").split("---", 2)[2]
    seed = (shared / "data/seed_release.txt").read_text(encoding="utf-8")
    title = (
        "Council of Europe steps up international co-operation in the fight against cybercrime"
        " (Strasbourg, 11-12 June 2007)"
    )
    letter = make_letter(
        "da",
        "en",
        pages=1,
        texts={"en": (title, "Strasbourg", body)},
        release={"dated_on": datetime(2007, 6, 4, tzinfo=UTC).date()},
        office={
            "name": "Council of Europe Press Division",
            "names": {},
            "phone": "+33 3 88 41 25 60",
            "fax": "+33 3 88 41 39 11",
            "email": "pressunit@coe.int",
            "website": "www.coe.int",
            "prints_reference": False,
        },
        contact={
            "name": "Estelle Steiner",
            "phone": "+33 (0)3 88 41 33 35",
            "mobile": "+33 (0)6 08 46 01 57",
            "email": "estelle.steiner@coe.int",
        },
    )
    # What differs on purpose: localised labels, the date as a word, and Markdown's signs.
    expected = re.sub(r"\*\*|\[|\]\(#\)|\]", "", seed)
    for was, now in (
        ("Phone:", "Telefon:"),
        ("04.06.2007", "4 June 2007"),
        ("Press contact:", "Pressekontakt:"),
        ("Tel. +33", "Telefon: +33"),
        ("mobile +33", "Mobil: +33"),
        (", estelle", ", E-mail: estelle"),
    ):
        expected = expected.replace(was, now)
    assert render(letter).text.startswith(expected.strip() + "\n\nDu modtager denne e-mail")


def test_both_parts_say_in_which_language_they_are(make_letter: Any) -> None:
    page = Page(render(make_letter("ar", "en")).html)
    (html,) = page.all("html")
    assert (html["lang"], html["dir"]) == ("ar", "rtl")
    marked = [(one["lang"], one["dir"]) for one in page.all("div") if "lang" in one]
    assert marked == [("ar", "rtl"), ("en", "ltr")]


def test_an_arabic_edition_runs_to_the_left_under_a_danish_cover(make_letter: Any) -> None:
    page = Page(render(make_letter("da", "ar")).html)
    marked = [(one["lang"], one["dir"]) for one in page.all("div") if "lang" in one]
    assert marked == [("da", "ltr"), ("ar", "rtl")]


@pytest.mark.parametrize("language", ["ar", "he"])
def test_latin_names_and_numbers_are_isolated(make_letter: Any, language: str) -> None:
    html = render(make_letter(language, "ar")).html
    assert '<bdi dir="ltr">+352 99 00 00 10</bdi>' in html
    assert '<bdi dir="ltr">anna.keller@harbour.example</bdi>' in html
    assert "<bdi>Anna Keller</bdi>" in html


def test_the_title_is_the_only_first_heading(make_letter: Any) -> None:
    letter = make_letter(texts={"en": ("Title", "Luxembourg", "# One\n\n## Two\n\ntext")})
    levels = [tag for tag, _ in Page(render(letter).html).elements if re.fullmatch(r"h\d", tag)]
    assert levels == ["h1", "h2", "h3", "h2"]


def test_the_kicker_is_the_first_thing_that_an_inbox_shows(make_letter: Any) -> None:
    page = Page(render(make_letter("da")).html)
    assert page.words[:3] == ["Pressemeddelelse", "til", "redaktionen"]
    assert page.words.count("Pressemeddelelse") == 1
    assert not any("display:none" in one.get("style", "") for _, one in page.elements)


def test_links_are_underlined_and_have_words(make_letter: Any) -> None:
    for link in Page(render(make_letter()).html).all("a"):
        assert "text-decoration: underline" in link["style"]
        assert link["href"].startswith(("https://", "mailto:", "tel:"))


def test_nothing_is_loaded_from_elsewhere(make_letter: Any) -> None:
    page = Page(render(make_letter()).html)
    assert not page.all("img", "link", "script", "iframe")
    assert "url(" not in str(page.elements)


@pytest.mark.parametrize("mode", [TrackingMode.AGGREGATE, TrackingMode.INDIVIDUAL])
def test_the_pixel_is_last_and_says_nothing(make_letter: Any, mode: TrackingMode) -> None:
    letter = make_letter(tracking=mode)
    rendered = render(letter)
    page = Page(rendered.html)
    tag, pixel = page.elements[-1]
    assert tag == "img"
    assert (pixel["src"], pixel["alt"]) == (links_of(letter).pixel_url, "")
    assert (pixel["width"], pixel["height"]) == ("1", "1")
    assert "/o/" not in rendered.text


def test_links_are_counted_in_html_only(make_letter: Any) -> None:
    letter = make_letter(tracking=TrackingMode.AGGREGATE)
    rendered, links = render(letter), links_of(letter)
    hrefs = [link["href"] for link in Page(rendered.html).all("a")]
    assert links.href("https://harbour.example/code") in hrefs
    assert "https://www.harbour.example/code_of_conduct" in hrefs
    assert "/c/" not in rendered.text
    assert sum("/c/" in href for href in hrefs) == 2


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_at_its_instant_nothing_speaks_of_an_embargo_any_more(
    make_letter: Any, seconds: int
) -> None:
    at = UNTIL + timedelta(seconds=seconds)
    given: Any = {"office": {"says_immediate": True}, "release": {"embargo_until": UNTIL}}
    letter = make_letter("en", at=at, **given)
    free = make_letter("en", at=at, office={"says_immediate": True})
    said, data = render(letter), compose(letter).data
    for words in (said.text, said.html):
        assert ("EMBARGO" in words) is (seconds < 0)
        assert ("For immediate release" in words) is (seconds >= 0)
    assert (b"X-Embargo-Until" in data) is (seconds < 0)
    assert (said == render(free)) is (seconds >= 0)
    assert (document_of(letter) == document_of(free)) is (seconds >= 0)


@pytest.mark.parametrize("language", cover_languages())
def test_without_an_embargo_nothing_speaks_of_one(make_letter: Any, language: str) -> None:
    plain = render(make_letter(language))
    assert "embarg" not in (plain.html + plain.text).casefold()
    line = make_cover(make_letter(language, release={"embargo_until": UNTIL})).embargo_line
    held = render(make_letter(language, release={"embargo_until": UNTIL}))
    assert line in held.text
    assert line in unescape(held.html)
    # Nor with the word of the language itself.
    said = catalog(language).pgettext("cover", NOT_BEFORE)
    words = words_of(said.replace("{datetime}", "").casefold())
    assert max(words, key=len) not in plain.text.casefold()


def test_the_dateline_is_in_the_language_of_the_edition(make_letter: Any) -> None:
    assert dateline(make_letter("da", "en")) == "Luxembourg, 23 November 2026 –"
    assert dateline(make_letter("da", "fr")) == "Luxembourg, 23 novembre 2026 –"
    assert dateline(make_letter("da", "ar")) == "لوكسمبورغ، 23 نوفمبر 2026 –"


def test_a_text_without_a_place_is_dated_all_the_same(make_letter: Any) -> None:
    letter = make_letter(texts={"en": ("Title", "", "x")}, release={"place": ""})
    assert dateline(letter) == "23 November 2026 –"


def test_the_subject_is_the_title_on_one_line(make_letter: Any) -> None:
    letter = make_letter(texts={"en": ("Twelve\r\nharbours\x00 <agree> & sign", "L", "x")})
    rendered = render(letter)
    assert rendered.subject == "Twelve harbours <agree> & sign"
    assert "<h1" in rendered.html
    assert "&lt;agree&gt; &amp; sign</h1>" in rendered.html


def test_a_subject_of_both_directions_is_set_apart(make_letter: Any) -> None:
    subject = render(make_letter("ar", "ar")).subject
    assert subject == "\u2068اثنا عشر ميناء تعتمد مدونة سلوك مع Hansa Lines\u2069"


def test_what_people_typed_is_never_markup(make_letter: Any) -> None:
    evil = "<b>{{ cover }}</b>"
    letter = make_letter(
        office={"name": evil, "names": {}, "postal_address": evil, "list_name": evil},
        contact={"name": evil, "role": evil},
    )
    rendered = render(letter)
    assert "<b>" not in rendered.html
    assert rendered.html.count("&lt;b&gt;{{ cover }}&lt;/b&gt;") == 6
    assert rendered.text.count(evil) == 6


def test_nothing_but_plain_values_is_in_scope(make_letter: Any) -> None:
    letter = make_letter(tracking=TrackingMode.INDIVIDUAL)
    scope = rendering._scope(letter, make_cover(letter))
    assert set(scope) == {"cover", "text", "links", "files", "opening", "occasions"}
    for value in scope.values():
        _assert_plain(value)


def _assert_plain(value: object) -> None:
    assert not isinstance(value, SQLModel)
    if is_dataclass(value):
        for field in fields(value):
            _assert_plain(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for part in value:
            _assert_plain(part)
    elif isinstance(value, dict):
        assert all(type(part) is str for pair in value.items() for part in pair)
    else:
        assert type(value) in {str, Markup}


def test_a_name_that_a_template_does_not_know_is_an_error() -> None:
    template = rendering._environment().from_string("{{ cover.private_note }}")
    with pytest.raises(UndefinedError):
        template.render(cover=object())


def _colours(css: str, rule: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        if rule in [selector.strip() for selector in selectors.split(",")]:
            found |= dict(re.findall(r"([\w-]+):\s*(#[0-9a-f]{6})", body))
    return found


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sheet", ["style.css", "screens.css"])
def test_every_colour_can_be_read_on_its_ground(sheet: str) -> None:
    css = (TEMPLATES / "email/_base" / sheet).read_text(encoding="utf-8")
    css = css.partition("prefers-color-scheme: dark) {")[2] or css
    ground = _colours(css, ".sheet")["background-color"]
    foot = _colours(css, ".foot")
    for rule in (".sheet", "a", ".kicker", ".line", ".subtitle", ".warning"):
        assert _contrast(_colours(css, rule)["color"], ground) >= 4.5, rule
    for colour in (foot["color"], _colours(css, "a")["color"]):
        assert _contrast(colour, foot["background-color"]) >= 4.5


def test_styles_stand_in_the_elements_and_dark_ones_beside_them(make_letter: Any) -> None:
    html = render(make_letter()).html
    assert html.count("<style") == 1
    assert "prefers-color-scheme: dark" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    body = next(one for one in Page(html).all("div") if one.get("class") == "page")
    assert "font-size: 16px" in body["style"]
    assert "line-height: 1.5" in body["style"]


@pytest.mark.parametrize("language", cover_languages())
def test_a_cover_runs_the_way_of_its_language(make_letter: Any, language: str) -> None:
    page = Page(render(make_letter(language)).html)
    sheet = next(one for one in page.all("div") if one.get("class", "").startswith("sheet"))
    side = "right" if direction(language) == "rtl" else "left"
    assert f"text-align: {side}" in sheet["style"]
