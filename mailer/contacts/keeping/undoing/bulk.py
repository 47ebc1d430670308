"""Removed rows that nothing keeps away are made again by the database itself: half a million of
them need not pass through here. Whatever is doubtful is left to `returning`, row by row.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlmodel import Session, SQLModel

from mailer import clock
from mailer.contacts.keeping.undoing.rows import of_operation, table_of
from mailer.contacts.keeping.undoing.whole import nothing
from mailer.database import UTCDateTime, listed
from mailer.models import Address, AddressState, ChangeAction, ContactChange
from mailer.models.columns import BIG

Condition = sa.ColumnElement[bool]
UTC = "+00:00"


def make_clear(
    session: Session,
    model: type[SQLModel],
    operation_id: int,
    *,
    undo_id: int,
    before: Collection[int],
    apart: Collection[int],
) -> int:
    """Make the rows of one table again that nothing speaks against; how many.

    Those that the undos `before` made, and those whose numbers are in `apart`, are left out.
    """
    clear = _Clear(model, session.get_bind().dialect.name)
    removed = of_operation(
        operation_id, ChangeAction.REMOVED, subject=clear.table.name, besides=before
    )
    connection = session.connection()
    connection.execute(clear.noting(sa.and_(*removed), undo_id=undo_id, apart=apart))
    making = clear.inserting(sa.and_(*removed), undo_id=undo_id)
    made = connection.execute(making, execution_options={"preserve_rowcount": True})
    return int(made.rowcount)


class _Clear:
    """The rows of one table, out of the documents of the history."""

    def __init__(self, model: type[SQLModel], dialect: str) -> None:
        self.table = table_of(model)
        self.dialect = dialect
        self.change = table_of(ContactChange)
        self.there = self.table.alias("there")

    def noting(self, removed: Condition, *, undo_id: int, apart: Collection[int]) -> sa.Insert:
        """Keep in the history that the clear ones were added: it says which they are."""
        values: dict[str, sa.ColumnElement[Any]] = {
            "operation_id": sa.literal(undo_id, BIG),
            "subject": sa.literal(self.table.name),
            "subject_id": self.change.c.subject_id,
            "action": sa.literal(ChangeAction.ADDED.value),
            "before": nothing(self.dialect),
            "after": nothing(self.dialect),
        }
        conditions = [removed, *self._is_whole(), *self._is_free(), *self._has_parents()]
        if apart:
            numbers = sa.bindparam("apart", json.dumps([[one] for one in apart]), sa.Text())
            asked = listed(self.dialect, numbers, id=BIG)
            conditions.append(self.change.c.subject_id.not_in(sa.select(asked.c.id)))
        clear = sa.select(*values.values()).where(*conditions).order_by(self.change.c.id)
        return sa.insert(self.change).from_select(list(values), clear)

    def inserting(self, removed: Condition, *, undo_id: int) -> sa.Insert:
        """Make those again that were noted."""
        noted = self.change.alias("noted")
        numbers = sa.select(noted.c.subject_id).where(
            noted.c.operation_id == undo_id,
            noted.c.subject == self.table.name,
            noted.c.action == ChangeAction.ADDED,
        )
        rows = self._rows().where(removed, self.change.c.subject_id.in_(numbers))
        return sa.insert(self.table).from_select(self.table.columns.keys(), rows)

    def _rows(self) -> sa.Select[Any]:
        names = self.table.columns.keys()
        if self.dialect != "postgresql":
            stored = {column.name: self._stored(column) for column in self.table.columns}
            return sa.select(*self._made_now(stored).values())
        empty: sa.ColumnElement[Any] = sa.literal_column(f'NULL::"{self.table.name}"')
        record = sa.func.jsonb_populate_record(empty, self.change.c.before)
        each = record.table_valued(*names).lateral("each")
        values = self._made_now(dict(zip(names, each.c, strict=True)))
        return sa.select(*values.values()).select_from(self.change.join(each, sa.true()))

    def _made_now(self, values: dict[str, Any]) -> dict[str, Any]:
        """An address that is well comes back like a new one: its owner may be leaving just now,
        while nobody can see the row (`young`).
        """
        if self.table is table_of(Address):
            moment = sa.literal(clock.now(), UTCDateTime())
            is_well = values["state"] == sa.literal(AddressState.OK.value, sa.Text())
            kept = values["state_changed_at"]
            values["state_changed_at"] = sa.case((is_well, moment), else_=kept)
        return values

    def _stored(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """A value as SQLite keeps it: a moment in UTC without its zone, a list as we write it."""
        value = self._value(column.name)
        if isinstance(column.type, UTCDateTime):
            plain = sa.func.replace(
                sa.func.substr(value, 1, sa.func.length(value) - len(UTC)), "T", " "
            )
            whole = sa.func.length(plain) == len("2026-11-24 09:00:00")
            return sa.case((whole, plain.op("||")(".000000")), else_=plain)
        if isinstance(column.type, sa.JSON):
            return sa.func.replace(self._value(column.name, sign="->"), '","', '", "')
        return value

    def _value(self, name: str, *, sign: str = "->>") -> sa.ColumnElement[Any]:
        document = sa.type_coerce(self.change.c.before, sa.Text())
        return sa.type_coerce(document.op(sign)(sa.literal_column(f"'{name}'")), sa.Text())

    def _typed(self, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        """The value as it is compared with others of its column."""
        value = self._value(column.name)
        is_number = isinstance(column.type, sa.Integer)
        if self.dialect == "postgresql":
            return sa.cast(value, BIG) if is_number else value
        return sa.type_coerce(value, column.type)

    def _is_whole(self) -> Iterator[Condition]:
        """Nothing of it was erased, no column is younger, and no merge went on with it."""
        names = self.table.columns.keys()
        yield sa.cast(self.change.c.after, sa.Text()) == "{}"
        if self.dialect == "postgresql":
            yield sa.type_coerce(self.change.c.before, JSONB).has_all(array(names))
            return
        document = sa.type_coerce(self.change.c.before, sa.Text())
        for column in self.table.columns:
            yield sa.func.json_type(document, f'$."{column.name}"').is_not(None)
            if isinstance(column.type, UTCDateTime):
                moment = self._value(column.name)
                yield sa.or_(moment.is_(None), moment.like(f"%{UTC}"))

    def _is_free(self) -> Iterator[Condition]:
        """Nobody has its number, nor what only one may have."""
        yield ~self._exists(self.there.c.id == self.change.c.subject_id)
        for rule in self.table.constraints:
            if isinstance(rule, sa.UniqueConstraint):
                yield from self._keeps(list(rule.columns))

    def _keeps(self, rule: list[sa.Column[Any]]) -> Iterator[Condition]:
        """No other has the same in these columns. It is looked for by one that is filled in, so
        that an index finds it.
        """
        open_ = [column for column in rule if column.nullable]
        for by in open_ or rule[:1]:
            same = [
                self.there.c[column.name].is_not_distinct_from(self._typed(column))
                if column in open_ and column is not by
                else self.there.c[column.name] == self._typed(column)
                for column in rule
            ]
            yield ~self._exists(*same)
        if open_:
            yield sa.or_(*(self._value(column.name).is_not(None) for column in open_))

    def _has_parents(self) -> Iterator[Condition]:
        """Whatever it names is there."""
        for column in self.table.columns:
            for key in column.foreign_keys:
                parent = key.column.table.alias()
                is_there = parent.c[key.column.name] == self._typed(column)
                yield sa.or_(self._value(column.name).is_(None), self._exists(is_there))

    def _exists(self, *conditions: Condition) -> sa.Exists:
        return sa.select(sa.literal(1)).where(*conditions).correlate(self.change).exists()
