"""Taking an operation back: removed rows return, changed fields get back what stood there, added
rows go. What happened later is left alone and told; suppressions are never lifted (R8),
and a leave stays with the person (F6). Where nothing can be taken back, nothing is recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts import history
from mailer.contacts.book_lock import lock_book
from mailer.contacts.fallen import fallen
from mailer.contacts.keeping.undoing.chain import (
    claim,
    first_done,
    may_be_undone,
    stands_for_others,
    undoable,
    undos_that_hold,
)
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

__all__ = [
    "MERGED_INTO",
    "Conflict",
    "Kept",
    "Later",
    "Undone",
    "first_done",
    "may_be_undone",
    "operation_of_import",
    "undo",
]


@dataclass(frozen=True)
class Undone:
    """What became of an operation that was taken back."""

    #: The operation, and the one that took it back; 0: nothing of it could be, and it holds.
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
    #: How many of them undoing it once more may take back, when what holds them is undone.
    following: int = 0

    @property
    def is_done(self) -> bool:
        """Whether it is undone, and be it in part."""
        return self.undo_id != 0


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
    needed_lists: Mapping[int, str] | None = None,
    afterwards: Callable[[int, Conflicts], int] | None = None,
) -> Undone:
    """Take an operation back, each field and row as before. The caller commits, or rolls back.

    It is an operation itself, and can be undone. Lists of the numbers in `needed_lists` stay, each
    for its reason; `afterwards` gets the operation's number before it ends, and says how many of
    the rows that came back it has left out after all. What it had to leave alone can be taken
    back later, by undoing the operation once more. Raises NotFound, and Refused for what was undone
    before and for what the law made us forget.
    """
    lock_book(session)
    undone = undoable(session, operation_id)
    with session.begin_nested() as trying:
        outcome = _undo(
            session,
            undone,
            keyring=keyring,
            source=source,
            officer_id=officer_id,
            needed_lists=needed_lists or {},
            afterwards=afterwards,
        )
        if not outcome.is_done:
            trying.rollback()
    return outcome


def _undo(
    session: Session,
    undone: ContactOperation,
    *,
    keyring: Keyring,
    source: str,
    officer_id: int | None,
    needed_lists: Mapping[int, str],
    afterwards: Callable[[int, Conflicts], int] | None,
) -> Undone:
    number, is_first = undone.id or 0, undone.undone_by_id is None
    before = undos_that_hold(session, number)
    conflicts = Conflicts(session, number)
    note = f"undoes {undone.kind.value} {number}"
    with history.operation(
        session, OperationKind.UNDO, source=source, officer_id=officer_id, note=note
    ) as recording:
        recording.operation.undoes_id = number
        claim(session, undone, undo_id=recording.id)
        conflicts.fallen = fallen(session)
        numbers = _take_back(
            session,
            undone,
            recording,
            before=before,
            keyring=keyring,
            conflicts=conflicts,
            needed_lists=needed_lists,
        )
        session.flush()
        session.expire_all()  # statements changed what the session has read
        if afterwards is not None:
            returned, restored, removed = numbers
            numbers = (returned - afterwards(recording.id, conflicts), restored, removed)
        recording.operation.left_alone = conflicts.following + conflicts.stood_so
    nothing_left = not conflicts.count and (is_first or not conflicts.stood_so)
    has_effect = any(numbers) or nothing_left or (is_first and stands_for_others(session, number))
    return _outcome(session, undone, recording.id if has_effect else 0, numbers, conflicts)


def _take_back(
    session: Session,
    undone: ContactOperation,
    recording: history.Recording,
    *,
    before: Sequence[int],
    keyring: Keyring,
    conflicts: Conflicts,
    needed_lists: Mapping[int, str],
) -> tuple[int, int, int]:
    """How many rows came back, fields were restored, and rows were taken away."""
    number = undone.id or 0
    _count_rows(session)
    mailboxes = mailboxes_before(session, undone)
    undo_id = recording.id
    returned = make_again(
        session, number, undo_id=undo_id, before=before, keyring=keyring, conflicts=conflicts
    )
    restored = put_back(
        session, undone, undo_id=undo_id, before=before, keyring=keyring, conflicts=conflicts
    )
    removed = take_away(
        session,
        undone,
        undo_id=undo_id,
        keyring=keyring,
        conflicts=conflicts,
        needed_lists=needed_lists,
    )
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
        following=conflicts.following,
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


def _count_rows(session: Session) -> None:
    """Let PostgreSQL look how big the tables are: what came a minute ago it does not know yet, and
    goes through it row by row.
    """
    if session.get_bind().dialect.name == "postgresql":
        for name in (str(ContactChange.__tablename__), *history.TABLES):
            session.connection().execute(sa.text(f'ANALYZE "{name}"'))
