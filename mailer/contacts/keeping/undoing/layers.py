"""What a field holds by the history: what the last change of it says that still stands, else what
stood there before the first. It does not depend on the order in which others were undone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts import history
from mailer.contacts.keeping.undoing.rows import in_chunks, table_of
from mailer.models import ChangeAction, ContactChange, ContactOperation, OperationKind


@dataclass(frozen=True, slots=True)
class Layer:
    """What a field holds, and since which change of the history."""

    value: Any
    #: 0: since before the first that is kept.
    change_id: int = 0
    #: None: nobody takes it back. It was written past the history, or came with the row.
    operation_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    id: int
    operation_id: int
    kind: OperationKind
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class Layers:
    """The history of some rows of one table, field by field."""

    def __init__(
        self,
        session: Session,
        model: type[SQLModel],
        numbers: Iterable[int],
        *,
        fallen: Collection[int],
    ) -> None:
        self.columns = table_of(model).columns
        self.fallen = fallen
        self.numbers = sorted(numbers)
        self._added: set[tuple[int, int]] = set()
        self._changes: dict[int, list[_Change]] = defaultdict(list)
        for chunk in in_chunks(self.numbers):
            self._read(session, str(model.__tablename__), chunk)

    def names(self, number: int) -> set[str]:
        """The fields of the row that have ever changed."""
        changed = {name for change in self._changes[number] for name in change.after}
        return {name for name in changed if name in self.columns}

    def left(self, number: int, name: str) -> Any:
        """What the last change left in the field, whether that stands or not."""
        *_, last = (change for change in self._changes[number] if name in change.after)
        return self._value(name, last.after)

    def standing(self, number: int, name: str) -> Layer:
        """What the field holds by all that stands."""
        first, *later = self._of(number, name)
        for layer in reversed(later):
            if layer.operation_id is None or layer.operation_id not in self.fallen:
                return layer
        return first

    def _of(self, number: int, name: str) -> Iterator[Layer]:
        """What stood there first, then each change; an undo is none, it only tells which stand."""
        left: Any = None
        for place, change in enumerate(one for one in self._changes[number] if name in one.after):
            before = self._value(name, change.before)
            if place == 0:
                yield Layer(before)
            elif before != left:  # somebody wrote there past the history
                yield Layer(before, change.id)
            left = self._value(name, change.after)
            if change.kind is not OperationKind.UNDO:
                # What an operation set in a row that it brought goes with the row, not before.
                with_row = (change.operation_id, number) in self._added
                yield Layer(left, change.id, None if with_row else change.operation_id)

    def _value(self, name: str, kept: Mapping[str, Any]) -> Any:
        return history.as_value(self.columns[name], kept.get(name))

    def _read(self, session: Session, subject: str, numbers: list[int]) -> None:
        change, operation = table_of(ContactChange).c, col(ContactOperation.id)
        rows = session.execute(
            sa.select(
                change.subject_id,
                change.action,
                change.id,
                change.operation_id,
                col(ContactOperation.kind),
                change.before,
                change.after,
            )
            .join(ContactOperation, operation == change.operation_id)
            .where(
                change.subject == subject,
                change.subject_id.in_(numbers),
                change.action.in_((ChangeAction.ADDED, ChangeAction.CHANGED)),
            )
            .order_by(change.id)
        )
        for number, action, *said in rows:
            one = _Change(*said)
            if action == ChangeAction.ADDED:
                self._added.add((one.operation_id, number))
            else:
                self._changes[number].append(one)
