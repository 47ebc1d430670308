"""What no undo may open: a suppressed address stays closed (R8), and nobody who was erased comes
back.
"""

from collections.abc import Iterable

from sqlmodel import Session

from mailer import clock
from mailer.contacts import suppressions
from mailer.contacts.keeping.undoing.rows import Row
from mailer.models import AddressState, SuppressionReason
from mailer.tokens import Keyring

#: The columns of an address that say whether we may write to it.
STATE = ("state", "state_reason", "state_changed_at")


def reasons(
    session: Session, rows: Iterable[Row], *, keyring: Keyring
) -> dict[str, SuppressionReason]:
    """Why we must not write to those of the address rows that are suppressed, by address."""
    emails = [row["normalised"] for row in rows if row.get("normalised")]
    return suppressions.reasons_among(session, emails, keyring=keyring)


def closed_again(row: Row, reason: SuppressionReason | None) -> Row:
    """The address row as it may come back: shut, when there is a reason for it; else like a new
    one, since its owner may be leaving just now (`young`).
    """
    if row["state"] not in (AddressState.OK, AddressState.SOFT):
        return row
    if reason is None:
        is_well = row["state"] == AddressState.OK
        return row | ({"state_changed_at": clock.now()} if is_well else {})
    return row | suppressions.born_state(reason)
