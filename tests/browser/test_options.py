"""The options of a distribution in Chromium: by keyboard, without scripts, on a telephone."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from sqlmodel import Session, select

from mailer import database
from mailer.models import Distribution
from tests import factories
from tests.browser.conftest import Visit
from tests.browser.test_pages import faults
from tests.web.samples import Sample

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Windows = Callable[..., Visit]
FORM = "/releases/IP/26/78/distribute"


@pytest.fixture(autouse=True)
def _fresh(sqlite_engine: sa.Engine, sample: Sample) -> None:
    """A release that nobody has got yet, and someone in New York."""
    with database.writing(sqlite_engine) as session:
        factories.journalist(session, "tom@sun.example", zone="America/New_York")
        factories.release(session, sample.office, reference="IP/26/78")


def fill(window: Visit, *, rate: str) -> None:
    """Type what most distributions never need."""
    page = window.page
    page.get_by_label("Recipients").fill("everyone")
    page.get_by_label("By each recipient’s own clock").check()
    page.get_by_label("Day", exact=True).fill("2031-06-11")
    page.get_by_label("At most so many messages").fill(rate)
    page.get_by_label("Only in these hours").fill("08:00-19:00")
    page.get_by_label("By whose clock").select_option("recipient")
    page.get_by_label("Urgent").check()


def test_one_sets_the_options_by_keyboard_and_without_scripts(
    visit: Windows, sqlite_engine: sa.Engine
) -> None:
    window = visit(scripts=False)
    window.sign_in()
    page = window.go(FORM)
    expect(page.get_by_label("At most so many messages")).not_to_be_visible()
    page.get_by_text("More: languages").focus()
    page.keyboard.press("Enter")
    fill(window, rate="2/s")
    page.get_by_role("button", name="Review").press("Enter")
    expect(page.get_by_text("11 June 2031, 08:30 (UTC−4)")).to_be_visible()
    expect(page.get_by_text("at most 120 a minute")).to_be_visible()
    page.get_by_role("button", name="Schedule for 3 recipients").press("Enter")
    expect(page.get_by_role("heading", name="Terms")).to_be_visible()
    with Session(sqlite_engine) as session:
        rows = session.exec(select(Distribution.local_time, Distribution.rate_per_minute)).all()
    assert ("08:30", 120) in rows


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_the_options_and_their_faults_are_sound(visit: Windows, scheme: str, width: int) -> None:
    window = visit(scheme=scheme, width=width)
    window.sign_in()
    page = window.go(FORM)
    page.get_by_text("More: languages").click()
    fill(window, rate="fast")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_label("At most so many messages")).to_have_accessible_description(
        "Cannot read the rate 'fast': write it like 120/min, 2/s or 5000/h."
        " Such as 120/min, 2/s or 5000/h. Empty: as fast as the relay takes them."
    )
    found = [faults(window), window.scrolls_sideways()]
    # The browser tells of the answer that is meant, and of nothing else.
    assert [told for told in window.complaints if "status of 400" not in told] == []
    window.complaints.clear()
    page.get_by_label("At most so many messages").fill("90")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("Each zone’s time")).to_be_visible()
    assert [*found, faults(window), window.scrolls_sideways()] == [[], False, [], False]
