"""What happened to a contact: who did it, when, by which file or command, and what stood there
before; the latest first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from mailer.contacts.fallen import fallen
from mailer.contacts.inserting import chunked
from mailer.contacts.keeping.telling.subjects import Subjects, find_subjects
from mailer.contacts.keeping.telling.wording import Wording
from mailer.models import ContactChange, ContactOperation, Outlet, PressOfficer

_Found = tuple[ContactOperation, ContactChange, str | None]


@dataclass(frozen=True)
class FieldTold:
    """A field that changed, in words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeTold:
    """A row that an operation touched."""

    subject: str
    subject_id: int
    action: str
    #: The row of the file that said so.
    file_row: int | None
    words: str
    #: What the row is called, and what became of it unless fields changed; the name at its end.
    called: str
    verb: str
    name: str
    fields: tuple[FieldTold, ...]
    #: The same as it is kept.
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class OperationTold:
    """Something that somebody did, and what of it is about this contact."""

    operation_id: int
    kind: str
    done_at: datetime
    #: The press officer, empty for the command line and for the journalist herself.
    who: str
    source: str
    note: str
    #: The operation that took it back; None when that was taken back in turn.
    undone_by_id: int | None
    changes: list[ChangeTold] = field(default_factory=list)


def history_of(session: Session, text: str, *, remembers: bool = True) -> list[OperationTold]:
    """All that happened to the contact at that address, or with that number; the latest first.

    What is gone by now, such as an entry on a list, is looked for through the whole history;
    without `remembers` only what is there is told, which is quick in a book of any size. Raises
    NotFound for what we never knew.
    """
    return _told(session, find_subjects(session, text, remembers=remembers))


def history_of_outlet(session: Session, outlet: Outlet) -> list[OperationTold]:
    """All that happened to the outlet itself; what did to people and desks is told of them."""
    subjects = Subjects(session)
    subjects.rows["outlet"][outlet.id or 0] = outlet.model_dump()
    return _told(session, subjects)


def _told(session: Session, subjects: Subjects) -> list[OperationTold]:
    wording, down = Wording(session, subjects.rows), fallen(session)
    told: dict[int, OperationTold] = {}
    for operation, change, officer in sorted(_changes(session, subjects), key=_latest):
        stands = operation.id not in down
        entry = told.setdefault(operation.id or 0, _operation(operation, officer, stands=stands))
        entry.changes.append(_change(change, wording))
    return list(told.values())


def _changes(session: Session, subjects: Subjects) -> Iterator[_Found]:
    for subject, rows in subjects.rows.items():
        for chunk in chunked(sorted(rows)):
            yield from session.exec(
                select(ContactOperation, ContactChange, PressOfficer.email)
                .join(ContactChange, col(ContactChange.operation_id) == ContactOperation.id)
                .outerjoin(PressOfficer, col(PressOfficer.id) == ContactOperation.officer_id)
                .where(ContactChange.subject == subject, col(ContactChange.subject_id).in_(chunk))
            )


def _latest(found: _Found) -> tuple[int, int]:
    """The latest operation first; what it did in the order in which it did it."""
    operation, change, _ = found
    return -(operation.id or 0), change.id or 0


def _operation(operation: ContactOperation, officer: str | None, *, stands: bool) -> OperationTold:
    return OperationTold(
        operation_id=operation.id or 0,
        kind=operation.kind.value,
        done_at=operation.done_at,
        who=officer or "",
        source=operation.source,
        note=operation.note,
        undone_by_id=None if stands else operation.undone_by_id,
    )


def _change(change: ContactChange, wording: Wording) -> ChangeTold:
    became = wording.became(change)
    return ChangeTold(
        subject=change.subject,
        subject_id=change.subject_id,
        action=change.action.value,
        file_row=change.file_row,
        words=became.sentence(),
        called=became.called,
        verb=became.verb,
        name=became.name,
        fields=tuple(FieldTold(*said) for said in became.fields),
        before=change.before,
        after=change.after,
    )
