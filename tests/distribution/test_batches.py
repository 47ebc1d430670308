"""Batches: what has become of a distribution is a sum, and the sum is right."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from mailer.distribution import batches
from mailer.models import Batch, Delivery, DeliveryStatus, Distribution
from mailer.releases.editions import FullRelease
from tests import factories

NOW = factories.NOW


@pytest.fixture
def distribution(session: Session, full: FullRelease) -> Distribution:
    """Seven deliveries, cut into batches of three."""
    row = factories.distribution(session, full.release)
    for position in range(7):
        factories.delivery(session, row, f"n{position}@b.example", position=position)
    factories.in_batches(session, row, size=3)
    return row


def rows(session: Session) -> list[Batch]:
    query = select(Batch).order_by(Batch.first_position).execution_options(populate_existing=True)
    return list(session.exec(query))


def at(session: Session, position: int) -> Delivery:
    return session.exec(select(Delivery).where(Delivery.position == position)).one()


def test_the_deliveries_are_cut_in_their_order(
    session: Session, distribution: Distribution
) -> None:
    assert [(row.first_position, row.last_position) for row in rows(session)] == [
        (0, 2),
        (3, 5),
        (6, 8),
    ]
    assert [row.counts for row in rows(session)] == [
        {"pending": 3},
        {"pending": 3},
        {"pending": 1},
    ]
    assert {row.due_at for row in rows(session)} == {NOW}


def test_a_batch_is_due_when_the_first_that_waits_in_it_is(
    session: Session, distribution: Distribution
) -> None:
    for position, minutes in ((3, 9), (4, 5), (5, 7)):
        at(session, position).next_attempt_at = NOW + timedelta(minutes=minutes)
    session.flush()
    batches.recount(session, batch_ids=batches.lock_all(session, distribution.id or 0))
    assert rows(session)[1].due_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("status", [s for s in DeliveryStatus if s not in {"pending", "deferred"}])
def test_a_batch_in_which_nothing_waits_is_never_due(
    session: Session, distribution: Distribution, status: DeliveryStatus
) -> None:
    last = at(session, 6)
    last.status, last.next_attempt_at = status, None
    session.flush()
    batches.recount(session, batch_ids=batches.lock_around(session, [(distribution.id or 0, 6)]))
    assert (rows(session)[2].due_at, rows(session)[2].counts) == (None, {status.value: 1})


def test_only_the_batches_around_what_changed_are_counted_again(
    session: Session, distribution: Distribution
) -> None:
    for position in (0, 4):
        at(session, position).status = DeliveryStatus.SENT
    session.flush()
    batches.recount(session, batch_ids=batches.lock_around(session, [(distribution.id or 0, 4)]))
    assert [row.counts for row in rows(session)] == [
        {"pending": 3},
        {"pending": 2, "sent": 1},
        {"pending": 1},
    ]


def test_nothing_changed_counts_nothing(session: Session, distribution: Distribution) -> None:
    assert batches.lock_around(session, []) == []
    batches.recount(session, batch_ids=[])
    assert rows(session)[0].counts == {"pending": 3}


def test_progress_is_the_sum_with_the_first_and_the_last_and_the_pace(
    session: Session, distribution: Distribution
) -> None:
    # The first batch went out long ago but for one, the second within the last minute.
    minutes_ago = {0: 30, 1: 20, 2: 0.5, 3: 0.4, 4: 0.3}
    for position, minutes in minutes_ago.items():
        row = at(session, position)
        row.status, row.sent_at = DeliveryStatus.SENT, NOW - timedelta(minutes=minutes)
    at(session, 4).status = DeliveryStatus.BOUNCED
    session.flush()
    number = distribution.id or 0
    batches.recount(session, batch_ids=batches.lock_all(session, number))
    so_far = batches.progress(session, number, since=NOW - timedelta(minutes=1))
    assert so_far.counts == {"pending": 2, "sent": 4, "bounced": 1}
    assert so_far.first_sent_at == NOW - timedelta(minutes=30)
    assert so_far.last_sent_at == NOW - timedelta(minutes=0.3)
    assert so_far.recent == 3


def test_a_distribution_without_deliveries_has_made_no_progress(
    session: Session, full: FullRelease
) -> None:
    row = factories.distribution(session, full.release)
    assert batches.cut(session, row.id or 0, size=3) == 0
    so_far = batches.progress(session, row.id or 0, since=NOW)
    assert (so_far.counts, so_far.first_sent_at, so_far.recent) == ({}, None, 0)
