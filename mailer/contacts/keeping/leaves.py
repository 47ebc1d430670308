"""A leave follows the person (F6), although suppressions are kept by address (R8): when she gives
up one address for another, what closed the old one closes the new one, under its own keyed hash.
"""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from mailer import addresses
from mailer.contacts import suppressions
from mailer.contacts.inserting import insert_missing
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
    held = [row for row in _kept(session, [old.normalised], keyring) if row.reason in WISHES]
    for row in held:
        _hold(session, row, new, keyring=keyring, source=source)
    return ", ".join(f"{row.reason} at {old.email}" for row in held)


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
    return list(
        session.exec(
            select(Suppression)
            .where(col(Suppression.address_hash).in_(hashes))
            .order_by(col(Suppression.id))
        )
    )


def _hold(
    session: Session, row: Suppression, normalised: str, *, keyring: Keyring, source: str
) -> None:
    note = f"held at an earlier address: {row.note}" if row.note else "held at an earlier address"
    if row.scope is SuppressionScope.ALL:
        suppressions.suppress(
            session, normalised, keyring=keyring, reason=row.reason, source=source, note=note
        )
        return
    copied = row.model_dump(exclude={"id"})
    copied |= {"address_hash": keyring.address_hash(normalised), "note": note, "source": source}
    insert_missing(session, Suppression, [copied])
