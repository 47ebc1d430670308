"""The inbox in Chromium: narrow and wide, light and dark, left to right and right to left."""

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from mailer.demo.inbox.entries import Correspondent
from mailer.demo.inbox.pages import Inbox, Pages
from mailer.demo.world.mailroom import Mailroom, Received

pytestmark = pytest.mark.browser

LONG = "Schifffahrtsverwaltungsgebäudeeinweihungspressemitteilung " * 3
HTML = '<p>Twelve harbours</p><a href="https://x.example/">x</a><script>document.title=1</script>'
OFFICE_URL = "http://127.0.0.1:8025"
ZONE = ZoneInfo("Asia/Tbilisi")


@pytest.fixture
def url(mailroom: Mailroom, write: Callable[..., Received]) -> Iterator[str]:
    """An inbox with a Danish and an Arabic message."""
    danish = write(to="k@x.example", subject=LONG, html=HTML, text=LONG, X_Long="x" * 900)
    arabic = write(to="t@x.example", subject="اثنا عشر ميناء", html="<p dir=rtl>ميناء</p>")
    known = {
        danish.message_id: Correspondent("Karen", LONG, "da", "en", has_come_back=True),
        arabic.message_id: Correspondent("هيئة", "قنديل", "ar", "ar", has_come_back=False),
    }
    pages = Pages(mailroom, correspondents=lambda: known, press_office_url=OFFICE_URL, zone=ZONE)
    inbox = Inbox(pages)
    inbox.start()
    yield inbox.url
    inbox.stop()


PATHS = [
    "/",
    "/?language=da",
    "/messages/1",
    "/messages/1?view=text",
    "/messages/1?view=source",
    "/messages/2",
]


@pytest.mark.parametrize("path", PATHS)
def test_it_fits_any_width_without_scrolling(chromium: Browser, url: str, path: str) -> None:
    page = chromium.new_page()
    page.goto(url + path)
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_it_has_no_fault_of_accessibility(
    chromium: Browser, url: str, scheme: Any, width: int
) -> None:
    page = chromium.new_page(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    for path in PATHS:
        page.goto(url + path)
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
    page.close()


def test_the_pages_load_nothing_that_their_policy_forbids(chromium: Browser, url: str) -> None:
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in ("/", "/messages/1?view=text", "/messages/2"):
        page.goto(url + path)
    page.close()
    assert complaints == []


def test_the_message_is_read_in_its_frame_and_its_scripts_are_dead(
    chromium: Browser, url: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{url}/messages/1")
    frame = page.frame_locator("iframe")
    assert frame.locator("p").inner_text() == "Twelve harbours"
    assert page.frames[1].evaluate("document.title") == ""
    page.close()


def test_a_phone_shows_the_list_or_the_message(chromium: Browser, url: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(url)
    page.get_by_text("اثنا عشر ميناء").click()
    page.locator("iframe").wait_for(state="visible")
    page.locator(".list").wait_for(state="hidden")
    page.get_by_role("link", name="All messages").click()
    assert page.locator(".list").is_visible()
    page.close()


def test_the_list_is_narrowed_by_hand(chromium: Browser, url: str) -> None:
    page = chromium.new_page()
    page.goto(url)
    page.get_by_label("Cover language").select_option("da")
    page.get_by_role("button", name="Show").click()
    assert page.locator(".list li").count() == 1
    page.close()
