"""Leases: a worker holds one batch at a time, and nobody else touches what is in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.database import UTCDateTime
from mailer.distribution.batches import recount
from mailer.models import Batch, Distribution, DistributionStatus

#: A line that lives renews its leases every few seconds, however slow the relay is.
SILENT_SECONDS = 30.0


@dataclass(frozen=True)
class Lease:
    """A batch that is held."""

    batch_id: int
    distribution_id: int
    first_position: int
    last_position: int
    owner: str


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    """With something due in it, and held by nobody. A lost worker's batch is rescued first."""
    return sa.and_(col(Batch.due_at) <= now, col(Batch.lease_owner) == "")


def take(
    session: Session, distribution_id: int, *, owner: str, until: datetime, now: datetime
) -> Lease | None:
    """Hold the next free batch of that distribution until then; None when there is none."""
    next_one = (
        sa.select(col(Batch.id))
        .where(col(Batch.distribution_id) == distribution_id, _is_free(now))
        .order_by(col(Batch.due_at), col(Batch.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = session.execute(
        sa.update(Batch)
        .where(col(Batch.id) == next_one, col(Batch.lease_owner) == "")
        .values(lease_owner=owner, lease_until=until)
        .returning(col(Batch.id), col(Batch.first_position), col(Batch.last_position))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if row is None else Lease(row[0], distribution_id, row[1], row[2], owner)


def renew(session: Session, lease: Lease, *, until: datetime) -> bool:
    """Hold the batch longer; False when it is not ours any more. Done before its deliveries are
    touched, for the order in which rows are locked (`batches`).
    """
    return _hold(session, lease, lease_until=until)


def release(session: Session, lease: Lease, *, not_before: datetime | None = None) -> None:
    """Count the batch again and let go of it, for others to take when something in it is due.

    `not_before` puts that off, where a limit of the rate says so.
    """
    recount(session, batch_ids=[lease.batch_id])
    later: dict[str, object] = {}
    if not_before is not None:
        moment = sa.literal(not_before, UTCDateTime())
        later["due_at"] = sa.case((col(Batch.due_at) < moment, moment), else_=col(Batch.due_at))
    _hold(session, lease, lease_owner="", lease_until=None, **later)


def _hold(session: Session, lease: Lease, **values: object) -> bool:
    changed = session.execute(
        sa.update(Batch)
        .where(col(Batch.id) == lease.batch_id, col(Batch.lease_owner) == lease.owner)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def held_by(session: Session, owner: str) -> list[Lease]:
    """The batches that a line holds, or held when it was lost."""
    return _leases(session, col(Batch.lease_owner) == owner)


def overdue(session: Session, *, now: datetime) -> list[Lease]:
    """The batches whose worker has been silent for too long."""
    return _leases(session, col(Batch.lease_owner) != "", col(Batch.lease_until) < now)


def _leases(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Lease]:
    rows = session.execute(
        sa.select(
            col(Batch.id),
            col(Batch.distribution_id),
            col(Batch.first_position),
            col(Batch.last_position),
            col(Batch.lease_owner),
        ).where(*conditions)
    )
    # Sorted here: asked for their order, SQLite would read every batch there ever was.
    return sorted((Lease(*row) for row in rows), key=lambda lease: lease.batch_id)


@dataclass(frozen=True)
class Due:
    """A distribution with batches that somebody should take."""

    distribution_id: int
    is_urgent: bool
    batches: int


def due(session: Session, *, now: datetime) -> list[Due]:
    """Distributions with free batches in which something is due, the urgent first."""
    rows = session.execute(
        sa.select(col(Distribution.id), col(Distribution.is_urgent), sa.func.count())
        .join(Batch, col(Batch.distribution_id) == col(Distribution.id))
        .where(col(Distribution.status) == DistributionStatus.SENDING, _is_free(now))
        .group_by(col(Distribution.id), col(Distribution.is_urgent))
        .order_by(col(Distribution.is_urgent).desc(), col(Distribution.id))
    )
    return [Due(*row) for row in rows]


def urgent_is_due(session: Session, *, lease_seconds: float, now: datetime) -> bool:
    """Whether something urgent waits to be handed over: the rest lets it pass (R7).

    Not what a silent line holds: until it is rescued nobody can hand that over, and the rest would
    wait out the whole lease for it.
    """
    heard_of = now + timedelta(seconds=max(0.0, lease_seconds - SILENT_SECONDS))
    waits = (
        sa.select(sa.literal(1))
        .select_from(Distribution)
        .join(Batch, col(Batch.distribution_id) == col(Distribution.id))
        .where(
            col(Distribution.status) == DistributionStatus.SENDING,
            col(Distribution.is_urgent).is_(True),
            col(Batch.due_at) <= now,
            sa.or_(col(Batch.lease_owner) == "", col(Batch.lease_until) > heard_of),
        )
    )
    return session.execute(waits.limit(1)).first() is not None
