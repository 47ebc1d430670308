"""A list keeper's day in Chromium: she looks, corrects, moves, merges, keeps a list and forgets."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from sqlmodel import Session, select

from mailer import database
from mailer.contacts import list_keeping
from mailer.contacts.keeping import editing
from mailer.models import Journalist, ListPurpose, Role
from tests import factories
from tests.browser.conftest import Visit
from tests.browser.test_pages import faults
from tests.factories import NOW
from tests.web.samples import Sample

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Windows = Callable[..., Visit]
#: In the order in which they are made below, after those of the sample.
KAREN, HER_DOUBLE, LAYLA = 2, 3, 4


@pytest.fixture(autouse=True)
def _known(sqlite_engine: sa.Engine, sample: Sample) -> None:
    """One person twice, a name from right to left, and a list."""
    with database.writing(sqlite_engine) as session:
        paper = factories.outlet(session, "Dagens Nyt")
        for email in ("karen@dagens.example", "kh@dagens.example"):
            factories.journalist(session, email, family_name="Holm", outlet=paper)
        factories.journalist(
            session, "layla@nahar.example", given_name="ليلى", family_name="حداد", languages=["ar"]
        )
        list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS)
        list_keeping.add(session, "Ports", ["karen@dagens.example"], today=NOW.date())


def job_of(engine: sa.Engine, number: int) -> int:
    with Session(engine) as session:
        return session.exec(select(Role.id).where(Role.journalist_id == number)).one() or 0


def test_a_day_by_keyboard_and_without_scripts(visit: Windows, sqlite_engine: sa.Engine) -> None:
    window = visit(scripts=False)
    window.sign_in()
    page = window.go("/contacts")
    page.get_by_role("link", name="Holm, Karen").first.press("Enter")
    page.get_by_role("link", name="Edit", exact=True).press("Enter")
    page.get_by_label("Languages").fill("da, en")
    page.get_by_label("Only what is urgent").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("only what is urgent").first).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("Taken back: undoes edit")).to_be_visible()

    page.get_by_role("link", name="Has moved").press("Enter")
    page.get_by_label("To the outlet").fill("Havnebladet")
    page.get_by_label("The address there").fill("karen@havnebladet.example")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("goes from Dagens Nyt to Havnebladet").first).to_be_visible()

    page = window.go(f"/contacts/duplicates/{KAREN}/{HER_DOUBLE}")
    page.get_by_role("button", name=f"merge no. {HER_DOUBLE} into no. {KAREN}").press("Enter")
    expect(page.get_by_text("Merged: Karen Holm")).to_be_visible()

    page.get_by_role("link", name="Lists", exact=True).press("Enter")
    page.get_by_role("link", name="Ports", exact=True).press("Enter")
    page.get_by_label("Addresses of contacts").fill("layla@nahar.example")
    page.get_by_role("button", name="Put on the list").press("Enter")
    expect(page.get_by_role("link", name="ليلى حداد")).to_be_visible()

    page.get_by_role("link", name="ليلى حداد").press("Enter")
    page.get_by_role("link", name="Access and erasure").press("Enter")
    with page.expect_download() as saved:
        page.get_by_role("link", name="To read (HTML)").press("Enter")
    assert saved.value.suggested_filename == f"record-{LAYLA}.html"
    page.get_by_label("Who asked for it").fill("She, by mail")
    page.get_by_role("button", name="See what would go").press("Enter")
    page.get_by_label("Type the name to confirm").fill("ليلى حداد")
    page.get_by_role("button", name="Erase for good").press("Enter")
    expect(page.get_by_role("heading", name="Erased")).to_be_visible()
    with Session(sqlite_engine) as session:
        assert session.get(Journalist, LAYLA) is None
        assert session.get(Journalist, HER_DOUBLE) is None


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_each_page_of_the_address_book_is_sound(
    visit: Windows, sqlite_engine: sa.Engine, scheme: str, width: int
) -> None:
    window = visit(scheme=scheme, width=width)
    window.sign_in()
    person = f"/contacts/people/{KAREN}"
    found = {}
    for path in (
        person,
        f"{person}/edit",
        f"{person}/history",
        f"{person}/privacy",
        f"{person}/jobs/{job_of(sqlite_engine, KAREN)}/move",
        f"{person}/jobs/{job_of(sqlite_engine, KAREN)}/edit",
        f"/contacts/people/{LAYLA}",
        "/contacts/desks/1",
        "/contacts/desks/1/close",
        "/contacts/duplicates",
        f"/contacts/duplicates/{KAREN}/{HER_DOUBLE}",
        "/contacts/outlets",
        "/contacts/outlets/2",
        "/contacts/outlets/2/edit",
        "/contacts/outlets/2/history",
        "/contacts/lists",
        "/contacts/lists/1",
        "/contacts/lists/new",
    ):
        window.go(path)
        found[path] = [*faults(window), *(["too wide"] if window.scrolls_sideways() else [])]
    assert {path: each for path, each in found.items() if each} == {}


def test_a_mistake_is_read_out_beside_its_field(visit: Windows) -> None:
    window = visit(scheme="dark", width=320)
    window.sign_in()
    page = window.go(f"/contacts/people/{KAREN}/edit")
    page.get_by_label("Time zone").fill("Mars/Olympus")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_accessible_description(
        "Unknown time zone 'Mars/Olympus': give an IANA name such as Europe/Copenhagen."
        " Such as Europe/Copenhagen."
    )
    assert [faults(window), window.scrolls_sideways()] == [[], False]
    # The browser tells of the answer that is meant, and of nothing else.
    assert [told for told in window.complaints if "status of 400" not in told] == []
    window.complaints.clear()


def test_in_the_history_each_name_runs_its_own_way(
    visit: Windows, sqlite_engine: sa.Engine
) -> None:
    """The line runs from left to right, whatever the name at its beginning."""
    with database.writing(sqlite_engine) as session:
        layla = session.get_one(Journalist, LAYLA)
        editing.edit(session, (layla,), {"family_name": "المصري"}, source="test")
    window = visit()
    window.sign_in()
    page = window.go(f"/contacts/people/{LAYLA}/history")
    line = page.locator(".changes li").first
    called, before, after = (line.locator("bdi").nth(place) for place in range(3))
    expect(line).to_have_text("ليلى المصري: family name: حداد → المصري")
    left = [part.bounding_box() for part in (called, before, after)]
    assert left == sorted(left, key=lambda box: box["x"] if box else 0)
    assert page.evaluate("el => getComputedStyle(el).direction", line.element_handle()) == "ltr"
