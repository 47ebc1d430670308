"""Who was informed that we hold her data: a fact of delivery, written with the answer of the relay
(GDPR Art. 14). A message that was refused informs nobody, and the next one carries the notice.

The rows of people are locked by list keepers, too, and an import holds many of them for long.
Nothing that is sent waits for that: who is held just now is left out, and is told once more.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.database import UTCDateTime, listed
from mailer.models import Delivery, DeliveryStatus, Desk, Journalist

#: Whoever a delivery may be for, and where it names her.
HOLDERS: tuple[tuple[sa.Table, str], ...] = (
    (Journalist.__table__, "journalist_id"),  # type: ignore[attr-defined]
    (Desk.__table__, "desk_id"),  # type: ignore[attr-defined]
)


def inform(session: Session, delivery_ids: Sequence[int], *, at: datetime) -> None:
    """Those whose message with a notice, among these, was taken are informed at that moment.

    Who was informed before stays so since then.
    """
    if not delivery_ids:
        return
    connection = session.connection()
    given = {"rows": json.dumps([[number] for number in delivery_ids]), "at": at}
    for statement in _informing(connection.dialect.name):
        connection.execute(statement, given)


@cache
def _informing(dialect: str) -> tuple[sa.Update, ...]:
    numbers = listed(dialect, sa.bindparam("rows", type_=sa.Text()), id=sa.BigInteger())
    statements = []
    for table, name in HOLDERS:
        holder = col(getattr(Delivery, name))
        taken = sa.select(holder).where(
            col(Delivery.id).in_(sa.select(numbers.c.id)),
            col(Delivery.notice_basis).is_not(None),
            col(Delivery.status) == DeliveryStatus.SENT,
            holder.is_not(None),
        )
        free = (
            sa.select(table.c.id)
            .where(table.c.id.in_(taken), table.c.informed_at.is_(None))
            .order_by(table.c.id)
            .with_for_update(skip_locked=True, key_share=True)
        )
        moment = sa.bindparam("at", type_=UTCDateTime())
        statements.append(sa.update(table).where(table.c.id.in_(free)).values(informed_at=moment))
    return tuple(statements)


def take_back(session: Session, delivery: Delivery, *, since: datetime) -> None:
    """The message came back: who was informed by it, or after it, is told by the next one."""
    for table, name in HOLDERS:
        if (number := getattr(delivery, name)) is None:
            continue
        session.connection().execute(
            sa.update(table)
            .where(table.c.id == number, table.c.informed_at >= since)
            .values(informed_at=None)
        )
