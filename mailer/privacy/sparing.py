"""Whom retention spares: to whom something is still to be sent, or was sent, also under the number
that her record had before it was merged into another.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.privacy.removing import among
from mailer.distribution.batches import HANDED_OVER
from mailer.models import Delivery, DeliveryStatus, Distribution, DistributionStatus

#: Distributions in which something may still go out.
OPEN = (DistributionStatus.SCHEDULED, DistributionStatus.SENDING, DistributionStatus.PAUSED)
#: Deliveries that are not over, whatever became of the others.
UNDECIDED = (
    DeliveryStatus.PENDING,
    DeliveryStatus.SENDING,
    DeliveryStatus.DEFERRED,
    DeliveryStatus.UNKNOWN,
)


def is_open() -> sa.ColumnElement[bool]:
    """Deliveries of a distribution in which something may still go out."""
    return col(Delivery.distribution_id).in_(
        sa.select(col(Distribution.id)).where(col(Distribution.status).in_(OPEN))
    )


def waits() -> sa.ColumnElement[bool]:
    """What may still go out, also from a distribution that is over: an officer decides it."""
    return sa.or_(is_open(), col(Delivery.status).in_(UNDECIDED))


def was_mailed() -> sa.ColumnElement[bool]:
    """What was handed over, or may be; an officer who accepts one in doubt knows no hour."""
    return sa.or_(
        col(Delivery.sent_at).is_not(None), col(Delivery.status).in_(HANDED_OVER), waits()
    )


def without(
    session: Session,
    numbers: sa.Select[Any],
    column: Any,
    spared: sa.ColumnElement[bool],
    *,
    limit: int,
    former: Mapping[int, int] | None = None,
) -> set[int]:
    """Those of the numbers without such a delivery, also by the number that they had once."""
    theirs = sa.select(col(column)).where(col(column).is_not(None), spared)
    query = numbers.where(_id(numbers).not_in(theirs))
    if former:
        gone = session.execute(theirs.where(among(session, column, former)).distinct())
        kept = {former[number] for number in gone.scalars()}
        query = query.where(~among(session, _id(numbers), kept))
    return set(session.execute(query.limit(limit)).scalars())


def _id(numbers: sa.Select[Any]) -> sa.ColumnElement[int]:
    column: sa.ColumnElement[int] = next(iter(numbers.selected_columns))
    return column
