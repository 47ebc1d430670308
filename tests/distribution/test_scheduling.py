"""What the scheduler finds: due distributions, waiting deliveries, lost ones, finished ones."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from mailer.distribution import scheduling
from mailer.distribution.fanout import Identity
from mailer.models import (
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    ReleaseStatus,
)
from mailer.releases.editions import FullRelease
from tests import factories

NOW = factories.NOW
PATIENCE = timedelta(seconds=60)
S = DistributionStatus


def due(session: Session, full: FullRelease, **given: object) -> Distribution:
    values = {"status": S.SCHEDULED, "fanned_out_at": None, "scheduled_at": NOW} | given
    return factories.distribution(session, full.release, **values)


def queued(session: Session, *, now: object = NOW, size: int = 2) -> list[tuple[int, ...]]:
    batches = scheduling.batches_to_queue(
        session,
        batch_size=size,
        patience=PATIENCE,
        now=now,  # type: ignore[arg-type]
    )
    return [batch.delivery_ids for batch in batches]


def test_a_distribution_starts_when_its_time_has_come(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.desk(session)
    row = due(session, full)
    early = NOW - timedelta(seconds=1)
    assert scheduling.start_due(session, identity=identity, now=early) == []
    assert scheduling.start_due(session, identity=identity, now=NOW) == [row.id]
    assert row.status is S.SENDING


def test_a_second_scheduler_starts_nothing_again(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.desk(session)
    due(session, full)
    scheduling.start_due(session, identity=identity, now=NOW)
    assert scheduling.start_due(session, identity=identity, now=NOW) == []


@pytest.mark.parametrize("status", [S.DRAFT, S.PAUSED, S.CANCELLED, S.SENT])
def test_what_is_not_scheduled_does_not_start(
    session: Session, full: FullRelease, identity: Identity, status: DistributionStatus
) -> None:
    due(session, full, status=status)
    assert scheduling.start_due(session, identity=identity, now=NOW) == []


def test_one_that_cannot_start_is_paused_with_the_cause_and_does_not_stop_the_others(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.desk(session)
    broken = due(session, full, criteria='list:"Deleted since"')
    sound = due(session, full)
    assert scheduling.start_due(session, identity=identity, now=NOW) == [sound.id]
    assert broken.status is S.PAUSED
    assert "Deleted since" in broken.note


def test_waiting_deliveries_are_queued_in_batches_and_only_once(
    session: Session, full: FullRelease
) -> None:
    row = factories.distribution(session, full.release)
    ids = [factories.delivery(session, row, f"n{n}@b.example").id for n in range(3)]
    assert queued(session) == [(ids[0], ids[1]), (ids[2],)]
    assert queued(session) == []


def test_what_an_emptied_broker_forgot_is_queued_again(session: Session, full: FullRelease) -> None:
    row = factories.distribution(session, full.release)
    factories.delivery(session, row, "a@b.example")
    first = queued(session)
    assert queued(session, now=NOW + PATIENCE) == first


def test_no_more_than_some_batches_of_a_distribution_stand_in_the_queue(
    session: Session, full: FullRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "BATCHES_AHEAD", 2)
    row = factories.distribution(session, full.release)
    for number in range(7):
        factories.delivery(session, row, f"n{number}@b.example")
    assert [len(batch) for batch in queued(session)] == [2, 2]


@pytest.mark.parametrize("status", [s for s in DeliveryStatus if s != DeliveryStatus.PENDING])
def test_only_waiting_deliveries_are_queued(
    session: Session, full: FullRelease, status: DeliveryStatus
) -> None:
    row = factories.distribution(session, full.release)
    factories.delivery(session, row, "a@b.example", status=status)
    assert queued(session) == []


def test_a_deferred_delivery_is_queued_when_its_time_has_come(
    session: Session, full: FullRelease
) -> None:
    row = factories.distribution(session, full.release)
    later = NOW + timedelta(minutes=6)
    factories.delivery(
        session, row, "a@b.example", status=DeliveryStatus.DEFERRED, next_attempt_at=later
    )
    assert queued(session) == []
    assert len(queued(session, now=later)) == 1


@pytest.mark.parametrize("status", [S.PAUSED, S.CANCELLED, S.SCHEDULED])
def test_a_distribution_that_is_not_sending_queues_nothing(
    session: Session, full: FullRelease, status: DistributionStatus
) -> None:
    row = factories.distribution(session, full.release, status=status)
    factories.delivery(session, row, "a@b.example")
    assert queued(session) == []


def test_urgent_distributions_come_first(session: Session, full: FullRelease) -> None:
    calm = factories.distribution(session, full.release)
    urgent = factories.distribution(session, full.release, is_urgent=True)
    factories.delivery(session, calm, "a@b.example")
    first = factories.delivery(session, urgent, "a@b.example")
    assert queued(session)[0] == (first.id,)


def test_a_delivery_whose_worker_is_lost_becomes_unknown(
    session: Session, full: FullRelease
) -> None:
    row = factories.distribution(session, full.release)
    lost = factories.delivery(
        session,
        row,
        "a@b.example",
        status=DeliveryStatus.SENDING,
        lease_owner="worker-1",
        lease_until=NOW - timedelta(seconds=1),
    )
    alive = factories.delivery(
        session,
        row,
        "c@b.example",
        status=DeliveryStatus.SENDING,
        lease_owner="worker-2",
        lease_until=NOW + timedelta(seconds=1),
    )
    assert scheduling.rescue_lost(session, now=NOW) == 1
    session.refresh(lost)
    session.refresh(alive)
    assert (lost.status, alive.status) == (DeliveryStatus.UNKNOWN, DeliveryStatus.SENDING)


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_a_distribution_is_sent_when_nothing_more_can_happen_by_itself(
    session: Session, full: FullRelease, status: DeliveryStatus
) -> None:
    row = factories.distribution(session, full.release)
    factories.delivery(session, row, "a@b.example", status=status)
    unfinished = status in {
        DeliveryStatus.PENDING,
        DeliveryStatus.DEFERRED,
        DeliveryStatus.SENDING,
    }
    done = scheduling.finish_done(session, now=NOW)
    session.refresh(row)
    assert done == ([] if unfinished else [row.id])
    assert row.status is (S.SENDING if unfinished else S.SENT)


def test_a_release_is_sent_from_the_start_of_its_first_distribution(
    session: Session, full: FullRelease, identity: Identity
) -> None:
    factories.desk(session)
    due(session, full)
    scheduling.start_due(session, identity=identity, now=NOW)
    session.refresh(full.release)
    assert full.release.status is ReleaseStatus.SENT


def test_a_defect_in_one_distribution_does_not_stop_the_others(
    session: Session, full: FullRelease, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.desk(session)
    broken, sound = due(session, full), due(session, full, criteria="country:DK")
    fan_out = scheduling.fan_out

    def clumsy(session: Session, row: Distribution, **given: Any) -> int:
        if row.id == broken.id:
            raise ZeroDivisionError
        return fan_out(session, row, **given)

    monkeypatch.setattr(scheduling, "fan_out", clumsy)
    assert scheduling.start_due(session, identity=identity, now=NOW) == [sound.id]
    assert broken.status is S.PAUSED
    assert "ZeroDivisionError" in broken.note


def test_what_is_given_back_after_a_cancellation_is_cancelled(
    session: Session, full: FullRelease
) -> None:
    row = factories.distribution(session, full.release, status=S.CANCELLED)
    late = factories.delivery(session, row, "a@b.example", status=DeliveryStatus.DEFERRED)
    sent = factories.delivery(session, row, "b@b.example", status=DeliveryStatus.SENT)
    assert scheduling.cancel_left(session) == 1
    session.refresh(late)
    session.refresh(sent)
    assert (late.status, sent.status) == (DeliveryStatus.CANCELLED, DeliveryStatus.SENT)
