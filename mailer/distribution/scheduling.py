"""What the scheduler finds in the database: distributions that are due, deliveries to put into the
queue, deliveries that lost their worker, distributions that are done.

Every function may run in two schedulers at once, and again after any crash: the rows are the truth.
"""

from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from mailer.compose.letter import Identity
from mailer.distribution.batches import WAITING, lock_all, recount
from mailer.distribution.fanout import fan_out
from mailer.distribution.following.freezing import freeze
from mailer.distribution.following.late import waits_for_thread
from mailer.distribution.following.translations import somebody_waits
from mailer.distribution.jump import refuse_growth
from mailer.distribution.lifecycle import cancel_waiting
from mailer.errors import MailerError, Unreachable
from mailer.models import (
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Release,
    ReleaseStatus,
)
from mailer.settings import Settings

log = structlog.get_logger(__name__)


def start_due(
    session: Session, *, identity: Identity, settings: Settings, now: datetime
) -> list[int]:
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
    return [
        one
        for one in due
        if one and _started(session, one, identity=identity, settings=settings, now=now)
    ]


def _started(
    session: Session,
    distribution_id: int,
    *,
    identity: Identity,
    settings: Settings,
    now: datetime,
) -> bool:
    if not _claimed(session, distribution_id):
        return False
    distribution = session.get_one(Distribution, distribution_id, populate_existing=True)
    try:
        with session.begin_nested():
            freezing = fan_out if distribution.follows_id is None else freeze
            planned = freezing(
                session,
                distribution,
                identity=identity,
                at=now,
                batch_size=settings.delivery.batch_size,
                throttle=settings.throttle,
            )
            refuse_growth(planned, decided=distribution.decided_count)
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


def cancel_left(session: Session) -> int:
    """Cancel what a worker gave back or the relay put off after a cancellation; its number."""
    left = session.exec(
        select(Distribution.id)
        .join(Batch, col(Batch.distribution_id) == col(Distribution.id))
        .where(Distribution.status == DistributionStatus.CANCELLED, col(Batch.due_at).is_not(None))
        .distinct()
    ).all()
    lock_all(session, *filter(None, left))
    return sum(cancel_waiting(session, number) for number in left if number)


def expire_late(session: Session, *, now: datetime) -> int:
    """What still waits when its distribution's time is over expires; the number of deliveries."""
    late = session.exec(
        select(Distribution.id)
        .join(Batch, col(Batch.distribution_id) == col(Distribution.id))
        .where(
            Distribution.status == DistributionStatus.SENDING,
            col(Distribution.not_after) <= now,
            sa.or_(col(Batch.due_at).is_not(None), somebody_waits()),
        )
        .distinct()
    ).all()
    lock_all(session, *filter(None, late))
    return sum(_expired(session, number) for number in late if number)


def _expired(session: Session, distribution_id: int) -> int:
    numbers = lock_all(session, distribution_id)
    session.execute(
        sa.update(Distribution).where(col(Distribution.id) == distribution_id).values(awaited=[])
    )
    expired = session.exec(
        sa.update(Delivery)
        .where(col(Delivery.distribution_id) == distribution_id, col(Delivery.status).in_(WAITING))
        .values(
            status=DeliveryStatus.EXPIRED,
            reason="the distribution's time was over before it was handed over",
            next_attempt_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    recount(session, batch_ids=numbers)
    return int(expired.rowcount)


def finish_done(session: Session, *, now: datetime) -> list[int]:
    """Distributions with nothing left to do are `sent`; their ids.

    What seems done is looked at again once nobody else can change its deliveries: an officer may
    be deciding at this moment to send some of it again.
    """
    unfinished = (
        select(Batch.id)
        .where(
            Batch.distribution_id == Distribution.id,
            sa.or_(col(Batch.due_at).is_not(None), col(Batch.lease_owner) != ""),
        )
        .exists()
    )
    is_done = sa.and_(
        col(Distribution.status) == DistributionStatus.SENDING,
        col(Distribution.fanned_out_at).is_not(None),
        ~unfinished,
        ~somebody_waits(),
    )
    seem_done = list(session.scalars(sa.select(col(Distribution.id)).where(is_done)))
    seem_done = [one for one in seem_done if one and not waits_for_thread(session, one)]
    if not seem_done:
        return []
    lock_all(session, *filter(None, seem_done))
    done = session.scalars(
        sa.update(Distribution)
        .where(col(Distribution.id).in_(seem_done), is_done)
        .values(status=DistributionStatus.SENT, finished_at=now, note="")
        .returning(col(Distribution.id))
    ).all()
    return [number for number in done if number is not None]
