"""What is checked once more just before a hand-over: what has happened since the audience was
frozen keeps a message back (R5).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.leaving_out.doors import why_closed
from mailer.contacts.leavers import leave, leaves_of, left_elsewhere
from mailer.contacts.suppressions import reasons_among
from mailer.contacts.young import YOUNG
from mailer.database import UTCDateTime, listed
from mailer.delivery.claims import Claimed
from mailer.delivery.left import left_since
from mailer.delivery.merged import survivors_among
from mailer.errors import BadInput
from mailer.models import Address, AddressState, Delivery, DeliveryStatus, Desk, Journalist, Role
from mailer.tokens import Keyring

UNREADABLE = "the address is not one by the rules of today: correct it in the address book"


def hindrances(
    session: Session,
    claimed: Sequence[Claimed],
    *,
    keyring: Keyring,
    embargo_until: datetime | None,
    now: datetime,
) -> dict[int, str]:
    """Why some of the claimed deliveries may not go out after all, by their id."""
    closed = _closed(session, claimed, keyring=keyring, now=now)
    stays = survivors_among(session, claimed)
    gone = _gone(session, claimed, stays, now=now)
    left = left_since(session, claimed, stays, keyring=keyring, now=now)
    untrusted: set[int] = set()
    if embargo_until is not None and now < embargo_until:
        untrusted = _untrusted(session, claimed)
    reasons: dict[int, str] = {}
    for delivery in claimed:
        if not delivery.email:
            reasons[delivery.id] = "the address was erased"
        elif delivery.id in closed:
            reasons[delivery.id] = closed[delivery.id]
        elif delivery.id in gone:
            reasons[delivery.id] = gone[delivery.id]
        elif delivery.email in left:
            reasons[delivery.id] = left[delivery.email]
        elif delivery.id in untrusted:
            reasons[delivery.id] = "under embargo, and not trusted with embargoes"
    return reasons


def not_ours(session: Session, claimed: Sequence[Claimed], *, owner: str) -> set[int]:
    """Those of them that are not ours any more, by their id: somebody has settled them for us, they
    came back, or their reader was erased.
    """
    connection = session.connection()
    asked = {
        "rows": json.dumps([[one.id, one.attempt] for one in claimed]),
        "owner": owner,
    }
    rows = connection.execute(_ours_among(connection.dialect.name), asked)
    return {one.id for one in claimed} - set(rows.scalars())


@cache
def _ours_among(dialect: str) -> sa.Select[int]:
    asked = listed(
        dialect, sa.bindparam("rows", type_=sa.Text()), id=sa.BigInteger(), attempt=sa.Integer()
    )
    return sa.select(asked.c.id).join(
        Delivery,
        sa.and_(
            col(Delivery.id) == asked.c.id,
            col(Delivery.attempt) == asked.c.attempt,
            col(Delivery.status) == DeliveryStatus.SENDING,
            col(Delivery.lease_owner) == sa.bindparam("owner"),
            col(Delivery.email) != "",
        ),
    )


def _closed(
    session: Session, claimed: Sequence[Claimed], *, keyring: Keyring, now: datetime
) -> dict[int, str]:
    """Why nothing may go to the addresses of some, by the id of the delivery.

    A suppression tells it best. The address tells it as well: of a suppression whose key was
    retired nothing else is left, and a dead one is none of them.
    """
    doubted = _doubted(session, claimed, now=now)
    chosen = [one for one in claimed if one.email and one.address_id in doubted]
    told = _told(session, sorted({one.email for one in chosen}), keyring=keyring)
    why = {one.id: told.get(one.email) or doubted[one.address_id] for one in chosen}
    return {number: reason for number, reason in why.items() if reason}


def _told(session: Session, emails: Sequence[str], *, keyring: Keyring) -> dict[str, str]:
    """Why those of the addresses are out that are suppressed, or that nobody can read."""
    try:
        found = reasons_among(session, emails, keyring=keyring)
    except BadInput:
        if len(emails) == 1:
            return {emails[0]: UNREADABLE}
        # What was stored is as it was read then. The others are asked for without it.
        one_each = (_told(session, [email], keyring=keyring) for email in emails)
        return {email: why for told in one_each for email, why in told.items()}
    return {email: f"suppressed: {reason}" for email, reason in found.items()}


def _doubted(
    session: Session, claimed: Sequence[Claimed], *, now: datetime
) -> dict[int | None, str]:
    """The addresses among them that may be suppressed: to hash each address costs far more; and
    what their rows tell of it.

    Whoever suppresses an address marks its row, and who was erased has none; a young row may have
    been there unseen.
    """
    numbers = json.dumps([[one.address_id] for one in claimed if one.address_id])
    connection = session.connection()
    asked = {"rows": numbers, "young": now - YOUNG}
    rows = connection.execute(_not_well_among(connection.dialect.name), asked)
    found: dict[int | None, str] = {None: ""}
    for number, state, why in rows:
        refusal = why_closed(state, why or "") if state else None
        found[number] = refusal.told if refusal else ""
    return found


@cache
def _not_well_among(dialect: str) -> sa.Select[int, AddressState | None, str | None]:
    asked = listed(dialect, sa.bindparam("rows", type_=sa.Text()), id=sa.BigInteger())
    state = col(Address.state)
    return (
        sa.select(asked.c.id, state, col(Address.state_reason))
        .outerjoin(Address, col(Address.id) == asked.c.id)
        .where(
            sa.or_(
                state.is_(None),
                state != AddressState.OK,
                col(Address.state_changed_at) > sa.bindparam("young", type_=UTCDateTime()),
            )
        )
    )


def _gone(
    session: Session, claimed: Sequence[Claimed], stays: Mapping[int, int], *, now: datetime
) -> dict[int, str]:
    """Those whose reader has left or complained at any address of theirs, by the delivery (F6).

    `stays` says who goes on in the place of readers that were merged.
    """
    connection = session.connection()
    today = now.astimezone(UTC).date()
    asked = {"rows": json.dumps([[one.id] for one in claimed]), "today": today}
    rows = connection.execute(_gone_among(connection.dialect.name), asked)
    gone = {number: leave(email, state).told for number, email, state in rows}
    left = left_elsewhere(session, set(stays.values()), today=today)
    return gone | {number: left[one].told for number, one in stays.items() if one in left}


@cache
def _gone_among(dialect: str) -> sa.Select[int, str, AddressState]:
    asked = listed(dialect, sa.bindparam("rows", type_=sa.Text()), id=sa.BigInteger())
    return (
        leaves_of(sa.bindparam("today", type_=sa.Date()))
        .join(Delivery, col(Delivery.journalist_id) == col(Role.journalist_id))
        .where(
            col(Delivery.id).in_(sa.select(asked.c.id)),
            # What its own address tells was asked before: most readers have no other.
            col(Role.address_id) != col(Delivery.address_id),
        )
        .with_only_columns(col(Delivery.id), col(Address.email), col(Address.state))
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
