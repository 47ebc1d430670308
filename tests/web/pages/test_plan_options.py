"""The options of a distribution on the pages: filled in, looked at, decided, and shown again."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import database
from mailer.models import Clock, Delivery, Distribution, Office, Release, UnknownPolicy
from tests import factories
from tests.factories import NOW
from tests.web.samples import Sample

EVERYONE = {"criteria": "everyone"}
MORNING = {**EVERYONE, "moment": "local", "day": "2026-11-26", "local_time": "08:30"}
ALL = {
    "rate": "2/s",
    "hours": "08:00-19:00",
    "hours_of": "recipient",
    "not_after": "2026-11-27T08:00",
    "unknown": "resend",
    "links": "yes",
    "urgent": "yes",
}


@pytest.fixture(autouse=True)
def _still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def fresh(engine: sa.Engine, sample: Sample) -> Release:
    """A release that nobody has got yet; someone in New York will."""
    texts = {"en": ("Lamps go out at ten", "The lamps go out.")}
    with database.writing(engine) as session:
        factories.journalist(session, "tom@sun.example", zone="America/New_York")
        return factories.release(session, sample.office, reference="IP/26/77", texts=texts)


def decided(engine: sa.Engine, release: Release) -> Distribution:
    with Session(engine) as session:
        return session.exec(select(Distribution).where(Distribution.release_id == release.id)).one()


def review(desk: TestClient, release: Release, form: dict[str, str]) -> Any:
    return desk.post(f"/releases/{release.reference}/distribute/review", data=form)


def test_the_options_are_folded_away_until_one_is_set(desk: TestClient, fresh: Release) -> None:
    address = f"/releases/{fresh.reference}/distribute"
    assert '<details class="field more-options">' in desk.get(address).text
    again = desk.post(f"{address}/change", data={**EVERYONE, "rate": "2/s"}).text
    assert '<details class="field more-options" open>' in again
    assert 'value="2/s"' in again


def test_each_recipients_morning_is_shown_zone_by_zone(desk: TestClient, fresh: Release) -> None:
    page = review(desk, fresh, MORNING).text
    assert "08:30 by each recipient’s own clock</strong>, 26 November 2026" in page
    assert "26 November 2026, 08:30 (UTC−5)" in page
    assert "26 November 2026, 08:30 (UTC+1)" in page
    assert "without a known time zone" in page
    assert "amira@nahar.example" in page


def test_a_zone_whose_time_is_past_or_comes_too_late_is_told(
    desk: TestClient, fresh: Release
) -> None:
    today = {**MORNING, "day": "2026-11-24"}
    page = review(desk, fresh, today).text
    assert "25 November 2026, 08:30 (UTC+1)" in page
    assert "a later day: 08:30 is past there when it starts" in page
    assert "24 November 2026, 08:30 (UTC−5)" in page
    page = review(desk, fresh, {**today, "not_after": "2026-11-24T18:00"}).text
    assert "too late: it ends before" in page
    assert "get nothing, for it expires at 24 November 2026, 18:00" in page
    assert "Schedule for 1 recipient<" in page


def test_a_zone_that_waits_for_the_sending_hours_is_told(desk: TestClient, fresh: Release) -> None:
    page = review(desk, fresh, {**MORNING, "hours": "10:00-19:00", "hours_of": "recipient"}).text
    assert "26 November 2026, 10:00 (UTC+1)" in page
    assert "outside the sending hours at 08:30: it waits" in page


def test_how_long_the_rate_makes_it_is_told(desk: TestClient, fresh: Release) -> None:
    page = review(desk, fresh, {**EVERYONE, "rate": "1/min"}).text
    assert "At 1 a minute it takes about" in page
    assert "the last at about 24 November 2026" in page


def test_all_that_is_set_is_kept_with_the_decision(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    answer = desk.post(f"/releases/{fresh.reference}/distribute", data={**MORNING, **ALL})
    assert answer.status_code == 303
    row = decided(engine, fresh)
    assert row.scheduled_at == datetime(2026, 11, 26, 7, 30, tzinfo=UTC)
    assert (row.local_time, row.local_date) == ("08:30", date(2026, 11, 26))
    assert (row.sending_hours, row.sending_clock) == ("08:00-19:00", Clock.RECIPIENT)
    assert row.not_after == datetime(2026, 11, 27, 7, tzinfo=UTC)
    assert (row.rate_per_minute, row.is_urgent) == (120, True)
    assert row.unknown_policy is UnknownPolicy.RESEND
    assert not row.attaches_files
    page = desk.get(answer.headers["Location"]).text
    for words in (
        "ahead of all other traffic",
        "each recipient at 08:30 by their own clock on 26 November 2026",
        "only 08:00-19:00 by each recipient’s own clock",
        "at most 120 a minute",
        "what is left at 27 November 2026, 08:00 (Europe/Luxembourg, UTC+1) expires",
        "sent again under the same Message-ID",
        "as links, also to those who take attachments",
    ):
        assert words in page


def test_the_review_carries_every_option_to_the_decision(desk: TestClient, fresh: Release) -> None:
    page = review(desk, fresh, {**MORNING, **ALL}).text
    for name, value in {**MORNING, **ALL}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


@pytest.mark.parametrize(("links", "attaches"), [("", False), ("yes", False), ("no", True)])
def test_documents_go_as_the_office_says_unless_the_officer_does(
    desk: TestClient, engine: sa.Engine, fresh: Release, links: str, attaches: bool
) -> None:
    with database.writing(engine) as session:
        session.exec(sa.update(Office).values(attaches_files=False))
    assert "As usual: as links" in desk.get(f"/releases/{fresh.reference}/distribute").text
    data = EVERYONE | {"links": links}
    told = "as links, also to those who take attachments"
    assert (told in review(desk, fresh, data).text) is not attaches
    desk.post(f"/releases/{fresh.reference}/distribute", data=data)
    assert decided(engine, fresh).attaches_files is attaches


def test_without_options_it_goes_to_all_at_once_as_usual(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    assert "held until a person decides" in review(desk, fresh, EVERYONE).text
    desk.post(f"/releases/{fresh.reference}/distribute", data=EVERYONE)
    row = decided(engine, fresh)
    assert (row.local_time, row.sending_hours, row.rate_per_minute) == ("", "", None)
    assert (row.not_after, row.is_urgent, row.attaches_files) == (None, False, True)
    assert row.unknown_policy is UnknownPolicy.HOLD


@pytest.mark.parametrize(
    ("form", "field", "told"),
    [
        ({"rate": "fast"}, "rate", "write it like 120/min"),
        ({"hours": "all day"}, "hours", "write them like 08:00-19:00"),
        ({"not_after": "2026-11-24T09:00"}, "not_after", "choose a later end"),
        (
            {"moment": "later", "at": "2026-11-20T08:00"},
            "at",
            "(2026-11-20T08:00+01:00 in Europe/Luxembourg) lies in the past",
        ),
        ({"moment": "local", "local_time": "08:30"}, "day", "Choose the day"),
        ({"moment": "local", "day": "2026-11-26"}, "local_time", "Choose the time"),
        (
            {"moment": "local", "day": "2026-11-20", "local_time": "08:30"},
            "day",
            "lies in the past",
        ),
    ],
)
@pytest.mark.parametrize("step", ["distribute/review", "distribute"])
def test_what_cannot_be_used_is_said_beside_its_field(
    desk: TestClient,
    fresh: Release,
    all_rows: Any,
    form: dict[str, str],
    field: str,
    told: str,
    step: str,
) -> None:
    before = all_rows()
    page = desk.post(f"/releases/{fresh.reference}/{step}", data={**EVERYONE, **form})
    assert page.status_code == 400
    beside = page.text.partition(f'id="{field}-error"')[2]
    assert told in beside.partition("</p>")[0].replace("<code>", "").replace("</code>", "")
    assert all_rows() == before


def test_a_local_time_under_embargo_is_refused_beside_its_field(
    desk: TestClient, engine: sa.Engine, fresh: Release
) -> None:
    with database.writing(engine) as session:
        factories.journalist(session, "sure@press.example", embargo_trusted=True)
        session.merge(fresh).embargo_until = datetime(2026, 11, 26, 18, tzinfo=UTC)
    page = review(desk, fresh, MORNING)
    assert page.status_code == 400
    beside = page.text.partition('id="local_time-error"')[2].partition("</p>")[0]
    assert "under embargo, so all recipients get it at the same instant" in beside


def test_trouble_with_the_relay_and_the_next_moment_are_told_on_the_page(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        row = session.merge(sample.distribution)
        row.note = "the relay refuses all connections"
        session.merge(sample.danish).next_attempt_at = NOW.replace(hour=15)
        session.merge(sample.arabic).next_attempt_at = NOW.replace(hour=16)
        session.flush()
        factories.in_batches(session, row)
    page = desk.get(f"/distributions/{sample.distribution.id}").text
    assert "The relay refuses all connections." in page
    assert "The next are due 24 November 2026, 16:00 (Europe/Luxembourg, UTC+1)" in page
    assert "due 24 November 2026, 17:00 (UTC+1)" in page


def test_a_delivery_shows_its_provider_its_relay_and_the_proof(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        row = session.get_one(Delivery, sample.danish.id)
        row.provider, row.relay, row.content_hash = "google", "second", "ab" * 32
    page = desk.get(f"/deliveries/{sample.danish.id}").text
    assert "<dd>google</dd>" in page
    assert "<dd>second</dd>" in page
    assert "ab" * 32 in page
