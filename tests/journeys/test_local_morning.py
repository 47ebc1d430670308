"""J8: "08:30 local" on the Sunday on which Europe's summer time begins.

An officer schedules it two days before; the scheduler finds it when the first clock on earth comes
to 08:30 on that day, and every quarter of an hour a worker claims what is due. What is claimed when
is what the plan has shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select

from mailer.audience.criteria import parse
from mailer.compose.letter import Identity
from mailer.database import reading, writing
from mailer.delivery.claims import Stretch, claim
from mailer.distribution import leases, lifecycle, scheduling
from mailer.distribution.options import OptionRefused, read
from mailer.distribution.planning import plan
from mailer.distribution.timing.timetable import make_timetable, read_start
from mailer.models import (
    Clock,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Journalist,
    UnknownPolicy,
)
from mailer.releases.editions import load
from mailer.settings import Settings
from tests import factories

FRIDAY = datetime(2027, 3, 26, 15, 0, tzinfo=UTC)
OFFICE = "Europe/Luxembourg"
#: When each of them gets it; in Europe the clocks went forward a few hours before.
MORNINGS = {
    "auckland@press.example": "2027-03-27T19:30",
    "tokyo@press.example": "2027-03-27T23:30",
    "kolkata@press.example": "2027-03-28T03:00",
    "copenhagen@press.example": "2027-03-28T06:30",
    "paris@press.example": "2027-03-28T06:30",
    "unknown@press.example": "2027-03-28T06:30",
    "london@press.example": "2027-03-28T07:30",
    "new.york@press.example": "2027-03-28T12:30",
    "honolulu@press.example": "2027-03-28T18:30",
}


@pytest.fixture(autouse=True)
def _on_friday() -> Iterator[None]:
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def reference(engine: sa.Engine) -> str:
    """A release, and journalists whose zones are known in each of the ways, or in none."""
    with writing(engine) as session:
        for name, zone in (
            ("auckland", "Pacific/Auckland"),
            ("tokyo", "Asia/Tokyo"),
            ("kolkata", "Asia/Kolkata"),
            ("london", "Europe/London"),
            ("new.york", "America/New_York"),
            ("honolulu", "Pacific/Honolulu"),
        ):
            factories.journalist(session, f"{name}@press.example", languages=["en"], zone=zone)
        danish = factories.outlet(session)
        factories.journalist(session, "copenhagen@press.example", outlet=danish)
        french = factories.outlet(session, "Le Phare", country="FR", zone="")
        factories.journalist(session, "paris@press.example", outlet=french)
        nowhere = factories.outlet(session, "US Paper", country="US", zone="")
        factories.journalist(session, "unknown@press.example", outlet=nowhere)
        office = factories.office(session, zone=OFFICE)
        return factories.release(session, office).reference


@dataclass(frozen=True)
class Office:
    """What an officer does and what the parts do, at any moment."""

    engine: sa.Engine
    settings: Settings

    def schedule(self, reference: str, *, at: str, **typed: str) -> datetime:
        """Decide it on Friday; the moment it starts at."""
        hours_of = Clock(typed.pop("hours_of", "office"))
        start = read_start(at, local_time=typed["local_time"], office_zone=OFFICE, now=FRIDAY)
        options = read(
            unknown=UnknownPolicy.HOLD,
            office_zone=OFFICE,
            local_date=start.local_date,
            hours_of=hours_of,
            **typed,
        )
        with writing(self.engine) as session:
            row = lifecycle.schedule(
                session,
                load(session, reference),
                criteria="everyone",
                at=start.at,
                by="marie",
                options=options,
            ).distribution
            assert row.scheduled_at is not None
            return row.scheduled_at

    def tick(self, now: datetime) -> list[str]:
        """What the scheduler finds, and the addresses that a worker then claims."""
        with writing(self.engine) as session:
            scheduling.start_due(
                session,
                identity=Identity.from_settings(self.settings),
                settings=self.settings,
                now=now,
            )
            scheduling.expire_late(session, now=now)
        with writing(self.engine) as session:
            due = leases.due(session, now=now)
            return [email for one in due for email in _claimed(session, one, now=now)]

    def watch(self, start: datetime, *, hours: int) -> dict[str, str]:
        """Who is handed over when, looked at every quarter of an hour."""
        found = {}
        for quarter in range(4 * hours):
            now = start + timedelta(minutes=15 * quarter)
            found |= dict.fromkeys(self.tick(now), f"{now:%Y-%m-%dT%H:%M}")
        return found


def _claimed(session: Session, due: leases.Due, *, now: datetime) -> list[str]:
    emails: list[str] = []
    while lease := leases.take(session, due.distribution_id, owner="line", until=now, now=now):
        stretch = Stretch(lease.distribution_id, lease.first_position, lease.last_position)
        claimed = claim(session, stretch, owner="line", limit=100, now=now)
        emails += [one.email for one in claimed]
        leases.release(session, lease)
    return emails


@pytest.fixture
def office(engine: sa.Engine, settings: Settings) -> Office:
    return Office(engine, settings)


def test_each_recipient_gets_it_at_half_past_eight_of_her_own_clock(
    office: Office, reference: str
) -> None:
    start = office.schedule(reference, at="2027-03-28", local_time="08:30")
    assert start == datetime(2027, 3, 27, 19, 30, tzinfo=UTC)
    assert office.watch(start - timedelta(hours=2), hours=48) == MORNINGS


def test_what_the_plan_has_shown_is_what_happens(
    office: Office, reference: str, engine: sa.Engine
) -> None:
    typed = {"local_time": "08:30", "hours": "09:00-11:00", "hours_of": "recipient"}
    with reading(engine) as session:
        full = load(session, reference)
        planned = plan(session, full, parse("everyone"), at=FRIDAY).planned
        options = read(
            unknown=UnknownPolicy.HOLD,
            office_zone=OFFICE,
            local_date=date(2027, 3, 28),
            local_time="08:30",
            hours="09:00-11:00",
            hours_of=Clock.RECIPIENT,
        )
        times = make_timetable(
            options,
            at=FRIDAY,
            now=FRIDAY,
            zones={one.zone.name for one in planned},
            office_zone=OFFICE,
            embargo_until=None,
        )
    shown = {
        one.recipient.email: f"{times.moments[one.zone.name]:%Y-%m-%dT%H:%M}" for one in planned
    }
    start = office.schedule(reference, at="2027-03-28", **typed)
    assert start == times.starts_at
    assert office.watch(start, hours=36) == shown
    assert shown["new.york@press.example"] == "2027-03-28T13:00"


def test_a_zone_whose_morning_is_past_when_it_starts_gets_it_in_its_next_morning(
    office: Office, reference: str
) -> None:
    start = office.schedule(reference, at="2027-03-28T09:00+02:00", local_time="08:30")
    found = office.watch(start, hours=25)
    still_to_come = {"london@press.example", "new.york@press.example", "honolulu@press.example"}
    day = timedelta(days=1)
    assert found == {
        email: at
        if email in still_to_come
        else f"{datetime.fromisoformat(at) + day:%Y-%m-%dT%H:%M}"
        for email, at in MORNINGS.items()
    }


def test_what_is_left_at_the_end_expires(office: Office, reference: str, engine: sa.Engine) -> None:
    start = office.schedule(
        reference, at="2027-03-28", local_time="08:30", not_after="2027-03-28T17:00Z"
    )
    found = office.watch(start, hours=36)
    assert set(MORNINGS) - set(found) == {"honolulu@press.example"}
    with reading(engine) as session:
        left = session.exec(
            select(Delivery.status).where(Delivery.email == "honolulu@press.example")
        ).one()
    assert left is DeliveryStatus.EXPIRED


def test_a_release_under_embargo_goes_to_all_at_the_same_instant(
    office: Office, reference: str, engine: sa.Engine
) -> None:
    with writing(engine) as session:
        session.execute(sa.update(Journalist).values(embargo_trusted=True))
        release = load(session, reference).release
        release.embargo_until = datetime(2027, 3, 28, 18, tzinfo=UTC)
        session.add(release)
    with pytest.raises(OptionRefused, match="same instant"):
        office.schedule(reference, at="2027-03-28", local_time="08:30")


def test_an_embargo_that_comes_after_the_decision_stops_different_mornings(
    office: Office, reference: str, engine: sa.Engine
) -> None:
    start = office.schedule(reference, at="2027-03-28", local_time="08:30")
    with writing(engine) as session:
        session.execute(sa.update(Journalist).values(embargo_trusted=True))
        release = load(session, reference).release
        release.embargo_until = datetime(2027, 3, 28, 18, tzinfo=UTC)
        session.add(release)
    assert office.watch(start, hours=12) == {}
    with reading(engine) as session:
        row = session.exec(select(Distribution)).one()
    assert row.status is DistributionStatus.PAUSED
    assert "same instant" in row.note
