"""How everything that a text may hold looks in Chromium: light, dark and in forced colours, narrow
and enlarged, with pictures and without.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from mailer.compose.letter import Letter
from mailer.compose.rendering import render
from tests.compose.rich import rich_letter
from tests.compose.test_real_releases import RELEASES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CASES = [("da", "en"), ("ar", "ar"), ("he", "he"), ("ar", "en"), ("da", "he")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="2400" height="1600">'
    '<rect width="100%" height="100%" fill="#68a"/></svg>'
)
#: The contrast of each piece of text with the nearest ground behind it (WCAG 1.4.3).
CONTRASTS = """() => {
  const parts = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = parts(c).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor, p = parts(c);
    if (p.length < 4 || p[3] > 0) return c; } return 'rgb(255, 255, 255)'; };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) { const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim()) continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), walk.currentNode.data.trim()]);
  } return found; }"""

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def windows(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A window for each way of looking: to open one costs more than to show a letter in it."""
    opened: dict[str, Page] = {}

    def window(*, pictures: bool, **how: Any) -> Page:
        name = f"{pictures} {how}"
        if name not in opened:
            opened[name] = chromium.new_context(**how).new_page()
            opened[name].route("**/*", lambda route: _answer(route, pictures=pictures))
        return opened[name]

    yield window
    for page in opened.values():
        page.context.close()


@pytest.fixture
def show(windows: Callable[..., Page]) -> Show:
    """Shows a letter; no picture comes from anywhere but from here."""

    def open_letter(letter: Letter, *, pictures: bool = True, width: int = 600, **how: Any) -> Page:
        page = windows(pictures=pictures, **how)
        page.goto("about:blank")  # also away from a footnote of the letter before
        page.set_viewport_size({"width": width, "height": 800})
        page.set_content(render(letter).html, wait_until="load")
        return page

    return open_letter


def _answer(route: Route, *, pictures: bool) -> None:
    if pictures:
        route.fulfill(body=PICTURE, content_type="image/svg+xml")
    else:
        route.abort()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize(("cover", "edition"), CASES)
@pytest.mark.parametrize(
    "how",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "light", "pictures": False},
        {"color_scheme": "dark", "width": 320},
        {"forced_colors": "active"},
    ],
    ids=["light", "dark", "without pictures", "narrow", "forced colours"],
)
def test_it_has_no_fault_of_accessibility(
    show: Show, make_letter: Any, cover: str, edition: str, how: dict[str, Any]
) -> None:
    page = show(rich_letter(make_letter, cover, edition), **how)
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("cover", "edition"), CASES)
@pytest.mark.parametrize("pictures", [True, False])
def test_it_fits_a_narrow_screen_and_twice_the_size(
    show: Show, make_letter: Any, cover: str, edition: str, pictures: bool
) -> None:
    page = show(rich_letter(make_letter, cover, edition), pictures=pictures)
    for width in (320, 480, 600, 1200):
        page.set_viewport_size({"width": width, "height": 800})
        assert fits(page), width
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.zoom = 2")
    assert fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("cover", "edition"), CASES)
def test_every_word_stands_out_from_its_ground(
    show: Show, make_letter: Any, cover: str, edition: str, scheme: Any
) -> None:
    page = show(rich_letter(make_letter, cover, edition), color_scheme=scheme)
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert [(round(ratio, 2), words) for ratio, words in contrasts if ratio < 4.5] == []


def test_a_picture_is_as_wide_as_the_sheet_and_never_wider(show: Show, make_letter: Any) -> None:
    page = show(rich_letter(make_letter), width=1200)
    for width, shown in ((1200, 544), (320, 288)):
        page.set_viewport_size({"width": width, "height": 800})
        for box in (image.bounding_box() for image in page.locator("figure img").all()):
            assert box is not None
            assert abs(box["width"] - shown) < 1
            assert abs(box["height"] - shown * 2 / 3) < 1


def test_without_pictures_their_words_are_read(show: Show, make_letter: Any) -> None:
    page = show(rich_letter(make_letter), pictures=False)
    link = page.get_by_role("link", name="Four people sign a document on a quay")
    assert link.count() == 1
    assert page.get_by_text("Free for editorial use until 2027.").is_visible()


def test_footnotes_lead_there_and_back(show: Show, make_letter: Any) -> None:
    page = show(rich_letter(make_letter))
    page.locator('a[role="doc-noteref"][href="#fn2"]').click()
    assert page.evaluate("location.hash") == "#fn2"
    page.locator("#fn2").click()
    assert page.evaluate("location.hash") == "#fnref2"


def test_a_wide_table_scrolls_by_keys_within_the_message(show: Show, make_letter: Any) -> None:
    row = "|" + "Schifffahrtsverwaltung|" * 9
    table = f"{row}\n|{'---|' * 9}\n{row}"
    page = show(make_letter(texts={"en": ("Title", "L", table)}), width=320)
    assert fits(page)
    region = page.locator(".wide")
    assert region.evaluate("e => e.scrollWidth > e.clientWidth")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.wide').scrollLeft > 0")
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(
    "release", RELEASES, ids=[f"{number}-{one['lang']}" for number, one in enumerate(RELEASES)]
)
def test_a_real_release_fits_a_telephone(
    show: Show, make_letter: Any, release: dict[str, Any]
) -> None:
    language = release["lang"]
    texts = {language: (release["title"], "", release["text"])}
    assert fits(show(make_letter("da", language, texts=texts), width=320))
