"""The addresses we must not write to. A suppression is kept under a keyed hash, so that it outlives
the contact and wins over every list and every import (R8).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from mailer import addresses, clock
from mailer.contacts.book_lock import lock_book
from mailer.contacts.inserting import insert_missing
from mailer.contacts.strength import LIFTABLE, STRENGTH, is_stronger, strongest, told_by_row
from mailer.database import listed
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Address,
    AddressState,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from mailer.tokens import Keyring

logger = structlog.get_logger(__name__)

STATES = {
    SuppressionReason.BOUNCED: AddressState.HARD,
    SuppressionReason.COMPLAINED: AddressState.COMPLAINED,
}


def suppress(
    session: Session,
    address: str,
    *,
    keyring: Keyring,
    reason: SuppressionReason,
    source: str,
    note: str = "",
) -> bool:
    """Never write to the address again; True when it was not suppressed before.

    A stronger reason replaces the one that is kept, and holds from now on. One that only the row
    of the address tells is as good as kept. Raises BadInput for what is no address.
    """
    normalised = addresses.parse(address).normalised
    known = _kept(session, normalised, keyring=keyring)
    reason = strongest((reason, _told_by_row(session, normalised))) or reason
    is_new = known is None and _insert(session, normalised, keyring, reason, source, note)
    if not is_new:
        known = known or _kept(session, normalised, keyring=keyring)
        if known is not None and is_stronger(reason, known.reason):
            known.reason, known.source, known.note = reason, source, note
            # Who undoes what was done before has to see that she has left since.
            known.created_at = clock.now()
            session.flush()
        elif known is not None:
            reason, note = known.reason, known.note
    mark(session, normalised, reason=reason, note=note)
    return is_new


def suppress_many(
    session: Session,
    reasons: Mapping[str, SuppressionReason],
    *,
    keyring: Keyring,
    source: str,
) -> None:
    """Never write to those normalised addresses again; in few statements where none was known.

    The states of their rows are the caller's matter.
    """
    known = reasons_among(session, list(reasons), keyring=keyring)
    rows = [
        _row(address, keyring, reason, source, note="")
        for address, reason in reasons.items()
        if address not in known
    ]
    insert_missing(session, Suppression, rows)
    for address, reason in reasons.items():
        if known.get(address, reason) != reason:
            suppress(session, address, keyring=keyring, reason=reason, source=source)


def is_suppressed(session: Session, address: str, *, keyring: Keyring) -> bool:
    """Whether we must not write to the address."""
    return bool(suppressed_among(session, [address], keyring=keyring))


def suppressed_among(session: Session, given: Sequence[str], *, keyring: Keyring) -> set[str]:
    """Those of the given addresses that we must not write to, spelt as given."""
    return set(reasons_among(session, given, keyring=keyring))


def reasons_among(
    session: Session, given: Sequence[str], *, keyring: Keyring
) -> dict[str, SuppressionReason]:
    """Why we must not write to those of the given addresses that are suppressed."""
    by_hash = {
        hashed: normal
        for normal in map(_normalised, given)
        for hashed in keyring.address_hashes(normal)
    }
    if not by_hash:
        return {}
    connection = session.connection()
    asked = {"rows": json.dumps([[hashed] for hashed in by_hash])}
    rows = connection.execute(_asked_for(connection.dialect.name), asked).all()
    # There may be one under each key; the strongest speaks.
    weakest_first = sorted(rows, key=lambda row: STRENGTH.index(row.reason))
    reasons = {by_hash[hashed]: reason for hashed, reason in weakest_first}
    if not reasons:
        return {}
    return {address: reasons[n] for address in given if (n := _normalised(address)) in reasons}


@cache
def _asked_for(dialect: str) -> sa.Select[str, SuppressionReason]:
    asked = listed(dialect, sa.bindparam("rows", type_=sa.Text()), hash=sa.Text())
    return sa.select(col(Suppression.address_hash), col(Suppression.reason)).where(
        col(Suppression.address_hash).in_(sa.select(asked.c.hash)),
        col(Suppression.scope) == SuppressionScope.ALL,
    )


def lift(session: Session, address: str, *, keyring: Keyring, note: str) -> None:
    """Write to the address again. `note` says why and who decided it.

    What its row tells counts as well, where the key of the suppression was retired. Raises NotFound
    when it is not suppressed, and Refused when the person left, complained or was erased: only the
    person can undo that.
    """
    if not note.strip():
        raise BadInput("a suppression is lifted with a note: say why, and who decided it")
    lock_book(session)
    normalised = addresses.parse(address).normalised
    known = _kept(session, normalised, keyring=keyring)
    kept_for = known.reason if known else None
    reason = strongest((kept_for, _told_by_row(session, normalised)))
    if reason is None:
        raise NotFound(f"{address} is not suppressed: there is nothing to lift")
    if reason not in LIFTABLE:
        message = f"{address} is suppressed because it was {reason}"
        raise Refused(f"{message}: only its owner can come back, by signing up again")
    logger.info("suppression lifted", suppression_id=known.id if known else None, reason=reason)
    hashes = keyring.address_hashes(normalised)
    session.execute(
        sa.delete(Suppression).where(
            col(Suppression.address_hash).in_(hashes),
            col(Suppression.scope) == SuppressionScope.ALL,
        )
    )
    _set_state(session, normalised, AddressState.OK, f"lifted: {note.strip()}", at=clock.now())


def list_suppressions(session: Session) -> list[Suppression]:
    """Every suppression, the oldest first. They hold hashes, not addresses."""
    return list(
        session.exec(select(Suppression).order_by(col(Suppression.created_at), col(Suppression.id)))
    )


def born_state(reason: SuppressionReason | None) -> dict[str, object]:
    """The columns of a new address row: suppressed from birth when there is a reason.

    The moment tells how young the word of the row is (`young`).
    """
    if reason is None:
        return {"state": AddressState.OK, "state_reason": "", "state_changed_at": clock.now()}
    state = STATES.get(reason, AddressState.SUPPRESSED)
    return {"state": state, "state_reason": reason.value, "state_changed_at": clock.now()}


def _normalised(address: str) -> str:
    # Stored addresses are normalised; only what was typed pays for the reading.
    if address.isascii() and address == address.lower().strip():
        return address
    return addresses.parse(address).normalised


def _kept(session: Session, normalised: str, *, keyring: Keyring) -> Suppression | None:
    """It is held until the transaction ends: who lifts it and who leaves wait for each other."""
    rows = session.exec(
        select(Suppression)
        .where(
            col(Suppression.address_hash).in_(keyring.address_hashes(normalised)),
            Suppression.scope == SuppressionScope.ALL,
        )
        .order_by(col(Suppression.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    # There may be one under each key; the strongest speaks.
    return max(rows, key=lambda row: STRENGTH.index(row.reason), default=None)


def _told_by_row(session: Session, normalised: str) -> SuppressionReason | None:
    row = session.execute(
        sa.select(col(Address.state), col(Address.state_reason)).where(
            col(Address.normalised) == normalised
        )
    ).first()
    return told_by_row(row.state, row.state_reason) if row else None


def _insert(
    session: Session,
    normalised: str,
    keyring: Keyring,
    reason: SuppressionReason,
    source: str,
    note: str,
) -> bool:
    row = _row(normalised, keyring, reason, source, note=note)
    return insert_missing(session, Suppression, [row]) == 1


def _row(
    normalised: str, keyring: Keyring, reason: SuppressionReason, source: str, *, note: str
) -> dict[str, Any]:
    return {
        "address_hash": keyring.address_hash(normalised),
        "scope": SuppressionScope.ALL,
        "scope_value": "",
        "reason": reason,
        "note": note,
        "source": source,
        "created_at": clock.now(),
    }


def mark(session: Session, normalised: str, *, reason: SuppressionReason, note: str = "") -> None:
    """Let the row of a suppressed address, if there is one, say that it is closed, and why."""
    state = STATES.get(reason, AddressState.SUPPRESSED)
    told = note if state == AddressState.HARD and note else reason.value
    _set_state(session, normalised, state, told, at=clock.now())


def _set_state(
    session: Session, normalised: str, state: AddressState, why: str, *, at: datetime
) -> None:
    session.execute(
        sa.update(Address)
        .where(
            col(Address.normalised) == normalised,
            sa.or_(col(Address.state) != state, col(Address.state_reason) != why),
        )
        .values(state=state, state_reason=why, state_changed_at=at)
    )
