"""Whom a delivery is for whose reader was merged into another record meanwhile: it keeps the old
number, and what the one who stays wished at any address of hers holds for it (F6).
"""

import json
from collections.abc import Sequence
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.keeping.survivors import survivor_of
from mailer.database import listed
from mailer.delivery.claims import Claimed
from mailer.models import Delivery, Journalist


def survivors_among(session: Session, claimed: Sequence[Claimed]) -> dict[int, int]:
    """Who goes on in the place of the readers whose records are gone, by the delivery."""
    connection = session.connection()
    asked = {"rows": json.dumps([[one.id] for one in claimed])}
    gone = connection.execute(_gone_among(connection.dialect.name), asked).all()
    stays = {person: survivor_of(session, person) for person in {row.journalist_id for row in gone}}
    found = {number: stays[person] for number, person in gone}
    return {number: person for number, person in found.items() if person is not None}


@cache
def _gone_among(dialect: str) -> sa.Select[int, int]:
    asked = listed(dialect, sa.bindparam("rows", type_=sa.Text()), id=sa.BigInteger())
    person: sa.ColumnElement[int] = sa.type_coerce(col(Delivery.journalist_id), sa.BigInteger())
    return (
        sa.select(asked.c.id, person.label("journalist_id"))
        .select_from(Delivery)
        .join(asked, asked.c.id == col(Delivery.id))
        .outerjoin(Journalist, col(Journalist.id) == col(Delivery.journalist_id))
        .where(col(Delivery.journalist_id).is_not(None), col(Journalist.id).is_(None))
    )
