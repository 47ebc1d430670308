"""The way of a press officer through the pages: sign in, look, decide, watch, stop, report."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from sqlmodel import Session, col, select

from mailer import database
from mailer.models import Delivery, DeliveryStatus, Distribution, DistributionStatus, Suppression
from mailer.tokens import Keyring, Purpose
from tests import factories
from tests.browser.conftest import Visit
from tests.web.samples import Sample

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Windows = Callable[..., Visit]


@pytest.fixture
def fresh(sqlite_engine: sa.Engine, sample: Sample) -> str:
    """The reference of a release that nobody has got yet."""
    texts = {"en": ("Lamps go out at ten", "The lamps go out."), "fr": ("Les lampes", "À dix.")}
    with database.writing(sqlite_engine) as session:
        row = factories.release(session, sample.office, reference="IP/26/77", texts=texts)
        return row.reference


def set_deliveries(engine: sa.Engine, sample: Sample, **values: Any) -> None:
    with database.writing(engine) as session:
        of_it = col(Delivery.distribution_id) == sample.distribution.id
        session.exec(sa.update(Delivery).where(of_it).values(**values))
        factories.in_batches(session, sample.distribution)


def test_one_sees_a_release_as_a_chosen_recipient(
    visit: Windows, sample: Sample, fresh: str
) -> None:
    page = visit().sign_in()
    page.get_by_role("link", name="Lamps go out at ten").click()
    page.get_by_label("Name, outlet or address").press_sequentially("havne")
    expect(page.locator("#recipients li")).to_have_count(1)
    page.get_by_role("link", name="Redaktionen").click()
    message = page.frame_locator("iframe")
    expect(message.get_by_text("Pressemeddelelse til redaktionen")).to_be_visible()
    expect(message.get_by_role("heading", name="Lamps go out at ten")).to_be_visible()
    expect(page.get_by_text("no Danish edition")).to_be_visible()
    page.get_by_role("link", name="Source").click()
    expect(page.get_by_text("List-Unsubscribe-Post: List-Unsubscribe=One-Click")).to_be_visible()
    page.go_back()
    expect(page.locator("iframe")).to_be_visible()


def test_a_narrow_screen_is_one_click_away(visit: Windows, sample: Sample) -> None:
    window = visit()
    window.sign_in()
    page = window.go(f"/releases/{sample.release.reference}?to={sample.danish.address_id}")
    wide = page.locator("iframe").bounding_box()
    page.get_by_label("Narrow").check()
    narrow = page.locator("iframe").bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["width"] == pytest.approx(376, abs=4)
    assert wide["width"] > narrow["width"]


def test_one_decides_who_gets_it_and_when(
    visit: Windows, sqlite_engine: sa.Engine, sample: Sample, fresh: str
) -> None:
    window = visit()
    window.come_in()
    page = window.go(f"/releases/{fresh}/distribute")
    line = page.get_by_label("Recipients")
    line.press_sequentially("langage:da")
    expect(page.locator("#audience")).to_contain_text("language")
    line.fill("language:da,ar")
    expect(page.locator("#audience .big")).to_have_text("2")
    page.get_by_label("Later, at").check()
    page.locator("#at").fill("2031-06-11T08:00")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_text("11 June 2031, 08:00 (Europe/Luxembourg, UTC+2)")).to_be_visible()
    expect(page.get_by_text("11 June 2031, 06:00 UTC")).to_be_visible()
    page.get_by_role("button", name="Schedule for 2 recipients").click()
    page.wait_for_url(re.compile(r"/distributions/\d+$"))
    expect(page.locator("#progress")).to_contain_text("scheduled")
    with Session(sqlite_engine) as session:
        rows = session.exec(select(Distribution.criteria, Distribution.created_by)).all()
    assert ("language:da,ar", "Marie Duval") in rows


def test_one_watches_it_move_stops_it_and_goes_on(
    visit: Windows, sqlite_engine: sa.Engine, sample: Sample
) -> None:
    window = visit()
    window.sign_in()
    page = window.go(f"/distributions/{sample.distribution.id}")
    expect(page.locator("[role=progressbar]")).to_have_attribute("aria-valuenow", "0")
    set_deliveries(sqlite_engine, sample, status=DeliveryStatus.SENT, sent_at=factories.NOW)
    expect(page.locator("[role=progressbar]")).to_have_attribute("aria-valuenow", "100")
    expect(page.locator("#announcement")).to_have_text("sending, 100 percent done")
    expect(page.locator("#deliveries tbody .state").first).to_have_text("sent")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_text("Cancel …").click()
    page.get_by_role("button", name="Cancel for good").click()
    expect(page.locator("#progress")).to_contain_text("cancelled")
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="How it went")).to_be_visible()
    expect(page.get_by_text("of 2 taken by the relay")).to_be_visible()


def test_the_buttons_follow_when_somebody_else_stops_it(
    visit: Windows, sqlite_engine: sa.Engine, sample: Sample
) -> None:
    window = visit()
    window.sign_in()
    page = window.go(f"/distributions/{sample.distribution.id}")
    with database.writing(sqlite_engine) as session:
        session.merge(sample.distribution).status = DistributionStatus.PAUSED
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)


def test_a_press_officer_without_scripts_can_stop_it_too(
    visit: Windows, sqlite_engine: sa.Engine, sample: Sample
) -> None:
    window = visit(scripts=False)
    window.sign_in()
    page = window.go(f"/distributions/{sample.distribution.id}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_one_finds_a_contact_while_typing(visit: Windows, sample: Sample) -> None:
    window = visit()
    window.sign_in()
    page = window.go("/contacts")
    page.get_by_label("Name, outlet or address").press_sequentially("amira")
    expect(page.locator("#contacts tbody tr")).to_have_count(1)
    expect(page.locator("#contacts")).to_contain_text("Haddad, Amira")


def test_a_journalist_leaves_with_one_button(
    visit: Windows, sqlite_engine: sa.Engine, sample: Sample, keyring: Keyring
) -> None:
    window = visit(width=360)
    page = window.go(f"/u/{keyring.sign(Purpose.UNSUBSCRIBE, sample.danish.id or 0)}")
    with Session(sqlite_engine) as session:
        assert session.exec(select(Suppression)).all() == []
    page.locator("button").click()
    expect(page.locator(".tick")).to_be_visible()
    expect(page.locator("main")).to_contain_text("redaktion@havnebladet.example")
    with Session(sqlite_engine) as session:
        assert len(session.exec(select(Suppression)).all()) == 1


def test_lost_figures_are_said_to_be_lost(visit: Windows, sample: Sample) -> None:
    window = visit()
    window.sign_in()
    page = window.go(f"/distributions/{sample.distribution.id}")
    page.route("**/progress**", lambda route: route.abort())
    expect(page.get_by_text("The figures cannot be fetched just now.")).to_be_visible()
    page.unroute("**/progress**")
    expect(page.get_by_text("The figures cannot be fetched just now.")).to_be_hidden()
    window.complaints.clear()  # the browser complains of the request that was cut off
