"""How a message looks: in Chromium, narrow and wide, in light and in dark."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from mailer.compose.rendering import render
from mailer.models import LegalBasis, TrackingMode

pytestmark = pytest.mark.browser

COVERS = [("da", "en"), ("el", "en"), ("fr", "fr"), ("ar", "ar"), ("ar", "en"), ("ka", "en")]
TABLE = "| Day | What happens | Where it happens | Who may come |\n|---|---|---|---|\n" + (
    "| Wednesday | Opening ceremony | Schifffahrtsverwaltungsgebäude | Journalists |\n" * 3
)
Window = Callable[..., Page]
LONG = f"{TABLE}\n\nhttps://harbour.example/{'a-long-path-' * 12}end\n\n> {'word ' * 60}"


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Window]:
    """A light window and a dark one: to open one costs more than to show a message in it."""
    schemes: tuple[Any, ...] = ("light", "dark")
    opened = {scheme: chromium.new_page(color_scheme=scheme) for scheme in schemes}

    def sized(scheme: str = "light", *, width: int = 1280) -> Page:
        opened[scheme].set_viewport_size({"width": width, "height": 800})
        return opened[scheme]

    yield sized
    for page in opened.values():
        page.close()


@pytest.mark.parametrize(("cover", "edition"), COVERS)
def test_it_fits_any_width_without_scrolling(
    window: Window, make_letter: Any, cover: str, edition: str
) -> None:
    long_words = {edition: ("Title", "Luxembourg", LONG)}
    html = render(make_letter(cover, edition, texts=long_words, pages=2)).html
    page = window()
    for width in (320, 360, 600, 1200):
        page.set_viewport_size({"width": width, "height": 800})
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".sheet").bounding_box()["width"] <= 600


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("cover", "edition"), COVERS)
def test_it_has_no_fault_of_accessibility(
    window: Window, make_letter: Any, cover: str, edition: str, scheme: Any
) -> None:
    letter = make_letter(cover, edition, tracking=TrackingMode.INDIVIDUAL)
    html = render(letter).html.replace(letter.identity.public_url, "about:blank#")
    page = window(scheme)
    page.set_content(html)
    # Landmarks are for pages; a message stands inside its reader's.
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("cover", ["da", "ar"])
def test_a_notice_fits_and_has_no_fault_of_accessibility(
    window: Window, make_letter: Any, cover: str, scheme: Any
) -> None:
    told = {"notice_basis": LegalBasis.CONSENT, "notice_source": "a-long-source" * 20}
    html = render(make_letter(cover, "en", **told)).html
    page = window(scheme, width=320)
    page.set_content(html.replace("https://press.example.org", "about:blank#"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("cover", ["da", "ar"])
def test_words_to_one_reader_fit_and_have_no_fault_of_accessibility(
    window: Window, make_letter: Any, cover: str, scheme: Any
) -> None:
    own = {"greeting": "Dear " + "Long-Name-" * 20, "personal_note": "word-" * 60 + "\n\nM. D."}
    html = render(make_letter(cover, "en", **own)).html
    page = window(scheme, width=320)
    page.set_content(html.replace("https://press.example.org", "about:blank#"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_dark_screens_get_a_dark_sheet(window: Window, make_letter: Any) -> None:
    page = window("dark")
    page.set_content(render(make_letter()).html)
    ground = page.locator(".sheet").evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == "rgb(27, 30, 33)"
