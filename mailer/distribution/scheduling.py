"""What the scheduler finds in the database: distributions that are due, deliveries to put into the
queue, deliveries that lost their worker, distributions that are done.

Every function may run in two schedulers at once, and again after any crash: the rows are the truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from mailer.distribution.fanout import Identity, fan_out
from mailer.distribution.lifecycle import UNFINISHED, WAITING
from mailer.errors import MailerError, Unreachable
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Release,
    ReleaseStatus,
)

log = structlog.get_logger(__name__)

#: Batches of one distribution that may stand in the queue at a time: when the relay is slow the
#: rest waits in the database, where it can be paused and costs nothing.
BATCHES_AHEAD = 20


@dataclass(frozen=True)
class Batch:
    """Deliveries of one distribution for one task of the queue, in their order of hand-over."""

    distribution_id: int
    delivery_ids: tuple[int, ...]
    is_urgent: bool


def start_due(session: Session, *, identity: Identity, now: datetime) -> list[int]:
    """Freeze the audience of every distribution whose time has come; their ids.

    One that cannot start is paused with the cause in its note, and does not stop the others.
    """
    due = session.exec(
        select(Distribution.id)
        .where(
            Distribution.status == DistributionStatus.SCHEDULED,
            col(Distribution.scheduled_at) <= now,
        )
        .order_by(col(Distribution.is_urgent).desc(), col(Distribution.scheduled_at))
    ).all()
    return [one for one in due if one and _started(session, one, identity=identity, now=now)]


def _started(session: Session, distribution_id: int, *, identity: Identity, now: datetime) -> bool:
    if not _claimed(session, distribution_id):
        return False
    distribution = session.get_one(Distribution, distribution_id, populate_existing=True)
    try:
        with session.begin_nested():
            fan_out(session, distribution, identity=identity, at=now)
            _gone_out(session, distribution.release_id)
    except (Unreachable, OperationalError):
        raise
    except MailerError as cause:
        return _held(session, distribution, str(cause))
    except Exception as defect:
        log.exception("distribution not started", distribution_id=distribution_id)
        return _held(session, distribution, f"could not start, a defect of ours: {defect!r:.200}")
    return True


def _gone_out(session: Session, release_id: int) -> None:
    """From the first hand-over on a release is sent: its facts are in the world."""
    session.exec(
        sa.update(Release)
        .where(
            col(Release.id) == release_id,
            col(Release.status).in_((ReleaseStatus.DRAFT, ReleaseStatus.APPROVED)),
        )
        .values(status=ReleaseStatus.SENT)
    )


def _held(session: Session, distribution: Distribution, note: str) -> bool:
    """Pause what cannot start, with the cause for the officer."""
    distribution.status, distribution.note = DistributionStatus.PAUSED, note
    session.add(distribution)
    session.flush()
    return False


def _claimed(session: Session, distribution_id: int) -> bool:
    """Whether this scheduler, and no other, moved it from scheduled to sending."""
    changed = session.exec(
        sa.update(Distribution)
        .where(
            col(Distribution.id) == distribution_id,
            col(Distribution.status) == DistributionStatus.SCHEDULED,
        )
        .values(status=DistributionStatus.SENDING)
    )
    return changed.rowcount == 1


def batches_to_queue(
    session: Session, *, batch_size: int, patience: timedelta, now: datetime
) -> list[Batch]:
    """Waiting deliveries that no task in the queue is believed to hold; marked as queued.

    The mark ends after `patience`, so that what an emptied broker forgot is found again.
    """
    sending = session.exec(
        select(Distribution)
        .where(Distribution.status == DistributionStatus.SENDING)
        .order_by(col(Distribution.is_urgent).desc(), col(Distribution.id))
    ).all()
    return [
        batch
        for distribution in sending
        for batch in _batches(session, distribution, size=batch_size, patience=patience, now=now)
    ]


def _batches(
    session: Session, distribution: Distribution, *, size: int, patience: timedelta, now: datetime
) -> Iterator[Batch]:
    number = distribution.id or 0
    room = size * BATCHES_AHEAD - _queued(session, number, now=now)
    if room <= 0:
        return
    ids = _waiting(session, number, limit=room, now=now)
    for start in range(0, len(ids), size):
        chosen = ids[start : start + size]
        session.exec(
            sa.update(Delivery)
            .where(col(Delivery.id).in_(chosen))
            .values(queued_until=now + patience)
        )
        yield Batch(number, tuple(chosen), distribution.is_urgent)


# The conditions stand literally, as in the partial index: SQLite uses it only then.
_OPEN = sa.text("delivery.status IN ('pending', 'deferred', 'sending')")


def _queued(session: Session, distribution_id: int, *, now: datetime) -> int:
    return session.exec(
        select(sa.func.count())
        .select_from(Delivery)
        .where(Delivery.distribution_id == distribution_id, _OPEN, col(Delivery.queued_until) > now)
    ).one()


def _waiting(session: Session, distribution_id: int, *, limit: int, now: datetime) -> list[int]:
    is_due = sa.or_(
        col(Delivery.status) == DeliveryStatus.PENDING,
        sa.and_(
            col(Delivery.status) == DeliveryStatus.DEFERRED, col(Delivery.next_attempt_at) <= now
        ),
    )
    not_queued = sa.or_(col(Delivery.queued_until).is_(None), col(Delivery.queued_until) <= now)
    rows = session.exec(
        select(Delivery.id)
        .where(Delivery.distribution_id == distribution_id, _OPEN, is_due, not_queued)
        .order_by(col(Delivery.position), col(Delivery.id))
        .limit(limit)
    )
    return [row for row in rows if row is not None]


def rescue_lost(session: Session, *, now: datetime) -> int:
    """Deliveries whose worker was lost in mid-hand-over become `unknown`; their number.

    Whether the relay took them nobody can tell, so nobody sends them again without a decision.
    """
    lost = session.exec(
        sa.update(Delivery)
        .where(
            _OPEN, col(Delivery.status) == DeliveryStatus.SENDING, col(Delivery.lease_until) < now
        )
        .values(
            status=DeliveryStatus.UNKNOWN,
            reason="the worker was lost while handing it over",
            lease_owner="",
            lease_until=None,
            queued_until=None,
        )
    )
    return int(lost.rowcount)


def cancel_left(session: Session) -> int:
    """Cancel what a worker gave back or the relay put off after a cancellation; its number."""
    cancelled = select(Distribution.id).where(Distribution.status == DistributionStatus.CANCELLED)
    left = session.exec(
        sa.update(Delivery)
        .where(
            _OPEN, col(Delivery.status).in_(WAITING), col(Delivery.distribution_id).in_(cancelled)
        )
        .values(status=DeliveryStatus.CANCELLED, queued_until=None, next_attempt_at=None)
        .execution_options(synchronize_session=False)
    )
    return int(left.rowcount)


def finish_done(session: Session, *, now: datetime) -> list[int]:
    """Distributions with nothing left to do are `sent`; their ids."""
    unfinished = (
        select(Delivery.id)
        .where(
            Delivery.distribution_id == Distribution.id,
            col(Delivery.status).in_(UNFINISHED),
            _OPEN,
        )
        .exists()
    )
    done = session.scalars(
        sa.update(Distribution)
        .where(
            col(Distribution.status) == DistributionStatus.SENDING,
            col(Distribution.fanned_out_at).is_not(None),
            ~unfinished,
        )
        .values(status=DistributionStatus.SENT, finished_at=now)
        .returning(col(Distribution.id))
    ).all()
    return [number for number in done if number is not None]
