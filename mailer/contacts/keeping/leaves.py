"""A leave follows the person (F6), although suppressions are kept by address (R8): when she gives
up one address for another, what closed the old one closes the new one, under its own keyed hash.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from mailer import addresses
from mailer.contacts import scoped, suppressions
from mailer.contacts.inserting import chunked
from mailer.contacts.scoped import Scope
from mailer.contacts.strength import strongest
from mailer.errors import Refused
from mailer.models import (
    Address,
    Journalist,
    Role,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from mailer.tokens import Keyring

#: A dead mailbox is the mailbox's; all else that closes an address is somebody's wish.
WISHES = {
    SuppressionReason.UNSUBSCRIBED,
    SuppressionReason.COMPLAINED,
    SuppressionReason.MANUAL,
}
#: What only the person can take back.
LEAVES = WISHES - {SuppressionReason.MANUAL}


class Held(NamedTuple):
    """What was wished at one address, and holds at another now."""

    row: Suppression
    old: str
    new: str
    #: Whether it did not hold there before.
    is_news: bool


def follow(session: Session, left: Role, email: str, *, keyring: Keyring, source: str) -> str:
    """Let what was wished at the address of a job that ends hold for `email`; it in words.

    Raises Refused when the owner of the new address was erased: nothing may be kept of her.
    """
    new = addresses.parse(email).normalised
    if any(row.reason is SuppressionReason.ERASED for row in _kept(session, [new], keyring)):
        raise Refused(f"the owner of {email} was erased: nothing may be kept with that address")
    old = session.get(Address, left.address_id) if left.address_id else None
    if old is None or old.normalised == new:
        return ""
    moves = {old.normalised: [new]}
    held = carry(session, moves, keyring=keyring, source=source)
    return ", ".join(f"{one.row.reason} at {old.email}" for one in held)


def carry(
    session: Session,
    moves: Mapping[str, Iterable[str]],
    *,
    keyring: Keyring,
    source: str,
    counts: Callable[[Suppression], bool] | None = None,
) -> list[Held]:
    """Let what was wished at each address hold at those that take its place; all normalised.

    `counts` says what of it; None: every wish.
    """
    by_hash = {hashed: one for one in moves for hashed in keyring.address_hashes(one)}
    counts = counts or _is_wish
    held: list[Held] = []
    for chunk in chunked(list(by_hash)):
        for row in filter(counts, _hashed(session, chunk)):
            old = by_hash[row.address_hash]
            for new in moves[old]:
                is_news = _hold(session, row, new, keyring=keyring, source=source)
                held.append(Held(row, old, new, is_news))
    return held


def _is_wish(row: Suppression) -> bool:
    return row.reason in WISHES


def left_at(session: Session, people: Iterable[Journalist], *, keyring: Keyring) -> list[str]:
    """The addresses, of any job of these people, at which somebody left or complained."""
    ids = [person.id for person in people]
    rows = session.exec(
        select(Address).join(Role).where(col(Role.journalist_id).in_(ids)).order_by(col(Address.id))
    )
    read = {row.normalised: row.email for row in rows}
    reasons = suppressions.reasons_among(session, list(read), keyring=keyring)
    return [email for normalised, email in read.items() if reasons.get(normalised) in LEAVES]


def _kept(session: Session, normalised: list[str], keyring: Keyring) -> list[Suppression]:
    hashes = [hashed for one in normalised for hashed in keyring.address_hashes(one)]
    return _hashed(session, hashes)


def _hashed(session: Session, hashes: Sequence[str]) -> list[Suppression]:
    return list(
        session.exec(
            select(Suppression)
            .where(col(Suppression.address_hash).in_(hashes))
            .order_by(col(Suppression.id))
        )
    )


def _hold(
    session: Session, row: Suppression, normalised: str, *, keyring: Keyring, source: str
) -> bool:
    """Let it hold for that address too; whether it did not before."""
    note = f"held at an earlier address: {row.note}" if row.note else "held at an earlier address"
    # Plain values: the row may be read anew meanwhile.
    scope, reason = Scope(row.scope, row.scope_value), row.reason
    before = _reason(session, normalised, scope, keyring=keyring)
    if row.scope is SuppressionScope.ALL:
        suppressions.suppress(
            session, normalised, keyring=keyring, reason=reason, source=source, note=note
        )
    else:
        scoped.suppress(
            session, normalised, scope, keyring=keyring, reason=reason, source=source, note=note
        )
    return before != _reason(session, normalised, scope, keyring=keyring)


def _reason(
    session: Session, normalised: str, scope: Scope, *, keyring: Keyring
) -> SuppressionReason | None:
    rows = _kept(session, [normalised], keyring)
    return strongest(row.reason for row in rows if (row.scope, row.scope_value) == scope)
