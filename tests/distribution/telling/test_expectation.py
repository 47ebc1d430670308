"""When a distribution will be done: by its limit, by its pace, by the clock, or nobody can tell."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from mailer import clock
from mailer.distribution.options import terms_of
from mailer.distribution.telling import overview
from mailer.distribution.telling.expectation import NOTHING_TELLS, Expectation, expect
from mailer.models import Clock, DeliveryStatus, Distribution, DistributionStatus
from mailer.releases.editions import FullRelease
from tests import factories

NOW = clock.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sending(session: Session, full: FullRelease) -> Distribution:
    return factories.distribution(session, full.release, scheduled_at=NOW - 5 * MINUTE)


def add(session: Session, row: Distribution, number: int, **given: object) -> None:
    for one in range(number):
        factories.delivery(session, row, f"{given.get('zone', '')[:2]}{one}@b.example", **given)  # type: ignore[index]


def add_sent(session: Session, row: Distribution, number: int, *, at: datetime) -> None:
    for one in range(number):
        factories.delivery(
            session, row, f"s{at:%H%M%S}{one}@b.example", status=DeliveryStatus.SENT, sent_at=at
        )


def expected(session: Session, row: Distribution, *, limit: int | None = None) -> Expectation:
    session.flush()
    number = row.id or 0
    return expect(
        session,
        overview.progress(session, number, now=NOW),
        terms_of(session, number),
        limit=limit,
        office_zone="Europe/Luxembourg",
        now=NOW,
    )


def minutes(found: Expectation) -> float:
    assert found.done_at is not None
    return (found.done_at - NOW) / MINUTE


def test_the_rest_at_the_limit_tells_when_it_is_done(
    session: Session, sending: Distribution
) -> None:
    add(session, sending, 10, next_attempt_at=NOW)
    found = expected(session, sending, limit=4)
    assert (found.pace, found.is_at_limit) == (4, True)
    assert minutes(found) == pytest.approx(2.5)


def test_what_goes_slower_than_its_limit_is_foretold_by_its_pace(
    session: Session, sending: Distribution
) -> None:
    add(session, sending, 6, next_attempt_at=NOW)
    add_sent(session, sending, 1, at=NOW - 3 * MINUTE)
    add_sent(session, sending, 2, at=NOW - MINUTE / 2)
    found = expected(session, sending, limit=100)
    assert (found.pace, found.is_at_limit) == (2, False)
    assert minutes(found) == pytest.approx(3)
    assert expected(session, sending, limit=3).is_at_limit


def test_what_is_put_off_is_done_no_sooner_than_its_next_attempt(
    session: Session, sending: Distribution
) -> None:
    later = NOW + 30 * MINUTE
    add(session, sending, 1, status=DeliveryStatus.DEFERRED, next_attempt_at=later)
    assert minutes(expected(session, sending, limit=100)) == pytest.approx(30)


def test_while_nothing_goes_out_that_is_due_nobody_can_tell(
    session: Session, sending: Distribution
) -> None:
    add(session, sending, 3, next_attempt_at=NOW - 5 * MINUTE)
    assert expected(session, sending, limit=100) == NOTHING_TELLS
    # At one a minute there is nothing odd about it yet.
    add_sent(session, sending, 1, at=NOW - 1.5 * MINUTE)
    assert expected(session, sending, limit=1).is_at_limit


def test_without_a_pace_or_a_rest_nothing_is_foretold(
    session: Session, sending: Distribution
) -> None:
    assert expected(session, sending, limit=100) == NOTHING_TELLS
    add(session, sending, 3, next_attempt_at=NOW)
    assert expected(session, sending) == NOTHING_TELLS
    sending.status = DistributionStatus.PAUSED
    assert expected(session, sending, limit=100) == NOTHING_TELLS


def test_local_times_are_done_when_the_last_zone_has_had_its_turn(
    session: Session, sending: Distribution
) -> None:
    sending.local_time = "08:30"
    add(session, sending, 2, zone="Asia/Tokyo", next_attempt_at=NOW + 60 * MINUTE)
    add(session, sending, 2, zone="Europe/Paris", next_attempt_at=NOW + 480 * MINUTE)
    assert minutes(expected(session, sending)) == pytest.approx(480)
    # The second of the last zone comes a minute later at one a minute.
    assert minutes(expected(session, sending, limit=1)) == pytest.approx(481)


def test_what_does_not_fit_into_the_hours_goes_on_the_next_day(
    session: Session, sending: Distribution
) -> None:
    here = clock.zone("Europe/Luxembourg")
    opens = (NOW.astimezone(here) + timedelta(minutes=5)).replace(second=0, microsecond=0)
    closes = opens + 10 * MINUTE
    sending.sending_hours = f"{opens:%H:%M}-{closes:%H:%M}"
    sending.sending_clock = Clock.OFFICE
    add(session, sending, 12, next_attempt_at=opens)
    found = expected(session, sending, limit=1)
    assert found.done_at is not None
    local = found.done_at.astimezone(here)
    assert local.date() == opens.date() + timedelta(days=1)
    assert (
        timedelta(0)
        <= local.replace(tzinfo=None) - opens.replace(tzinfo=None) - timedelta(days=1)
        <= 2 * MINUTE
    )


def test_who_is_not_reached_in_time_is_done_with_at_the_end(
    session: Session, sending: Distribution
) -> None:
    sending.local_time = "08:30"
    sending.not_after = NOW + 120 * MINUTE
    add(session, sending, 1, zone="Asia/Tokyo", next_attempt_at=NOW + 60 * MINUTE)
    add(session, sending, 1, zone="Europe/Paris", next_attempt_at=NOW + 480 * MINUTE)
    assert minutes(expected(session, sending)) == pytest.approx(120)
