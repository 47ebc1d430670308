"""Rows of the address book past the session: whole books of them pass, and none is held."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts.history import TRACKED
from mailer.contacts.inserting import listed_rows
from mailer.models import ChangeAction, ContactChange

#: Changes that are read and written together.
AT_ONCE = 500
Row = dict[str, Any]
Thing = TypeVar("Thing")


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table behind a model."""
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the history, as plain values."""

    id: int
    subject: str
    subject_id: int
    before: dict[str, Any]
    after: dict[str, Any]


def of_operation(
    operation_id: int,
    action: ChangeAction,
    *,
    subject: str = "",
    besides: Collection[int] = (),
) -> list[sa.ColumnElement[bool]]:
    """Which changes are the operation's of that kind.

    Rows that the operation itself had added are none of them: those are taken away whole. Nor are
    those that the operations `besides` have added.
    """
    table = table_of(ContactChange)
    found: list[sa.ColumnElement[bool]] = [
        table.c.operation_id == operation_id,
        table.c.action == action,
    ]
    for adding in (operation_id, *besides):
        added = table.alias()
        its_own = sa.select(added.c.id).where(
            added.c.subject == table.c.subject,
            added.c.subject_id == table.c.subject_id,
            added.c.operation_id == adding,
            added.c.action == ChangeAction.ADDED,
        )
        found.append(~its_own.correlate(table).exists())
    if subject:
        found.append(table.c.subject == subject)
    return found


def touched(session: Session, operation_id: int, action: ChangeAction) -> list[type[SQLModel]]:
    """The tables in which the operation did that, parents before children; most have few."""
    subjects = session.scalars(
        sa.select(col(ContactChange.subject))
        .where(col(ContactChange.operation_id) == operation_id, col(ContactChange.action) == action)
        .distinct()
    )
    named = set(subjects)
    return [model for model in TRACKED if model.__tablename__ in named]


def changes(
    session: Session,
    operation_id: int,
    action: ChangeAction,
    *,
    subject: str = "",
    besides: Collection[int] = (),
) -> Iterator[list[Change]]:
    """The operation's changes of that kind, the latest first, some at a time."""
    table = table_of(ContactChange)
    wanted = of_operation(operation_id, action, subject=subject, besides=besides)
    query = sa.select(*(table.c[name] for name in Change.__slots__)).where(*wanted)
    query = query.order_by(table.c.id.desc()).limit(AT_ONCE)
    some = query
    while found := [Change(*row) for row in session.connection().execute(some)]:
        yield found
        some = query.where(table.c.id < found[-1].id)


def fetch(session: Session, model: type[SQLModel], ids: Iterable[int]) -> dict[int, Row]:
    """Those of the rows that are there, by number."""
    table = table_of(model)
    return {
        row["id"]: dict(row)
        for chunk in in_chunks(ids)
        for row in session.connection()
        .execute(sa.select(table).where(table.c.id.in_(chunk)))
        .mappings()
    }


def standing(session: Session, column: sa.Column[Any], values: Iterable[Any]) -> set[Any]:
    """Those of the values that stand in the column."""
    return {
        value
        for chunk in in_chunks(values)
        for value in session.connection()
        .execute(sa.select(column).where(column.in_(chunk)))
        .scalars()
    }


def write_rows(
    session: Session, model: type[SQLModel], names: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Set those columns of many rows, each row its own, in one statement."""
    table, each = table_of(model), listed_rows(session, model, ("id", *names), rows)
    new = {name: each.c[name] for name in names}
    session.connection().execute(sa.update(table).values(new).where(table.c.id == each.c.id))


class Parents:
    """Which rows are there for others to name, asked for some rows at a time."""

    def __init__(self, session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
        self.keys = {
            column.name: key.column
            for column in table_of(model).columns
            for key in column.foreign_keys
        }
        self.there = {
            name: standing(session, target, {row[name] for row in rows if row.get(name)})
            for name, target in self.keys.items()
        }

    def missing(self, row: Mapping[str, Any]) -> str:
        """The first column that names a row which is gone; empty when there is none."""
        for name, there in self.there.items():
            if row.get(name) is not None and row[name] not in there:
                return name
        return ""


def in_chunks(values: Iterable[Thing]) -> Iterator[list[Thing]]:
    """The values, as many at a time as fit into one statement."""
    left = iter(values)
    while chunk := list(islice(left, AT_ONCE)):
        yield chunk
