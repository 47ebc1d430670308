"""Who got the earlier text, or may have got it, and whom it only waited for: by address.

`unknown` counts as got (R6), and so does what waits to be handed over again after an answer that
never came. What was refused or came back was not got; who complained gets nothing more.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.distribution.batches import WAITING
from mailer.distribution.following.threads import is_replaced
from mailer.distribution.wording import DECIDED, IN_DOUBT
from mailer.models import Batch, Delivery, DeliveryStatus, Distribution

#: Addresses come mixed, as an audience does: nobody is first because we met her first.
MIXED = 99_991
ROWS_AT_ONCE = 2000


class Receiver(NamedTuple):
    """One address of a thread, and where it stands."""

    #: The delivery that she got last, or the one that waited for her.
    row: Any
    #: Whether she got, or may have got, an earlier text.
    has_it: bool
    #: The Message-IDs of her thread, the oldest first; empty for who got nothing.
    thread: str

    @property
    def address_id(self) -> int:
        """The number of her address."""
        return int(self.row.address_id)

    @property
    def email(self) -> str:
        """Her address, as it was frozen."""
        return str(self.row.email)


def marker(distribution_id: int) -> str:
    """What a delivery says that was stopped because that distribution takes its place."""
    return f"not handed over: distribution {distribution_id} takes its place"


def got_elsewhere(session: Session, thread: Sequence[Distribution]) -> dict[int, int]:
    """Of other distributions of the same releases, that stand: how many got the text by each."""
    first = col(Distribution.follows_id).is_(None)
    of_same = col(Distribution.release_id).in_({one.release_id for one in thread})
    rows = session.execute(
        sa.select(col(Distribution.id), sa.func.count(col(Delivery.id)).filter(was_got()))
        .join(Delivery, col(Delivery.distribution_id) == col(Distribution.id))
        .where(first, of_same, col(Distribution.id) != thread[0].id, ~is_replaced())
        .group_by(col(Distribution.id))
        .order_by(col(Distribution.id))
    )
    return {row[0]: row[1] for row in rows}


def is_in_doubt() -> sa.ColumnElement[bool]:
    """Of those that wait or were given up: whether an earlier attempt may have arrived."""
    return sa.and_(
        col(Delivery.status).in_((*WAITING, DeliveryStatus.CANCELLED)),
        col(Delivery.reason).in_((IN_DOUBT, DECIDED)),
    )


def was_got() -> sa.ColumnElement[bool]:
    """Whether a delivery was got, or may have been."""
    settled = col(Delivery.status).in_((DeliveryStatus.SENT, DeliveryStatus.UNKNOWN))
    return sa.or_(settled, is_in_doubt())


def receivers(
    session: Session,
    earlier: Sequence[int],
    *,
    distribution_id: int,
    since: datetime | None = None,
    address_id: int | None = None,
) -> Iterator[Receiver]:
    """The addresses of these distributions that got the text, and those whom it waits for.

    `distribution_id` is the follow-up; who has a delivery in it already is left out, and so is
    whoever is being handed the earlier text at this moment: once that is settled, she is found.
    With `since` only those are looked at where something may have changed after that moment, with
    `address_id` that one alone.
    """
    is_got, is_sending = was_got(), col(Delivery.status) == DeliveryStatus.SENDING
    mixed = (col(Delivery.address_id) * 7919 + distribution_id) % MIXED
    found = session.execute(
        sa.select(
            *Delivery.__table__.c,  # type: ignore[attr-defined]
            is_got.label("is_got"),
            is_sending.label("is_sending"),
        )
        .where(
            col(Delivery.distribution_id).in_(earlier),
            col(Delivery.email) != "",
            col(Delivery.address_id).is_not(None),
            sa.or_(is_got, is_sending, _waits(distribution_id)),
            ~_has_one(distribution_id),
            *([] if since is None else [_is_changed(earlier, since)]),
            *([] if address_id is None else [col(Delivery.address_id) == address_id]),
        )
        .order_by(mixed, col(Delivery.address_id), col(Delivery.distribution_id)),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    for _, rows in groupby(found, key=attrgetter("address_id")):
        one = _receiver(list(rows))
        if one is not None:
            yield one


def _waits(distribution_id: int) -> sa.ColumnElement[bool]:
    """Still to be handed over, or held back for the sake of that follow-up."""
    return sa.or_(
        col(Delivery.status).in_(WAITING),
        sa.and_(
            col(Delivery.status) == DeliveryStatus.CANCELLED,
            col(Delivery.reason) == marker(distribution_id),
        ),
    )


def _has_one(distribution_id: int) -> sa.ColumnElement[bool]:
    there = aliased(Delivery)
    return sa.exists().where(
        col(there.address_id) == col(Delivery.address_id),
        col(there.distribution_id) == distribution_id,
    )


def _is_changed(earlier: Sequence[int], since: datetime) -> sa.ColumnElement[bool]:
    """Whether something of that address stands in a batch that was at work since then."""
    one = aliased(Delivery)
    changed = (
        sa.select(col(one.address_id))
        .select_from(Batch)
        .join(
            one,
            sa.and_(
                col(one.distribution_id) == col(Batch.distribution_id),
                col(one.position).between(col(Batch.first_position), col(Batch.last_position)),
            ),
        )
        .where(
            col(Batch.distribution_id).in_(earlier),
            sa.or_(
                col(Batch.due_at).is_not(None),
                col(Batch.lease_owner) != "",
                col(Batch.last_sent_at) >= since,
                col(Batch.counts)[DeliveryStatus.UNKNOWN.value].as_integer() > 0,
            ),
        )
    )
    return col(Delivery.address_id).in_(changed)


def _receiver(rows: Sequence[Any]) -> Receiver | None:
    """Where that address stands; None while something is on its way to it."""
    if any(row.is_sending for row in rows):
        return None
    got = [row for row in rows if row.is_got]
    if not got:
        return Receiver(rows[-1], has_it=False, thread="")
    last = got[-1]
    return Receiver(last, has_it=True, thread=f"{last.in_reply_to} {last.message_id}".strip())


def settling(session: Session, earlier: Sequence[int]) -> int:
    """How many are being handed the earlier text at this moment."""
    number = sa.select(sa.func.count()).where(
        col(Delivery.distribution_id).in_(earlier), col(Delivery.status) == DeliveryStatus.SENDING
    )
    return int(session.execute(number).scalar_one())
