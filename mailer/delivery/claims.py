"""Claims: a line takes deliveries that are due, and marks them before anything goes out.

A claim is committed before the first octet leaves. So what is claimed and not recorded when a
worker dies is exactly what is in doubt, and nothing else is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.database import UTCDateTime, aware, gathered
from mailer.distribution.batches import WAITING
from mailer.models import Delivery, DeliveryStatus, LegalBasis, TrackingMode

TRACKING = {mode.value: mode for mode in TrackingMode}
BASES = {basis.value: basis for basis in LegalBasis}


class Claimed(NamedTuple):
    """A delivery that is ours to hand over: what its message needs, and no more."""

    id: int
    position: int
    address_id: int | None
    email: str
    recipient_name: str
    zone: str
    provider: str
    revision_id: int | None
    edition_language: str
    cover_language: str
    in_reply_to: str
    notice_basis: LegalBasis | None
    notice_source: str
    tracking: TrackingMode
    plain_text_only: bool
    message_id: str
    attempt: int
    #: None at a first attempt: that is now.
    first_attempt_at: datetime | None
    greeting: str = ""
    personal_note: str = ""
    attaches_files: bool = True


@dataclass(frozen=True)
class Stretch:
    """Where a wave is taken from: the positions of a leased batch, both included."""

    distribution_id: int
    first_position: int
    last_position: int


_NOW = sa.bindparam("now", type_=UTCDateTime())
_NEXT_ONES = (
    sa.select(col(Delivery.id))
    .where(
        col(Delivery.distribution_id) == sa.bindparam("distribution"),
        col(Delivery.position).between(sa.bindparam("first"), sa.bindparam("last")),
        col(Delivery.status).in_(WAITING),
        col(Delivery.next_attempt_at) <= _NOW,
    )
    .order_by(col(Delivery.position))
    .limit(sa.bindparam("most"))
)
_CLAIM = (
    sa.update(Delivery.__table__)  # type: ignore[attr-defined]
    .where(col(Delivery.id).in_(_NEXT_ONES.scalar_subquery()), col(Delivery.status).in_(WAITING))
    .values(
        status=DeliveryStatus.SENDING,
        lease_owner=sa.bindparam("owner"),
        attempt=col(Delivery.attempt) + 1,
        first_attempt_at=sa.func.coalesce(col(Delivery.first_attempt_at), _NOW),
        next_attempt_at=None,
    )
)


@cache
def _due(dialect: str) -> sa.Select[str]:
    columns = [col(getattr(Delivery, name)) for name in Claimed._fields]
    return gathered(dialect, _NEXT_ONES.with_only_columns(*columns).subquery("due"))


def claim(
    session: Session, stretch: Stretch, *, owner: str, limit: int, now: datetime
) -> list[Claimed]:
    """Take up to `limit` deliveries of the stretch that are due, in their order.

    Whoever calls it holds the batch that they are of, so that nobody else changes them meanwhile.
    """
    connection = session.connection()
    asked = {
        "distribution": stretch.distribution_id,
        "first": stretch.first_position,
        "last": stretch.last_position,
        "now": now,
        "most": limit,
    }
    due = json.loads(connection.execute(_due(connection.dialect.name), asked).scalar_one())
    if not due:
        return []
    changed = connection.execute(_CLAIM, {**asked, "owner": owner}).rowcount
    if changed != len(due):
        raise RuntimeError(f"{len(due)} deliveries were due, but {changed} could be claimed")
    return sorted(map(_claimed, due), key=_position)


def _claimed(row: Sequence[Any]) -> Claimed:
    """The delivery as it is after the claim, from the row before it."""
    *row, greeting, personal_note, attaches = row
    *begin, basis, source, tracking, plain_text_only, message_id, attempt, first_at = row
    notice = BASES.get(basis), source
    own = greeting, personal_note, bool(attaches)
    end = bool(plain_text_only), message_id, attempt + 1, first_at and aware(first_at)
    return Claimed._make((*begin, *notice, TRACKING[tracking], *end, *own))


def _position(delivery: Claimed) -> int:
    return delivery.position
