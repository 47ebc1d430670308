"""Locks: of two who change the same distribution at once, neither fails and nothing is lost."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.clock import now
from mailer.compose.letter import Identity
from mailer.database import reading, writing
from mailer.distribution import batches, doubts, leases, lifecycle, scheduling
from mailer.distribution.following import correcting
from mailer.errors import Refused
from mailer.models import (
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Release,
    Revision,
)
from mailer.releases.editions import load_by_id
from mailer.settings import Settings
from tests import factories
from tests.factories import NOW
from tests.stepping import Beside, beside

pytestmark = pytest.mark.postgresql
S = DistributionStatus


@pytest.fixture
def steps(postgresql_engine: sa.Engine) -> Iterator[Beside]:
    with beside(postgresql_engine) as begun:
        yield begun


def made(engine: sa.Engine, *statuses: DeliveryStatus, **given: object) -> int:
    """A distribution with deliveries in these states, all in one batch."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release, **given)
        for position, status in enumerate(statuses):
            email = f"desk{position}@havnebladet.example"
            factories.delivery(session, row, email, position=position, status=status)
        return row.id or 0


def stands(engine: sa.Engine) -> tuple[DistributionStatus, dict[str, int], int]:
    """The state of the distribution, what its batch counts, and how many are due to be taken."""
    with reading(engine) as session:
        row, batch = session.exec(select(Distribution)).one(), session.exec(select(Batch)).one()
        assert batch.counts == counted(session)
        return row.status, batch.counts, len(leases.due(session, now=now()))


def counted(session: Session) -> dict[str, int]:
    rows = session.execute(
        sa.select(Delivery.status, sa.func.count()).group_by(Delivery.status)  # type: ignore[call-overload]
    )
    return {status.value: number for status, number in rows}


def test_a_cancellation_and_a_turn_that_tells_of_trouble_never_wait_in_a_circle(
    postgresql_engine: sa.Engine, steps: Beside
) -> None:
    number = made(postgresql_engine, DeliveryStatus.PENDING, DeliveryStatus.PENDING)
    with writing(postgresql_engine) as turn:
        until = NOW + timedelta(minutes=15)
        lease = leases.take(turn, number, owner="a line", until=until, now=NOW)
        assert lease
        cancelled = steps.transact(turn, lambda session: lifecycle.cancel(session, number))
        lifecycle.note(turn, number, "the relay rests")
        leases.release(turn, lease)
    assert cancelled.result() == 2
    assert stands(postgresql_engine) == (S.CANCELLED, {"cancelled": 2}, 0)


def test_what_is_to_be_sent_again_is_not_forgotten_by_a_scheduler_that_sees_all_done(
    postgresql_engine: sa.Engine, steps: Beside
) -> None:
    number = made(postgresql_engine, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN)
    with writing(postgresql_engine) as officer:
        assert doubts.resolve_unknown(officer, number, resend=True) == 1
        done = steps.transact(officer, lambda session: scheduling.finish_done(session, now=now()))
    assert done.result() == []
    assert stands(postgresql_engine) == (S.SENDING, {"sent": 1, "pending": 1}, 1)


def test_what_was_called_sent_a_moment_ago_goes_on_when_some_is_to_be_sent_again(
    postgresql_engine: sa.Engine, steps: Beside
) -> None:
    number = made(postgresql_engine, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN)
    with writing(postgresql_engine) as scheduler:
        assert scheduling.finish_done(scheduler, now=now()) == [number]
        decided = steps.transact(
            scheduler, lambda session: doubts.resolve_unknown(session, number, resend=True)
        )
    assert decided.result() == 1
    assert stands(postgresql_engine) == (S.SENDING, {"sent": 1, "pending": 1}, 1)


def test_nothing_is_sent_again_from_what_was_cancelled_a_moment_ago(
    postgresql_engine: sa.Engine, steps: Beside
) -> None:
    number = made(postgresql_engine, DeliveryStatus.PENDING, DeliveryStatus.UNKNOWN)
    with writing(postgresql_engine) as officer:
        assert lifecycle.cancel(officer, number) == 1
        decided = steps.transact(
            officer, lambda session: doubts.resolve_unknown(session, number, resend=True)
        )
    with pytest.raises(Refused, match="was cancelled"):
        decided.result()
    assert stands(postgresql_engine) == (S.CANCELLED, {"cancelled": 1, "unknown": 1}, 0)


@pytest.fixture
def starting(postgresql_engine: sa.Engine) -> int:
    """A distribution to one desk that is due to start."""
    number = made(postgresql_engine, status=S.SCHEDULED, fanned_out_at=None)
    with writing(postgresql_engine) as session:
        factories.desk(session)
    return number


def start(session: Session, identity: Identity, settings: Settings) -> list[int]:
    return scheduling.start_due(session, identity=identity, settings=settings, now=NOW)


def test_a_cancellation_while_the_audience_is_frozen_takes_all_of_it_back(
    postgresql_engine: sa.Engine,
    steps: Beside,
    starting: int,
    identity: Identity,
    settings: Settings,
) -> None:
    with writing(postgresql_engine) as scheduler:
        assert start(scheduler, identity, settings) == [starting]
        cancelled = steps.transact(scheduler, lambda session: lifecycle.cancel(session, starting))
    assert cancelled.result() == 1
    assert stands(postgresql_engine) == (S.CANCELLED, {"cancelled": 1}, 0)


def test_who_waited_for_an_audience_to_be_frozen_lets_go_of_the_row_before_the_batches(
    postgresql_engine: sa.Engine, steps: Beside
) -> None:
    number = made(postgresql_engine, DeliveryStatus.PENDING)
    with writing(postgresql_engine) as session:
        session.exec(sa.delete(Batch))
    with writing(postgresql_engine) as line:
        with writing(postgresql_engine) as freezing:
            lifecycle.found(freezing, number, to_change=True)
            cancelled = steps.transact(freezing, lambda session: lifecycle.cancel(session, number))
            with writing(postgresql_engine) as cutting:
                batches.cut(cutting, number, size=500)
            assert batches.lock_all(line, number)
        steps.until_it_waits(line, cancelled)
        lifecycle.note(line, number, "the relay rests")
    assert cancelled.result() == 1
    assert stands(postgresql_engine) == (S.CANCELLED, {"cancelled": 1}, 0)


def test_who_resumes_while_it_starts_and_is_paused_never_starts_it_twice(
    postgresql_engine: sa.Engine,
    steps: Beside,
    starting: int,
    identity: Identity,
    settings: Settings,
) -> None:
    with writing(postgresql_engine) as another:
        assert start(another, identity, settings) == [starting]
        lifecycle.pause(another, starting)
        resumed = steps.transact(another, lambda session: lifecycle.resume(session, starting))
    assert resumed.result() is None
    assert stands(postgresql_engine) == (S.SENDING, {"pending": 1}, 1)


def test_of_two_corrections_at_once_one_is_refused(
    postgresql_engine: sa.Engine, steps: Beside
) -> None:
    number = made(postgresql_engine, DeliveryStatus.SENT)
    with writing(postgresql_engine) as session:
        first = session.exec(select(Revision)).one()
        news = {"id": None, "number": 2, "body": "25", "content_hash": "25", "change_note": "25"}
        factories.saved(session, Revision(**(first.model_dump() | news)))

    def correct(session: Session) -> int | None:
        full = load_by_id(session, session.exec(select(Release.id)).one() or 0)
        given: dict[str, Any] = {"at": now(), "by": "marie", "waive_because": "a test"}
        return correcting.correct(session, number, full, **given).distribution.id

    with writing(postgresql_engine) as one:
        decided = correct(one)
        other = steps.transact(one, correct)
    with pytest.raises(Refused, match=f"distribution {decided} is still to follow {number}"):
        other.result()
