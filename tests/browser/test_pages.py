"""Each page in Chromium: nothing that axe calls serious, nothing wider than a telephone, nothing
that the policy of the pages has to stop.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe

from mailer import database
from mailer.tokens import Keyring, Purpose
from tests import factories
from tests.browser.conftest import Visit
from tests.web.samples import Sample

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

GRAVE = {"serious", "critical"}
DESK_PAGES = {
    "releases": "/",
    "release": "/releases/{reference}",
    "preview": "/releases/{reference}?to={address}",
    "preview as text": "/releases/{reference}?to={address}&form=text",
    "preview as source": "/releases/{reference}?to={address}&form=source",
    "form": "/releases/{reference}/distribute",
    "report": "/releases/{reference}/report",
    "distributions": "/distributions",
    "distribution": "/distributions/{distribution}",
    "delivery": "/deliveries/{delivery}",
    "contacts": "/contacts",
    "nothing there": "/distributions/999",
}
PUBLIC_PAGES = ("/sign-in", "/help", "/u/{danish}", "/u/{arabic}", "/c/damaged")


def filled(path: str, sample: Sample, keyring: Keyring) -> str:
    danish, arabic = sample.danish.id or 0, sample.arabic.id or 0
    return path.format(
        reference=sample.release.reference,
        address=sample.danish.address_id,
        distribution=sample.distribution.id,
        delivery=danish,
        danish=keyring.sign(Purpose.UNSUBSCRIBE, danish),
        arabic=keyring.sign(Purpose.UNSUBSCRIBE, arabic),
    )


def faults(visit: Visit) -> list[tuple[Any, ...]]:
    """What axe calls serious, as few words as a reader of the test needs."""
    # Without a list of all that is right: that takes longer than to look.
    found = Axe().run(visit.page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (fault["id"], [node["html"][:160] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in GRAVE
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_a_page_is_sound_and_no_wider_than_the_screen(
    visit: Callable[..., Visit], sample: Sample, keyring: Keyring, width: int, scheme: str
) -> None:
    window = visit(width=width, scheme=scheme)
    window.sign_in()
    found, too_wide = {}, []
    for path in (*DESK_PAGES.values(), *PUBLIC_PAGES):
        window.go(filled(path, sample, keyring))
        found[path] = faults(window)
        if window.scrolls_sideways():
            too_wide.append(path)
    assert {path: each for path, each in found.items() if each} == {}
    assert too_wide == []


def test_the_page_follows_the_light_and_dark_of_the_system(
    visit: Callable[..., Visit], sample: Sample
) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    window = visit(scheme="light")
    window.go("/sign-in")
    light = window.page.evaluate(background)
    window.page.emulate_media(color_scheme="dark")
    assert window.page.evaluate(background) != light


def test_the_leaving_page_in_arabic_stands_on_the_right(
    visit: Callable[..., Visit], sample: Sample, keyring: Keyring
) -> None:
    window = visit()
    window.go(filled("/u/{arabic}", sample, keyring))
    button, sheet = (window.page.locator(name).bounding_box() for name in ("button", "main"))
    assert button is not None
    assert sheet is not None
    assert button["x"] + button["width"] / 2 > sheet["x"] + sheet["width"] / 2


def test_the_skip_link_is_the_first_stop_of_the_keyboard(
    visit: Callable[..., Visit], sample: Sample
) -> None:
    window = visit()
    page = window.sign_in()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


#: The pieces of an element's words, as they stand on its lines.
LINES = """element => {
  const range = document.createRange(), lines = [];
  let last = null;
  for (const node of element.childNodes) {
    for (let at = 0; at < (node.data || "").length; at++) {
      range.setStart(node, at); range.setEnd(node, at + 1);
      const top = range.getBoundingClientRect().top;
      if (top !== last) lines.push("");
      last = top;
      lines[lines.length - 1] += node.data[at];
    }
  }
  return lines;
}"""


def test_an_address_breaks_between_its_parts(
    visit: Callable[..., Visit], sqlite_engine: sa.Engine, sample: Sample
) -> None:
    address = "politische.redaktion@abendzeitung-am-hafen.nachrichten.example"
    with database.writing(sqlite_engine) as session:
        factories.delivery(session, sample.distribution, address)
    window = visit(width=360)
    window.sign_in()
    page = window.go(f"/distributions/{sample.distribution.id}")
    lines = page.get_by_role("link", name="politische").evaluate(LINES)
    assert "".join(lines) == address
    assert len(lines) > 1
    assert all(following.startswith("@") or line[-1] in ".-" for line, following in pairwise(lines))
