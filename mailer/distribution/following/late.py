"""What was on its way when a follow-up began: once it is settled, whoever got the earlier text
after all gets the follow-up as well, and what was given back is stopped. The scheduler looks for
it, so that nothing is lost with any worker.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.compose.letter import Identity
from mailer.distribution import batches
from mailer.distribution.following.freezing import earlier_of, freeze
from mailer.distribution.following.threads import REPLACING, thread_of
from mailer.distribution.lifecycle import found, reopen
from mailer.models import Distribution, DistributionStatus
from mailer.settings import Settings

#: An earlier distribution in one of these may still bring its text to somebody.
UNSETTLED = (DistributionStatus.SENDING, DistributionStatus.PAUSED)


def take_up_late(session: Session, *, identity: Identity, settings: Settings, now: datetime) -> int:
    """Bring follow-ups to those who got the earlier text late; the number of their deliveries."""
    return sum(
        _taken_up(session, number, identity=identity, settings=settings, now=now)
        for number in _followers(session)
    )


def waits_for_thread(session: Session, distribution_id: int) -> bool:
    """Whether somebody may still get an earlier text of its thread, and so this one after it."""
    row = found(session, distribution_id)
    if row.follows_id is None:
        return False
    return bool(batches.open_among(session, earlier_of(session, row)))


def _followers(session: Session) -> list[int]:
    """Follow-ups of which something earlier is not settled: the last of each thread that replaces
    what came before, and all that replace nothing.
    """
    one, earlier = aliased(Distribution), aliased(Distribution)
    unsettled = sa.select(col(one.id)).where(
        col(one.follows_id).is_not(None),
        col(one.fanned_out_at).is_not(None),
        col(one.status) != DistributionStatus.CANCELLED,
        sa.exists().where(
            sa.or_(
                col(earlier.id) == col(one.follows_id),
                col(earlier.follows_id) == col(one.follows_id),
            ),
            col(earlier.id) < col(one.id),
            col(earlier.status).in_((*UNSETTLED, DistributionStatus.CANCELLED)),
            sa.or_(
                col(earlier.status).in_(UNSETTLED),
                col(one.status) == DistributionStatus.SENDING,
            ),
        ),
    )
    numbers = [number for number in session.execute(unsettled).scalars() if number]
    return [number for number in numbers if not _is_overtaken(session, number)]


def _is_overtaken(session: Session, number: int) -> bool:
    return any(
        row.relation in REPLACING
        and (row.id or 0) > number
        and row.status is not DistributionStatus.CANCELLED
        and row.fanned_out_at is not None
        for row in thread_of(session, number)
    )


def _taken_up(
    session: Session, number: int, *, identity: Identity, settings: Settings, now: datetime
) -> int:
    row = found(session, number)
    earlier = earlier_of(session, row)
    # Before what is open is asked for: nobody changes it meanwhile.
    batches.lock_all(session, *earlier, number)
    planned = freeze(
        session,
        row,
        identity=identity,
        at=now,
        batch_size=settings.delivery.batch_size,
        throttle=settings.throttle,
        # A line may have been told before, and written it down after: at most its lease later, and
        # what it was told while it last renewed that.
        lookback=2 * timedelta(seconds=settings.delivery.lease_seconds),
    )
    if planned:
        reopen(session, number)
    if row.relation in REPLACING:
        _close(session, earlier, now=now)
    return planned


def _close(session: Session, earlier: list[int], *, now: datetime) -> None:
    """What was replaced is over when nothing of it is on its way any more."""
    still_open = batches.open_among(session, earlier)
    session.execute(
        sa.update(Distribution)
        .where(
            col(Distribution.id).in_(sorted(set(earlier) - still_open)),
            col(Distribution.status).in_(UNSETTLED),
        )
        .values(status=DistributionStatus.SENT, finished_at=now),
        execution_options={"synchronize_session": False},
    )
