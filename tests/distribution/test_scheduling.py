"""What the scheduler finds: due distributions, late ones, finished ones."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.compose.letter import Identity
from mailer.distribution import lifecycle, scheduling
from mailer.models import (
    Batch,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    ReleaseStatus,
)
from mailer.releases.editions import FullRelease
from mailer.settings import Settings
from tests import factories

NOW = factories.NOW
S = DistributionStatus


def due(session: Session, full: FullRelease, **given: object) -> Distribution:
    values = {"status": S.SCHEDULED, "fanned_out_at": None, "scheduled_at": NOW} | given
    return factories.distribution(session, full.release, **values)


Start = Callable[..., list[int]]


@pytest.fixture
def start(session: Session, identity: Identity, settings: Settings) -> Start:
    """Start what is due at that moment."""
    return lambda now=NOW: scheduling.start_due(
        session, identity=identity, settings=settings, now=now
    )


def test_a_distribution_starts_when_its_time_has_come(
    session: Session, full: FullRelease, start: Start
) -> None:
    factories.desk(session)
    row = due(session, full)
    early = NOW - timedelta(seconds=1)
    assert start(early) == []
    assert start() == [row.id]
    assert row.status is S.SENDING


def test_a_second_scheduler_starts_nothing_again(
    session: Session, full: FullRelease, start: Start
) -> None:
    factories.desk(session)
    due(session, full)
    start()
    assert start() == []


@pytest.mark.parametrize("status", [S.DRAFT, S.PAUSED, S.CANCELLED, S.SENT])
def test_what_is_not_scheduled_does_not_start(
    session: Session, full: FullRelease, start: Start, status: DistributionStatus
) -> None:
    due(session, full, status=status)
    assert start() == []


def test_an_audience_that_has_jumped_since_it_was_decided_waits_for_an_officer(
    session: Session, full: FullRelease, start: Start
) -> None:
    for number in range(60):
        factories.journalist(session, f"one{number}@havnebladet.example")
    row = due(session, full, decided_count=3)
    assert start() == []
    assert row.status is S.PAUSED
    assert "has 60 recipients now, and had 3" in row.note
    assert row.fanned_out_at is None
    lifecycle.resume(session, row.id or 0)
    assert start() == [row.id]


def test_who_pauses_it_herself_before_it_starts_is_still_guarded(
    session: Session, full: FullRelease, start: Start
) -> None:
    for number in range(60):
        factories.journalist(session, f"one{number}@havnebladet.example")
    row = due(session, full, decided_count=3)
    lifecycle.pause(session, row.id or 0)
    lifecycle.resume(session, row.id or 0)
    assert start() == []


def test_one_that_cannot_start_is_paused_with_the_cause_and_does_not_stop_the_others(
    session: Session, full: FullRelease, start: Start
) -> None:
    factories.desk(session)
    broken = due(session, full, criteria='list:"Deleted since"')
    sound = due(session, full)
    assert start() == [sound.id]
    assert broken.status is S.PAUSED
    assert "Deleted since" in broken.note


def test_what_waits_when_the_time_of_its_distribution_is_over_expires(
    session: Session, full: FullRelease
) -> None:
    row = factories.distribution(session, full.release, not_after=NOW)
    waits = factories.delivery(session, row, "a@b.example")
    sent = factories.delivery(session, row, "c@b.example", status=DeliveryStatus.SENT)
    assert scheduling.expire_late(session, now=NOW - timedelta(seconds=1)) == 0
    assert scheduling.expire_late(session, now=NOW) == 1
    assert scheduling.expire_late(session, now=NOW) == 0
    session.refresh(waits)
    session.refresh(sent)
    assert (waits.status, sent.status) == (DeliveryStatus.EXPIRED, DeliveryStatus.SENT)
    assert scheduling.finish_done(session, now=NOW) == [row.id]


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_a_distribution_is_sent_when_nothing_more_can_happen_by_itself(
    session: Session, full: FullRelease, status: DeliveryStatus
) -> None:
    row = factories.distribution(session, full.release)
    factories.delivery(session, row, "a@b.example", status=status)
    if status == DeliveryStatus.SENDING:
        session.exec(sa.update(Batch).values(lease_owner="a worker"))
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
    session: Session, full: FullRelease, start: Start
) -> None:
    factories.desk(session)
    due(session, full)
    start()
    session.refresh(full.release)
    assert full.release.status is ReleaseStatus.SENT


def test_a_defect_in_one_distribution_does_not_stop_the_others(
    session: Session, full: FullRelease, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.desk(session)
    broken, sound = due(session, full), due(session, full, criteria="country:DK")
    fan_out = scheduling.fan_out

    def clumsy(session: Session, row: Distribution, **given: Any) -> int:
        if row.id == broken.id:
            raise ZeroDivisionError
        return fan_out(session, row, **given)

    monkeypatch.setattr(scheduling, "fan_out", clumsy)
    assert start() == [sound.id]
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
