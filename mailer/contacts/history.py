"""Who changed what in the address book, when, and what stood there before.

Whoever changes contacts opens an operation; what the session writes while it is open is kept as it
goes to the database, column by column, so that nobody can forget to tell.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import InstanceState, UOWTransaction
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session, SQLModel

from mailer import clock
from mailer.contacts.book_lock import lock_book
from mailer.database import Json, UTCDateTime, listed
from mailer.models import (
    Address,
    ChangeAction,
    ContactChange,
    ContactOperation,
    Desk,
    DifferentPeople,
    Journalist,
    MediaList,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
)
from mailer.models.columns import BIG

#: Parents before their children: what was added is taken away from the end.
TRACKED: tuple[type[SQLModel], ...] = (
    Address,
    Outlet,
    Journalist,
    Role,
    Desk,
    MediaList,
    MediaListEntry,
    DifferentPeople,
)
TABLES = {str(table.__tablename__): table for table in TRACKED}
#: A table, a row's number, what became of it, and the documents of what stood there and stands now.
Noted = tuple[type[SQLModel], int, ChangeAction, dict[str, Any], dict[str, Any]]


class Recording:
    """An operation while it is open."""

    def __init__(self, operation: ContactOperation) -> None:
        self.operation = operation
        self._file_rows: dict[int, tuple[SQLModel, int]] = {}

    @property
    def id(self) -> int:
        """The operation's number."""
        return self.operation.id or 0

    def told_by(self, row: SQLModel, file_row: int) -> None:
        """Remember which row of a file speaks of that row of ours."""
        # The row is kept beside its number: a freed one's identity may be given again.
        self._file_rows[id(row)] = row, file_row

    def forget_rows(self) -> None:
        """Let go of the rows of the file so far, when all they said is written."""
        self._file_rows.clear()

    def file_row(self, row: SQLModel) -> int | None:
        """The row of the file that spoke of it last."""
        return self._file_rows.get(id(row), (row, None))[1]


@contextmanager
def operation(
    session: Session,
    kind: OperationKind,
    *,
    source: str = "",
    officer_id: int | None = None,
    note: str = "",
) -> Iterator[Recording]:
    """Everything that the session writes to the address book inside belongs to one operation.

    One inside another is the outer one's part. The caller commits. It takes the lock of the address
    book (`book_lock`): who reads before what the change goes by takes it before.
    """
    outer: Recording | None = session.info.get(_KEY)
    if outer is not None:
        yield outer
        return
    session.flush()  # what came before is not ours
    lock_book(session)
    done = ContactOperation(
        kind=kind, source=source, note=note, officer_id=officer_id, done_at=clock.now()
    )
    session.add(done)
    session.flush()
    session.info[_KEY] = recording = Recording(done)
    event.listen(session, "after_flush", _record)
    try:
        yield recording
        session.flush()
    finally:
        event.remove(session, "after_flush", _record)
        del session.info[_KEY]


_KEY = "contact operation"


def note_added(session: Session, table: type[SQLModel], ids: Iterable[int]) -> None:
    """Keep that rows were added past the session, by a statement of their own."""
    note_rows(session, ((table, row_id, ChangeAction.ADDED, {}, {}) for row_id in ids))


def note_rows(session: Session, rows: Iterable[Noted]) -> None:
    """Keep what became of many rows past the session, in one statement; documents as they are.

    Nothing is kept outside of an operation.
    """
    recording: Recording | None = session.info.get(_KEY)
    if recording is not None:
        _keep(session, [_values(recording, *row, file_row=None) for row in rows])


def as_document(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of columns as they stand in a document."""
    return {name: _plain(value) for name, value in values.items()}


def as_value(column: sa.Column[Any], kept: Any) -> Any:
    """A kept value as the column takes it."""
    if kept is None:
        return None
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(kept)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(kept)
    if isinstance(column.type, sa.Enum) and column.type.enum_class:
        return column.type.enum_class(kept)
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value


def _record(session: AnySession, _flush: UOWTransaction) -> None:
    """After a flush the session still knows what was new, changed and gone, and what was before."""
    recording: Recording = session.info[_KEY]
    values = [
        _values(recording, type(row), _row_id(row), *change, file_row=recording.file_row(row))
        for row, change in _changes(session)
    ]
    _keep(session, values)


#: Changes that one statement writes.
_AT_ONCE = 1000


def _keep(session: AnySession, values: list[dict[str, Any]]) -> None:
    """Write the changes, many in one statement: an import may bring half a million."""
    connection = session.connection()
    statement = _keeping(connection.dialect.name)
    for start in range(0, len(values), _AT_ONCE):
        rows = [list(value.values()) for value in values[start : start + _AT_ONCE]]
        connection.execute(statement, {"rows": json.dumps(rows)})


@cache
def _keeping(dialect: str) -> sa.Insert:
    columns: dict[str, sa.types.TypeEngine[Any]] = {
        "operation_id": BIG,
        "subject": sa.Text(),
        "subject_id": BIG,
        "action": sa.Text(),
        "file_row": sa.Integer(),
        "before": Json,
        "after": Json,
    }
    given = listed(dialect, sa.bindparam("rows", type_=sa.Text()), **columns)
    return sa.insert(ContactChange).from_select(list(columns), sa.select(*given.c))


_Change = tuple[ChangeAction, dict[str, Any], dict[str, Any]]


def _changes(session: AnySession) -> Iterator[tuple[SQLModel, _Change]]:
    for row in session.new:
        if isinstance(row, TRACKED):
            yield row, (ChangeAction.ADDED, {}, {})
    for row in session.dirty:
        if isinstance(row, TRACKED) and (said := _differences(row))[1]:
            yield row, (ChangeAction.CHANGED, *said)
    for row in session.deleted:
        if isinstance(row, TRACKED):
            yield row, (ChangeAction.REMOVED, as_document(row.model_dump()), {})


def _differences(row: SQLModel) -> tuple[dict[str, Any], dict[str, Any]]:
    state: InstanceState[Any] = sa.inspect(row)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in type(row).model_fields:
        old = state.attrs[name].history
        if old.has_changes() and old.deleted and old.added and old.deleted[0] != old.added[0]:
            before[name], after[name] = _plain(old.deleted[0]), _plain(old.added[0])
    return before, after


def _row_id(row: SQLModel) -> int:
    number: int = sa.inspect(type(row)).primary_key_from_instance(row)[0]
    return number


def _values(
    recording: Recording,
    table: type[SQLModel],
    row_id: int,
    action: ChangeAction,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    file_row: int | None,
) -> dict[str, Any]:
    return {
        "operation_id": recording.id,
        "subject": str(table.__tablename__),
        "subject_id": row_id,
        "action": action,
        "file_row": file_row,
        "before": before,
        "after": after,
    }
