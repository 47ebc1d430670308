"""Leases: each batch is held by one line at a time."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.database import writing
from mailer.distribution import leases
from mailer.distribution.leases import Lease
from mailer.models import Batch, DeliveryStatus, Distribution, DistributionStatus
from mailer.releases.editions import FullRelease
from tests import factories

NOW = factories.NOW
LEASE = timedelta(minutes=15)
UNTIL = NOW + LEASE


@pytest.fixture
def distribution(session: Session, full: FullRelease) -> Distribution:
    """Four deliveries, cut into batches of two."""
    row = factories.distribution(session, full.release)
    for position in range(4):
        factories.delivery(session, row, f"n{position}@b.example", position=position)
    factories.in_batches(session, row, size=2)
    return row


def take(session: Session, row: Distribution, owner: str, *, now: datetime = NOW) -> Lease | None:
    return leases.take(session, row.id or 0, owner=owner, until=UNTIL, now=now)


def positions(lease: Lease | None) -> tuple[int, int] | None:
    return lease and (lease.first_position, lease.last_position)


def test_lines_take_different_batches_until_none_is_left(
    session: Session, distribution: Distribution
) -> None:
    assert positions(take(session, distribution, "a")) == (0, 1)
    assert positions(take(session, distribution, "b")) == (2, 3)
    assert take(session, distribution, "c") is None


def test_what_is_not_due_is_not_taken(session: Session, distribution: Distribution) -> None:
    assert take(session, distribution, "a", now=NOW - timedelta(seconds=1)) is None


def test_a_released_batch_can_be_taken_again(session: Session, distribution: Distribution) -> None:
    first = take(session, distribution, "a")
    assert first
    leases.release(session, first)
    assert positions(take(session, distribution, "b")) == (0, 1)


def test_a_limit_of_the_rate_puts_a_batch_off(session: Session, distribution: Distribution) -> None:
    first = take(session, distribution, "a")
    assert first
    later = NOW + timedelta(seconds=30)
    leases.release(session, first, not_before=later)
    assert positions(take(session, distribution, "b")) == (2, 3)
    assert take(session, distribution, "b") is None
    assert positions(take(session, distribution, "b", now=later)) == (0, 1)


def test_who_lost_a_lease_hears_so(session: Session, distribution: Distribution) -> None:
    lease = take(session, distribution, "a")
    assert lease
    assert leases.renew(session, lease, until=UNTIL)
    leases.release(session, lease)
    assert not leases.renew(session, lease, until=UNTIL)
    another = take(session, distribution, "b")
    leases.release(session, lease)
    assert another in leases.held_by(session, "b")


def test_a_silent_line_is_overdue(session: Session, distribution: Distribution) -> None:
    lease = take(session, distribution, "a")
    assert leases.overdue(session, now=UNTIL) == []
    assert leases.overdue(session, now=UNTIL + timedelta(seconds=1)) == [lease]


def test_distributions_with_free_batches_are_due_the_urgent_first(
    session: Session, full: FullRelease, distribution: Distribution
) -> None:
    urgent = factories.distribution(session, full.release, is_urgent=True)
    factories.delivery(session, urgent, "a@b.example")
    take(session, distribution, "a")
    found = [
        (one.distribution_id, one.is_urgent, one.batches) for one in leases.due(session, now=NOW)
    ]
    assert found == [(urgent.id, True, 1), (distribution.id, False, 1)]


@pytest.mark.parametrize("status", [s for s in DistributionStatus if s != "sending"])
def test_only_what_is_being_sent_is_due(
    session: Session, distribution: Distribution, status: DistributionStatus
) -> None:
    distribution.status = status
    session.flush()
    assert leases.due(session, now=NOW) == []


@pytest.mark.parametrize("status", [s for s in DeliveryStatus if s not in {"pending", "deferred"}])
def test_what_does_not_wait_is_not_due(
    session: Session, full: FullRelease, status: DeliveryStatus
) -> None:
    row = factories.distribution(session, full.release)
    factories.delivery(session, row, "a@b.example", status=status)
    assert leases.due(session, now=NOW) == []


def test_the_rest_lets_the_urgent_pass_only_while_something_of_it_is_due(
    session: Session, full: FullRelease, distribution: Distribution
) -> None:
    assert not urgent_is_due(session)
    urgent = factories.distribution(session, full.release, is_urgent=True)
    later = NOW + timedelta(minutes=1)
    factories.delivery(session, urgent, "a@b.example", next_attempt_at=later)
    assert not urgent_is_due(session)
    assert urgent_is_due(session, now=later)


def urgent_is_due(session: Session, *, now: datetime = NOW) -> bool:
    return leases.urgent_is_due(session, lease_seconds=LEASE.total_seconds(), now=now)


@pytest.mark.parametrize(
    ("silent_for", "is_awaited"),
    [(timedelta(0), True), (timedelta(seconds=20), True), (timedelta(seconds=40), False)],
)
def test_the_rest_does_not_wait_for_the_urgent_that_a_silent_line_holds(
    session: Session, full: FullRelease, silent_for: timedelta, is_awaited: bool
) -> None:
    urgent = factories.distribution(session, full.release, is_urgent=True)
    factories.delivery(session, urgent, "a@b.example")
    assert take(session, urgent, "a line of a lost machine")
    assert urgent_is_due(session, now=NOW + silent_for) is is_awaited


def test_two_lines_at_once_never_hold_the_same_batch(engine: sa.Engine) -> None:
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        for position in range(4):
            factories.delivery(session, row, f"n{position}@b.example", position=position)
        factories.in_batches(session, row, size=2)
    with writing(engine) as first:
        one = take(first, row, "a")
        if engine.dialect.name == "postgresql":
            # The first has not committed yet: the second passes its batch by and does not wait.
            with writing(engine) as second:
                two = take(second, row, "b")
    if engine.dialect.name == "sqlite":
        with writing(engine) as second:
            two = take(second, row, "b")
    assert (positions(one), positions(two)) == ((0, 1), (2, 3))
    with writing(engine) as session:
        assert {b.lease_owner for b in session.exec(sa.select(Batch)).scalars()} == {"a", "b"}
