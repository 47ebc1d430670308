"""Leases: a worker holds one batch at a time, and nobody else touches what is in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.database import UTCDateTime
from mailer.distribution.batches import recount
from mailer.models import Batch, Distribution, DistributionStatus

#: A line that lives renews its leases every few seconds, however slow the relay is.
SILENT_SECONDS = 30.0
#: Before anything is due.
AT_ONCE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Lease:
    """A batch that is held."""

    batch_id: int
    distribution_id: int
    first_position: int
    last_position: int
    owner: str


_OWNER = sa.bindparam("owner", type_=sa.Text())
_NOW = sa.bindparam("now", type_=UTCDateTime())
#: With something due in it, and held by nobody. A lost worker's batch is rescued first.
_IS_FREE = sa.and_(col(Batch.due_at) <= _NOW, col(Batch.lease_owner) == "")
_TAKE = (
    sa.update(Batch.__table__)  # type: ignore[attr-defined]
    .where(
        col(Batch.id)
        == sa.select(col(Batch.id))
        .where(col(Batch.distribution_id) == sa.bindparam("distribution"), _IS_FREE)
        .order_by(col(Batch.due_at), col(Batch.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery(),
        col(Batch.lease_owner) == "",
    )
    .values(lease_owner=_OWNER, lease_until=sa.bindparam("until", type_=UTCDateTime()))
    .returning(col(Batch.id), col(Batch.first_position), col(Batch.last_position))
)


def take(
    session: Session, distribution_id: int, *, owner: str, until: datetime, now: datetime
) -> Lease | None:
    """Hold the next free batch of that distribution until then; None when there is none."""
    asked = {"distribution": distribution_id, "owner": owner, "until": until, "now": now}
    row = session.connection().execute(_TAKE, asked).one_or_none()
    return None if row is None else Lease(row[0] or 0, distribution_id, row[1], row[2], owner)


_IS_HELD = (col(Batch.id) == sa.bindparam("batch"), col(Batch.lease_owner) == _OWNER)
_RENEW = (
    sa.update(Batch.__table__)  # type: ignore[attr-defined]
    .where(*_IS_HELD)
    .values(lease_until=sa.bindparam("until", type_=UTCDateTime()))
)
_EARLIEST = sa.bindparam("earliest", type_=UTCDateTime())
_RELEASE = (
    sa.update(Batch.__table__)  # type: ignore[attr-defined]
    .where(*_IS_HELD)
    .values(
        lease_owner="",
        lease_until=None,
        due_at=sa.case((col(Batch.due_at) < _EARLIEST, _EARLIEST), else_=col(Batch.due_at)),
    )
)


def renew(session: Session, lease: Lease, *, until: datetime) -> bool:
    """Hold the batch longer; False when it is not ours any more. Done before its deliveries are
    touched, for the order in which rows are locked (`batches`).
    """
    asked = {"batch": lease.batch_id, "owner": lease.owner, "until": until}
    return session.connection().execute(_RENEW, asked).rowcount == 1


def release(session: Session, lease: Lease, *, not_before: datetime | None = None) -> None:
    """Count the batch again and let go of it, for others to take when something in it is due.

    `not_before` puts that off, where a limit of the rate says so.
    """
    recount(session, batch_ids=[lease.batch_id])
    asked = {"batch": lease.batch_id, "owner": lease.owner, "earliest": not_before or AT_ONCE}
    session.connection().execute(_RELEASE, asked)


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
        .where(col(Distribution.status) == DistributionStatus.SENDING, _IS_FREE)
        .group_by(col(Distribution.id), col(Distribution.is_urgent))
        .order_by(col(Distribution.is_urgent).desc(), col(Distribution.id)),
        {"now": now},
    )
    return [Due(*row) for row in rows]


_URGENT_WAITS = (
    sa.select(sa.literal(1))
    .select_from(Distribution)
    .join(Batch, col(Batch.distribution_id) == col(Distribution.id))
    .where(
        col(Distribution.status) == DistributionStatus.SENDING,
        col(Distribution.is_urgent).is_(True),
        col(Batch.due_at) <= _NOW,
        sa.or_(
            col(Batch.lease_owner) == "",
            col(Batch.lease_until) > sa.bindparam("heard_of", type_=UTCDateTime()),
        ),
    )
    .limit(1)
)


def urgent_is_due(session: Session, *, lease_seconds: float, now: datetime) -> bool:
    """Whether something urgent waits to be handed over: the rest lets it pass (R7).

    Not what a silent line holds: until it is rescued nobody can hand that over, and the rest would
    wait out the whole lease for it.
    """
    heard_of = now + timedelta(seconds=max(0.0, lease_seconds - SILENT_SECONDS))
    asked = {"now": now, "heard_of": heard_of}
    return session.connection().execute(_URGENT_WAITS, asked).first() is not None
