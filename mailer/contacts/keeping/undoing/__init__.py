"""Taking an operation back: removed rows return, changed fields get back what stood there, added
rows go. What happened later is left alone and told; suppressions are never lifted (R8),
and a leave stays with the person (F6).
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts import history
from mailer.contacts.book_lock import lock_book
from mailer.contacts.keeping.undoing.conflicts import Conflict, Conflicts, Kept, Later
from mailer.contacts.keeping.undoing.leaving import carry_leaves, mailboxes_before
from mailer.contacts.keeping.undoing.removing import take_away
from mailer.contacts.keeping.undoing.restoring import put_back
from mailer.contacts.keeping.undoing.returning import MERGED_INTO, make_again
from mailer.contacts.young import close_young
from mailer.errors import NotFound, Refused
from mailer.models import (
    ChangeAction,
    ContactChange,
    ContactImport,
    ContactOperation,
    OperationKind,
)
from mailer.tokens import Keyring

__all__ = ["MERGED_INTO", "Conflict", "Kept", "Later", "Undone", "operation_of_import", "undo"]

#: What the law made us forget, no command brings back.
FINAL = {OperationKind.ERASURE, OperationKind.RETENTION}


@dataclass(frozen=True)
class Undone:
    """What became of an operation that was taken back."""

    #: The operation, and the one that took it back.
    operation_id: int
    undo_id: int
    kind: OperationKind
    source: str
    #: Rows: made again, changed back, taken away.
    returned: int
    restored: int
    removed: int
    #: The same by table, such as journalist, under added, changed and removed.
    rows: dict[ChangeAction, dict[str, int]]
    #: How many fields and rows are left as they stand, and the first of them.
    conflict_count: int
    conflicts: tuple[Conflict, ...]
    #: Rows that it added and that stay, because somebody else stands for them by now.
    kept: tuple[Kept, ...] = ()


def operation_of_import(session: Session, import_id: int) -> int:
    """The number of the operation that an import was."""
    record = session.get(ContactImport, import_id)
    if record is None:
        raise NotFound(f"there is no import {import_id}: see `mailer contacts imports`")
    if record.operation_id is None:
        message = f"import {import_id} is older than the history of the address book"
        raise Refused(f"{message}: what it changed is not known, so it cannot be undone")
    return record.operation_id


def undo(
    session: Session,
    operation_id: int,
    *,
    keyring: Keyring,
    source: str,
    officer_id: int | None = None,
) -> Undone:
    """Take an operation back, each field and row as before. The caller commits, or rolls back.

    It is an operation itself, and can be undone. Raises NotFound, and Refused for what was undone
    before and for what the law made us forget.
    """
    lock_book(session)
    undone = _undoable(session, operation_id)
    conflicts = Conflicts(session, operation_id)
    note = f"undoes {undone.kind.value} {operation_id}"
    with history.operation(
        session, OperationKind.UNDO, source=source, officer_id=officer_id, note=note
    ) as recording:
        numbers = _take_back(session, undone, recording, keyring=keyring, conflicts=conflicts)
    session.expire_all()  # statements changed what the session has read
    return _outcome(session, undone, recording.id, numbers, conflicts)


def _take_back(
    session: Session,
    undone: ContactOperation,
    recording: history.Recording,
    *,
    keyring: Keyring,
    conflicts: Conflicts,
) -> tuple[int, int, int]:
    """How many rows came back, fields were restored, and rows were taken away."""
    number = undone.id or 0
    _claim(session, number, undo_id=recording.id)
    _count_rows(session)
    mailboxes = mailboxes_before(session, undone)
    returned = make_again(
        session, number, undo_id=recording.id, keyring=keyring, conflicts=conflicts
    )
    restored = put_back(session, number, keyring=keyring, conflicts=conflicts)
    removed = take_away(session, undone, undo_id=recording.id, keyring=keyring, conflicts=conflicts)
    carry_leaves(session, undone, mailboxes, keyring=keyring, conflicts=conflicts)
    close_young(session, since=recording.operation.done_at, keyring=keyring)
    return returned, restored, removed


def _outcome(
    session: Session,
    undone: ContactOperation,
    undo_id: int,
    numbers: tuple[int, int, int],
    conflicts: Conflicts,
) -> Undone:
    returned, restored, removed = numbers
    return Undone(
        operation_id=undone.id or 0,
        undo_id=undo_id,
        kind=undone.kind,
        source=undone.source,
        returned=returned,
        restored=restored,
        removed=removed,
        rows=_rows(session, undo_id),
        conflict_count=conflicts.count,
        conflicts=tuple(conflicts.told),
        kept=conflicts.kept(),
    )


def _rows(session: Session, undo_id: int) -> dict[ChangeAction, dict[str, int]]:
    """How many rows of each table the undo touched, by what became of them."""
    action, subject = col(ContactChange.action), col(ContactChange.subject)
    counts = session.execute(
        sa.select(action, subject, sa.func.count(sa.distinct(col(ContactChange.subject_id))))
        .where(col(ContactChange.operation_id) == undo_id)
        .group_by(action, subject)
    )
    found: dict[ChangeAction, dict[str, int]] = {}
    for what, table, number in counts:
        found.setdefault(what, {})[table] = number
    return found


def _undoable(session: Session, operation_id: int) -> ContactOperation:
    known = session.get(ContactOperation, operation_id)
    if known is None:
        raise NotFound(f"there is no operation {operation_id}: see `mailer contacts history`")
    if known.kind in FINAL:
        message = f"operation {operation_id} is {_called(known.kind)}: who was erased stays erased"
        raise Refused(f"{message}, and only the person can come back, by signing up again")
    if known.undone_by_id is not None:
        raise Refused(_undone_before(session, known))
    if _is_forgotten(session, known):
        message = f"operation {operation_id} is too old: retention has removed what it changed"
        raise Refused(f"{message}, so nothing can be put back (history_months in [retention])")
    return known


def _is_forgotten(session: Session, known: ContactOperation) -> bool:
    """Whether nothing is left of its changes, and retention has run since."""
    kept = sa.select(col(ContactChange.id)).where(col(ContactChange.operation_id) == known.id)
    later = sa.select(col(ContactOperation.id)).where(
        col(ContactOperation.kind) == OperationKind.RETENTION,
        col(ContactOperation.done_at) > known.done_at,
    )
    was_kept, has_run = (session.execute(one.limit(1)).first() for one in (kept, later))
    return was_kept is None and has_run is not None


def _called(kind: OperationKind) -> str:
    return "an erasure" if kind is OperationKind.ERASURE else "what retention removed"


def _undone_before(session: Session, known: ContactOperation) -> str:
    """Why it cannot be undone again, and how it can be had all the same."""
    told = f"operation {known.id} was undone by operation {known.undone_by_id}"
    undo_of = session.get(ContactOperation, known.undone_by_id)
    if undo_of is None or undo_of.undone_by_id is None:
        return f"{told}: to have it back, `mailer contacts undo {known.undone_by_id}`"
    last = undo_of
    while last.undone_by_id and (later := session.get(ContactOperation, last.undone_by_id)):
        last = later
    return f"{told}, and that was undone: `mailer contacts undo {last.id}`"


def _claim(session: Session, operation_id: int, *, undo_id: int) -> None:
    """Two who undo it at once do it once."""
    claimed = session.connection().execute(
        sa.update(ContactOperation)
        .where(col(ContactOperation.id) == operation_id)
        .where(col(ContactOperation.undone_by_id).is_(None))
        .values(undone_by_id=undo_id)
    )
    if claimed.rowcount != 1:
        raise Refused(f"operation {operation_id} is being undone by somebody else")


def _count_rows(session: Session) -> None:
    """Let PostgreSQL look how big the tables are: what came a minute ago it does not know yet, and
    goes through it row by row.
    """
    if session.get_bind().dialect.name == "postgresql":
        for name in (str(ContactChange.__tablename__), *history.TABLES):
            session.connection().execute(sa.text(f'ANALYZE "{name}"'))
