"""Fields that the operation changed get back what stood there before, where nobody has changed them
since.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts import history
from mailer.contacts.keeping.undoing.closed import STATE, reasons
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.keeping.undoing.rows import (
    Change,
    Parents,
    Row,
    changes,
    fetch,
    standing,
    table_of,
    write_rows,
)
from mailer.models import Address, ChangeAction, ContactChange
from mailer.tokens import Keyring


def put_back(
    session: Session,
    operation_id: int,
    *,
    before: Sequence[int] = (),
    keyring: Keyring,
    conflicts: Conflicts,
) -> int:
    """Put the changed fields back, the latest change first; how many rows are as before.

    Those that one of the undos `before` has put back are done with.
    """
    restored = 0
    for changed in changes(session, operation_id, ChangeAction.CHANGED):
        by_table: dict[type[SQLModel], list[Change]] = defaultdict(list)
        for change in changed:
            by_table[history.TABLES[change.subject]].append(change)
        for model, some in by_table.items():
            book = _Page(session, model, some, keyring=keyring, conflicts=conflicts)
            done = _put_back_before(session, model, list(book.now), before)
            for change in some:
                book.put_back(change, besides=done.get(change.subject_id, set()))
            restored += book.write()
    return restored


def _put_back_before(
    session: Session, model: type[SQLModel], numbers: Sequence[int], before: Sequence[int]
) -> dict[int, set[str]]:
    """By row, the fields that those undos have put back."""
    found: dict[int, set[str]] = defaultdict(set)
    if before:
        rows = session.execute(
            sa.select(col(ContactChange.subject_id), col(ContactChange.after)).where(
                col(ContactChange.operation_id).in_(before),
                col(ContactChange.subject) == str(model.__tablename__),
                col(ContactChange.subject_id).in_(numbers),
                col(ContactChange.action) == ChangeAction.CHANGED,
            )
        )
        for number, after in rows:
            found[number].update(after)
    return found


class _Page:
    """Some rows of one table: as they stand, as they stood, and what speaks against it."""

    def __init__(
        self,
        session: Session,
        model: type[SQLModel],
        changed: Sequence[Change],
        *,
        keyring: Keyring,
        conflicts: Conflicts,
    ) -> None:
        self.session = session
        self.model = model
        self.columns = table_of(model).columns
        self.conflicts = conflicts
        self.found = fetch(session, model, {change.subject_id for change in changed})
        self.now = {number: dict(row) for number, row in self.found.items()}
        before = [self._values(change.before) for change in changed]
        self.parents = Parents(session, model, before)
        self.taken = {
            column.name: standing(session, column, {row.get(column.name) for row in before})
            for column in self.columns
            if column.unique
        }
        rows = self.found.values() if model is Address else ()
        self.suppressed = reasons(session, rows, keyring=keyring)

    def put_back(self, change: Change, *, besides: Collection[str]) -> None:
        """Put back what one change took, field by field."""
        row = self.now.get(change.subject_id)
        if row is None:
            self.conflicts.add(self.model, change.subject_id, "is not there any more")
            return
        before, after = self._values(change.before), self._values(change.after)
        for name, value in before.items():
            if name in besides:
                continue
            if row[name] == value:
                self.conflicts.stood_so += row[name] != after.get(name)
                continue
            if why := self._obstacle(row, name, value, after.get(name)):
                self.conflicts.add(self.model, row["id"], why, name=name, now=row[name])
            else:
                row[name] = value

    def write(self) -> int:
        """Write the rows that differ now; how many."""
        by_columns: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        noted: list[history.Noted] = []
        for number, row in self.now.items():
            was = self.found[number]
            if names := tuple(name for name in row if row[name] != was[name]):
                by_columns[names].append(row)
                before = history.as_document({name: was[name] for name in names})
                after = history.as_document({name: row[name] for name in names})
                noted.append((self.model, number, ChangeAction.CHANGED, before, after))
        for names, rows in by_columns.items():
            write_rows(self.session, self.model, names, rows)
        history.note_rows(self.session, noted)
        return len(noted)

    def _obstacle(self, row: Row, name: str, value: Any, left: Any) -> str:
        """What keeps a field from getting its value back; empty when nothing does."""
        if row[name] != left:
            return "was changed since"
        if name in STATE and row.get("normalised") in self.suppressed:
            return f"stays closed: {self.suppressed[row['normalised']]}"
        if self.parents.missing({name: value}):
            return f"cannot come back: {name} {value} is not there"
        if value in self.taken.get(name, ()):
            return f"cannot come back: another has {value!r}"
        return ""

    def _values(self, kept: Mapping[str, Any]) -> Row:
        """The kept document as values, without columns that are no more."""
        return {
            name: history.as_value(self.columns[name], value)
            for name, value in kept.items()
            if name in self.columns
        }
