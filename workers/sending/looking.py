"""What the rows say while a line is at work: of its distribution, and of a batch that it holds."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.distribution.leases import Lease, urgent_is_due
from mailer.errors import NotFound
from mailer.models import Batch, Distribution, DistributionStatus, Office, Release
from workers.sending.limits import Facts

_IS_HELD = sa.exists().where(
    col(Batch.id) == sa.bindparam("batch"), col(Batch.lease_owner) == sa.bindparam("owner")
)
_FACTS = (
    sa.select(Distribution, col(Release.embargo_until), col(Office.zone), _IS_HELD)
    .join(Release, col(Release.id) == col(Distribution.release_id))
    .join(Office, col(Office.id) == col(Release.office_id))
    .where(col(Distribution.id) == sa.bindparam("distribution"))
)
#: A fraction of the work: each wave begins with it.
_GLANCE = sa.select(col(Distribution.status), _IS_HELD).where(
    col(Distribution.id) == sa.bindparam("distribution")
)


class Glance(NamedTuple):
    """Whether the distribution is being sent, and whether the batch is still held."""

    is_sending: bool
    is_held: bool


def glance(session: Session, distribution_id: int, *, lease: Lease | None) -> Glance:
    """The two things that stop a wave at once."""
    found = session.connection().execute(_GLANCE, _asked(distribution_id, lease)).one_or_none()
    if found is None:
        return Glance(is_sending=False, is_held=False)
    return Glance(found[0] is DistributionStatus.SENDING, bool(found[1]))


def _asked(distribution_id: int, lease: Lease | None) -> dict[str, int | str | None]:
    return {
        "distribution": distribution_id,
        "batch": None if lease is None else lease.batch_id,
        "owner": None if lease is None else lease.owner,
    }


def facts_of(
    session: Session, distribution_id: int, *, now: datetime, lease: Lease | None = None
) -> Facts:
    """What the rows say of that distribution, and whether that batch is still held.

    Raises NotFound.
    """
    read_at = clock.steady()
    found = session.execute(_FACTS, _asked(distribution_id, lease)).one_or_none()
    if found is None:
        raise NotFound(f"there is no distribution {distribution_id}")
    distribution, embargo_until, office_zone, is_held = found
    return Facts(distribution, embargo_until, office_zone, at=now, read_at=read_at, is_held=is_held)


def goes_on(session: Session, facts: Facts, *, lease_seconds: float) -> bool:
    """Whether more of it may be handed over: nobody has stopped it, its time is not over, and
    nothing urgent waits.
    """
    row = facts.distribution
    if row.status is not DistributionStatus.SENDING:
        return False
    if row.not_after is not None and row.not_after <= facts.at:
        return False
    return not yields(session, row, lease_seconds=lease_seconds, now=facts.at)


def yields(
    session: Session, distribution: Distribution, *, lease_seconds: float, now: datetime
) -> bool:
    """Whether it lets something urgent pass."""
    return not distribution.is_urgent and urgent_is_due(
        session, lease_seconds=lease_seconds, now=now
    )
