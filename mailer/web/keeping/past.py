"""What was done to a contact, and which of it a press officer may take back from its page."""

from dataclasses import dataclass

from sqlmodel import Session

from mailer.audience.renaming.undoing import undo
from mailer.contacts.keeping.telling import OperationTold, history_of, history_of_outlet
from mailer.contacts.keeping.undoing import Undone, first_done, may_be_undone
from mailer.errors import NotFound, Refused
from mailer.models import ContactOperation, OperationKind, Outlet
from mailer.tokens import Keyring
from mailer.web.keeping.cards import Contact
from mailer.web.keeping.whose import SOURCE

#: What is about few contacts. A whole import is taken back where imports are; what a journalist
#: asked for herself, and what the law made us forget, is not ours to take back.
OURS = {OperationKind.EDIT, OperationKind.MOVE, OperationKind.MERGE}
SAID = {
    OperationKind.EDIT: "saved",
    OperationKind.MOVE: "moved",
    OperationKind.MERGE: "merged",
    OperationKind.UNDO: "taken back",
}


@dataclass(frozen=True)
class Past:
    """An operation, and whether it can be taken back here."""

    told: OperationTold
    can_be_undone: bool


@dataclass(frozen=True)
class Done:
    """What an officer has just done."""

    operation_id: int
    said: str
    can_be_undone: bool


def history(session: Session, contact: Contact, *, whole: bool) -> list[Past]:
    """All that happened to the contact; without `whole`, to what is there of it now."""
    text = str(contact.row.id)
    if contact.whose.is_desk:
        text = contact.mailboxes[0].address.email
    told = history_of(session, text, remembers=whole)
    return [Past(one, _can_be_undone(session, one.operation_id)) for one in told]


def outlet_history(session: Session, outlet: Outlet) -> list[Past]:
    """All that happened to an outlet."""
    told = history_of_outlet(session, outlet)
    return [Past(one, _can_be_undone(session, one.operation_id)) for one in told]


def done(session: Session, operation_id: int) -> Done | None:
    """What the page says of that operation; None when there is none."""
    found = session.get(ContactOperation, operation_id)
    if found is None:
        return None
    said = f"{SAID.get(found.kind, found.kind)}{f': {found.note}' if found.note else ''}"
    return Done(operation_id, said, _can_be_undone(session, operation_id))


def take_back(session: Session, operation_id: int, *, keyring: Keyring, officer_id: int) -> Undone:
    """Take the operation back. The caller commits.

    Raises NotFound, and Refused for what is not taken back here or was taken back before.
    """
    found = session.get(ContactOperation, operation_id)
    if found is None:
        raise NotFound(f"there is no operation {operation_id}: retention may have removed it")
    if may_be_undone(session, found) and not _is_ours(session, found):
        raise Refused(
            f"operation {operation_id} ({found.kind}) is not taken back here: a whole import is"
            " taken back where imports are, and what a journalist asked for herself stays"
        )
    return undo(session, operation_id, keyring=keyring, source=SOURCE, officer_id=officer_id)


def _can_be_undone(session: Session, operation_id: int) -> bool:
    found = session.get(ContactOperation, operation_id)
    return found is not None and may_be_undone(session, found) and _is_ours(session, found)


def _is_ours(session: Session, operation: ContactOperation) -> bool:
    """Whether it is of a kind that is taken back here; of an undo counts what it took back."""
    return first_done(session, operation).kind in OURS
