"""What is checked once more just before a hand-over: what has happened since the audience was
frozen keeps a message back (R5).
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.suppressions import reasons_among
from mailer.database import listed
from mailer.delivery.claims import Claimed
from mailer.delivery.left import left_since
from mailer.models import Address, AddressState, Delivery, Desk, Journalist
from mailer.tokens import Keyring


def hindrances(
    session: Session,
    claimed: Sequence[Claimed],
    *,
    keyring: Keyring,
    embargo_until: datetime | None,
    now: datetime,
) -> dict[int, str]:
    """Why some of the claimed deliveries may not go out after all, by their id."""
    doubted = _doubted(session, claimed)
    emails = [one.email for one in claimed if one.email and one.address_id in doubted]
    suppressed = reasons_among(session, emails, keyring=keyring)
    left = left_since(session, claimed, keyring=keyring)
    untrusted: set[int] = set()
    if embargo_until is not None and now < embargo_until:
        untrusted = _untrusted(session, claimed)
    reasons: dict[int, str] = {}
    for delivery in claimed:
        if not delivery.email:
            reasons[delivery.id] = "the address was erased"
        elif delivery.email in suppressed:
            reasons[delivery.id] = f"suppressed: {suppressed[delivery.email]}"
        elif delivery.email in left:
            reasons[delivery.id] = left[delivery.email]
        elif delivery.id in untrusted:
            reasons[delivery.id] = "under embargo, and not trusted with embargoes"
    return reasons


def _doubted(session: Session, claimed: Sequence[Claimed]) -> set[int | None]:
    """The addresses among them that may be suppressed: to hash each address costs far more.

    Whoever suppresses an address marks its row, and who was erased has none.
    """
    numbers = json.dumps([[one.address_id] for one in claimed if one.address_id])
    connection = session.connection()
    rows = connection.execute(_not_well_among(connection.dialect.name), {"rows": numbers})
    return {None, *rows.scalars()}


@cache
def _not_well_among(dialect: str) -> sa.Select[int]:
    asked = listed(dialect, sa.bindparam("rows", type_=sa.Text()), id=sa.BigInteger())
    state = col(Address.state)
    return (
        sa.select(asked.c.id)
        .outerjoin(Address, col(Address.id) == asked.c.id)
        .where(sa.or_(state.is_(None), state != AddressState.OK))
    )


def _untrusted(session: Session, claimed: Sequence[Claimed]) -> set[int]:
    """Those whose reader is not, or no longer, trusted with embargoes (J4)."""
    trusted = sa.func.coalesce(
        col(Desk.embargo_trusted), col(Journalist.embargo_trusted), sa.false()
    )
    rows = session.execute(
        sa.select(col(Delivery.id))
        .select_from(Delivery)
        .outerjoin(Journalist, col(Journalist.id) == col(Delivery.journalist_id))
        .outerjoin(Desk, col(Desk.id) == col(Delivery.desk_id))
        .where(col(Delivery.id).in_([one.id for one in claimed]), sa.not_(trusted))
    )
    return set(rows.scalars())
