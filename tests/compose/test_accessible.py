"""A message for everybody: the rules of standards.md 7 on rendered HTML that holds everything."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from mailer.compose.rendering import Rendered, render
from mailer.languages import direction
from mailer.models import LegalBasis, TrackingMode
from mailer.settings import TEMPLATES
from tests.compose.rich import rich_letter
from tests.compose.test_rendering import Page, _contrast, parity, words_of

EDITIONS = ["en", "ar", "he"]
COVERS = ["da", "fr", "ar", "he", "hy"]
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
SMALLEST_PIXELS = 14
#: What may be set closer than text: headings, and the numbers of footnotes.
CLOSE = {*HEADINGS, "sup"}


class Tree(HTMLParser):
    """Each element with what it stands in, and the words that it holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = [one["tag"] for one in self._open]
        one = {"tag": tag, "inside": inside, "words": "", **dict(attrs)}
        self.found.append(one)
        if tag not in {"meta", "img", "br", "hr"}:
            self._open.append(one)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one["words"] += data

    def all(self, *tags: str) -> list[dict[str, Any]]:
        return [one for one in self.found if one["tag"] in tags]


@pytest.fixture(params=[(cover, edition) for cover in COVERS for edition in EDITIONS], ids="-".join)
def rendered(make_letter: Any, request: pytest.FixtureRequest) -> Rendered:
    """Every kind of content in each direction, counted in person and with a notice."""
    cover, edition = request.param
    given = {"tracking": TrackingMode.INDIVIDUAL, "pages": 2}
    told = {"notice_basis": LegalBasis.CONSENT, "notice_source": "Havnebladet"}
    return render(rich_letter(make_letter, cover, edition, **given, **told))


@pytest.fixture
def tree(rendered: Rendered) -> Tree:
    """Its HTML."""
    return Tree(rendered.html)


def test_x1_language_and_direction_are_said_twice_and_the_title_is_the_subject(
    rendered: Rendered, tree: Tree
) -> None:
    (html,), (wrapper, *_) = tree.all("html"), tree.all("div")
    assert (html["lang"], html["dir"]) == (wrapper["lang"], wrapper["dir"])
    assert tree.all("title")[0]["words"] == rendered.subject
    for one in tree.found:
        if one.get("lang"):
            assert one["dir"] == direction(one["lang"])


def test_x2_layout_tables_say_so_and_columns_are_named(rendered: Rendered, tree: Tree) -> None:
    assert '<!--[if mso]><table role="presentation"' in rendered.html
    assert all(one["dir"] in {"ltr", "rtl"} for one in tree.all("table"))
    assert tree.all("th")
    assert all(one["scope"] == "col" and one["words"].strip() for one in tree.all("th"))


def test_x3_headings_are_in_order_and_lists_are_lists(tree: Tree) -> None:
    levels = [int(one["tag"][1]) for one in tree.all(*HEADINGS)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(one["words"].strip() for one in tree.all(*HEADINGS))
    assert all(one["inside"][-1] in {"ul", "ol"} for one in tree.all("li"))


def test_x4_every_picture_says_what_it_shows(tree: Tree) -> None:
    *figures, pixel = tree.all("img")
    assert figures
    assert all(one["alt"].strip() and one["inside"][-2:] == ["figure", "a"] for one in figures)
    assert pixel["alt"] == ""


def test_x5_text_is_large_open_and_aligned_at_its_start(tree: Tree) -> None:
    for one in tree.found:
        style = dict(re.findall(r"([\w-]+):\s*([^;]+);", one.get("style", "")))
        size = re.fullmatch(r"(\d+)px", style.get("font-size", ""))
        assert size is None or int(size[1]) >= SMALLEST_PIXELS, one
        is_close = one["tag"] in CLOSE or one.get("class") == "name"
        assert is_close or float(style.get("line-height", "1.5")) >= 1.5, one
        assert style.get("text-align") not in {"center", "justify"}, one


def test_x6_the_sheet_is_one_column_that_gives_way(tree: Tree) -> None:
    sheet = next(one for one in tree.all("div") if one.get("class", "").startswith("sheet"))
    assert "max-width: 600px" in sheet["style"]
    assert not re.search(
        r"(?<!max-)(?<!-)\bwidth:\s*\d", str([one.get("style") for one in tree.found])
    )
    assert all("max-width: 100%" in one["style"] for one in tree.all("img")[:-1])


def test_x7_links_are_underlined_and_have_words(tree: Tree) -> None:
    for one in tree.all("a"):
        assert "text-decoration: underline" in one["style"]
        assert one["href"].startswith(("https://", "mailto:", "tel:", "#fn"))
        inside = [image["alt"] for image in tree.all("img") if image["inside"][-1] == "a"]
        assert one["words"].strip() or inside
        assert one["words"].strip().casefold() not in {"here", "click here", "link", "more"}


def test_x8_nothing_is_hidden(rendered: Rendered, tree: Tree) -> None:
    assert not any("hidden" in one for one in tree.found)
    styles = str([one.get("style") for one in tree.found])
    assert not re.search(r"display:\s*none|visibility|opacity|font-size:\s*0|mso-hide", styles)
    assert "display:none" not in rendered.html.replace(" ", "")


def test_x9_the_text_part_has_every_word_and_no_drawn_lines(rendered: Rendered, tree: Tree) -> None:
    assert parity(rendered.html, rendered.text) == 1
    written = set(words_of(rendered.text))
    for one in tree.all("img"):
        assert set(words_of(one["alt"])) <= written
    for heading in tree.all("h2", "h3"):
        line = re.escape(" ".join(heading["words"].split()))
        assert re.search(rf"^{line}(\W.*)?$", rendered.text, re.MULTILINE), heading
    assert [line for line in rendered.text.splitlines() if re.fullmatch(r"[\W_]{3,}", line)] == []
    assert "\n- " in rendered.text


def test_x10_what_runs_the_other_way_is_set_apart(rendered: Rendered, tree: Tree) -> None:
    text = next(one for one in tree.all("div") if one.get("class", "").startswith("text"))
    side = {"ltr": "left", "rtl": "right"}[text["dir"]]
    assert f"text-align: {side}" in text["style"]
    assert all(one["dir"] == text["dir"] for one in tree.all("table"))
    headings = [one for one in tree.all("th") if "align" not in one]
    assert all(f"text-align: {side}" in one["style"] for one in headings)
    shown = [one for one in tree.all("a") if "://" in one["words"] or "www." in one["words"]]
    for one in shown:
        assert one.get("dir") == "ltr" or "bdi" in rendered.html
    if text["dir"] == "rtl":
        assert '<bdi dir="ltr">+352 99 00 00 10</bdi>' in rendered.html
        assert "\u2066+352 99 00 00 10\u2069" in rendered.text


def test_a_list_or_a_quotation_leans_to_its_own_side(make_letter: Any) -> None:
    for edition, side in (("en", "left"), ("ar", "right")):
        tree = Tree(render(rich_letter(make_letter, "da", edition)).html)
        assert f"border-{side}" in tree.all("blockquote")[0]["style"]
        inner = {"left": "0 0 0 24px", "right": "0 24px 0 0"}[side]
        assert f"padding: {inner}" in tree.all("ul")[0]["style"]


def test_a_picture_without_words_is_still_no_nameless_link(make_letter: Any) -> None:
    letter = make_letter(texts={"en": ("T", "L", "![](https://a.example/p)")})
    tree = Tree(render(letter).html)
    (image,) = tree.all("img")
    assert image["alt"] == ""
    assert image["inside"][-1] == "figure"


def _rules(sheet: str) -> list[tuple[list[str], dict[str, str]]]:
    """The selectors of each rule, with its colours."""
    css = (TEMPLATES / "email/_base" / sheet).read_text(encoding="utf-8")
    css = css.partition("prefers-color-scheme: dark) {")[2] or css
    return [
        (
            [selector.strip() for selector in selectors.split(",")],
            dict(re.findall(r"([\w-]+):[^;#}]*(#[0-9a-f]{6})", body)),
        )
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css)
    ]


@pytest.mark.parametrize("sheet", ["style.css", "screens.css"])
def test_every_colour_of_words_can_be_read_on_its_ground_and_lines_be_seen(sheet: str) -> None:
    rules = _rules(sheet)
    grounds = {
        selector: colours["background-color"]
        for selectors, colours in rules
        for selector in selectors
        if "background-color" in colours
    }
    assert {"body", ".page", ".sheet", ".foot"} <= set(grounds)
    checked = 0
    for selectors, colours in rules:
        for selector in selectors:
            ground = grounds.get(selector, grounds[".sheet"])
            if "color" in colours:
                assert _contrast(colours["color"], ground) >= 4.5, selector
                checked += 1
    assert checked >= 8


@pytest.mark.parametrize("selector", [".text figcaption", ".line", ".subtitle"])
def test_what_is_grey_in_light_has_a_colour_in_dark(selector: str) -> None:
    for sheet in ("style.css", "screens.css"):
        named = [colours for selectors, colours in _rules(sheet) if selector in selectors]
        assert any("color" in colours for colours in named)


def test_lines_that_divide_change_with_the_screen() -> None:
    light = {
        s
        for selectors, colours in _rules("style.css")
        for s in selectors
        if "border" in str(colours)
    }
    dark = {
        s
        for selectors, colours in _rules("screens.css")
        for s in selectors
        if "border-color" in colours
    }
    assert {re.sub(r"\.(ltr|rtl)", "", selector) for selector in light} <= dark


def test_every_word_of_the_message_is_in_both_parts(make_letter: Any) -> None:
    for cover, edition in (("da", "en"), ("ar", "ar"), ("he", "he")):
        rendered = render(rich_letter(make_letter, cover, edition))
        shown = set(Page(rendered.html).words)
        # What the text has more than the HTML shows is where its links lead, and the alts.
        written = re.sub(r"<[^<>]*>|https://\S+", " ", rendered.text)
        alts = " ".join(one["alt"] for one in Tree(rendered.html).all("img"))
        left = set(words_of(written)) - shown - set(words_of(alts))
        assert {word for word in left if not word.isdigit()} == set()
