"""Some rows of one table whose fields an undo puts right, and what speaks against it."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlmodel import Session, SQLModel

from mailer.contacts import history
from mailer.contacts.keeping.undoing.closed import STATE, reasons
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.keeping.undoing.layers import Layers
from mailer.contacts.keeping.undoing.rows import (
    Change,
    Parents,
    Row,
    fetch,
    standing,
    table_of,
    write_rows,
)
from mailer.models import Address, ChangeAction
from mailer.tokens import Keyring

#: The number of a row, and the name of a column.
Field = tuple[int, str]
CHANGED_SINCE = "was changed since"


class Page:
    """The rows as they stand, as they stood, and as they are to be."""

    def __init__(
        self,
        session: Session,
        model: type[SQLModel],
        layers: Layers,
        *,
        keyring: Keyring,
        conflicts: Conflicts,
    ) -> None:
        self.session = session
        self.model = model
        self.layers = layers
        self.columns = table_of(model).columns
        self.conflicts = conflicts
        self.found = fetch(session, model, layers.numbers)
        self.now = {number: dict(row) for number, row in self.found.items()}
        rows = self.found.values() if model is Address else ()
        self.suppressed = reasons(session, rows, keyring=keyring)

    def put_right(self, fields: Collection[Field], *, can_follow: bool) -> None:
        """Give the fields what stands by the history, where nothing speaks against it."""
        wanted = {(number, name): self.layers.standing(number, name) for number, name in fields}
        by_row: dict[int, Row] = defaultdict(dict)
        for (number, name), layer in wanted.items():
            by_row[number][name] = layer.value
        obstacles = _Obstacles(self.session, self.model, list(by_row.values()))
        for number, name in sorted(fields):
            row, value = self.now[number], by_row[number][name]
            if row[name] == value:
                continue
            if row[name] != self.layers.left(number, name):
                self._tell(number, name, CHANGED_SINCE, can_follow=False)
            elif why := self._closed(row, name) or obstacles.of(name, value):
                self._tell(number, name, why, can_follow=can_follow)
            else:
                row[name] = value

    def tell_later(self, change: Change, fields: Collection[Field], *, is_undone: bool) -> None:
        """Tell what stays, because somebody has changed it after that change."""
        for name, kept in (change.before if is_undone else change.after).items():
            if (change.subject_id, name) in fields:
                layer = self.layers.standing(change.subject_id, name)
                stays = layer.value != history.as_value(self.columns[name], kept)
                if stays and layer.change_id > change.id:
                    self._tell(change.subject_id, name, CHANGED_SINCE, can_follow=False)

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

    def _closed(self, row: Row, name: str) -> str:
        """Why the state of an address must not change; empty when it may."""
        if name in STATE and row.get("normalised") in self.suppressed:
            return f"stays closed: {self.suppressed[row['normalised']]}"
        return ""

    def _tell(self, number: int, name: str, why: str, *, can_follow: bool) -> None:
        now = self.found[number][name]
        self.conflicts.add(self.model, number, why, name=name, now=now, can_follow=can_follow)


class _Obstacles:
    """What keeps values out of the columns of a table."""

    def __init__(self, session: Session, model: type[SQLModel], rows: list[Row]) -> None:
        self.parents = Parents(session, model, rows)
        self.taken = {
            column.name: standing(session, column, {row.get(column.name) for row in rows})
            for column in table_of(model).columns
            if column.unique
        }

    def of(self, name: str, value: Any) -> str:
        """What keeps this one out; empty when nothing does."""
        if self.parents.missing({name: value}):
            return f"cannot come back: {name} {value} is not there"
        if value in self.taken.get(name, ()):
            return f"cannot come back: another has {value!r}"
        return ""
