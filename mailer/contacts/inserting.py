"""Adding many rows at once: those that may be there already, where the database decides, so that
two doors cannot make one row twice; and those that come with their numbers.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from mailer.database import insert, listed, written

#: One statement's worth of values; every database takes as many parameters.
CHUNK = 500


def insert_missing(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert those of `rows` that break no unique rule; how many were new."""
    added = 0
    for chunk in chunked(rows):
        # One statement for the chunk: its row count is the number of rows that were new.
        statement = insert(session, table).values(chunk).on_conflict_do_nothing()
        statement = statement.execution_options(preserve_rowcount=True)
        added += session.connection().execute(statement).rowcount
    return added


def chunked(values: Sequence[Any]) -> list[Sequence[Any]]:
    """The values in slices that fit into one statement."""
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


def new_numbers(session: Session, table: type[SQLModel], *, count: int) -> list[int]:
    """So many numbers that no row of the table ever had. PostgreSQL only."""
    sequence = sa.func.pg_get_serial_sequence(str(table.__tablename__), "id")
    each = sa.func.generate_series(1, count).table_valued("value")
    return list(session.scalars(sa.select(sa.func.nextval(sequence)).select_from(each)))


def insert_numbered(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert many rows with their numbers, in one statement that takes one parameter."""
    columns = table.__table__  # type: ignore[attr-defined]
    names = tuple(columns.columns.keys())
    each = listed_rows(session, table, names, rows)
    statement = sa.insert(columns).from_select(list(names), sa.select(*each.c))
    session.connection().execute(statement)


def listed_rows(
    session: Session,
    table: type[SQLModel],
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> sa.Subquery:
    """Those columns of the rows as a table out of one parameter."""
    dialect, columns = session.get_bind().dialect.name, table.__table__.c  # type: ignore[attr-defined]
    kinds = {name: _kind(columns[name], dialect) for name in names}
    given = [[_given(row[name], dialect) for name in names] for row in rows]
    return listed(dialect, sa.bindparam("rows", json.dumps(given), sa.Text()), **kinds)


def _kind(column: sa.Column[Any], dialect: str) -> sa.types.TypeEngine[Any]:
    is_text = isinstance(column.type, sa.Enum)
    # SQLite keeps days as text.
    return (
        sa.Text()
        if is_text or (dialect == "sqlite" and isinstance(column.type, sa.Date))
        else column.type
    )


def _given(value: Any, dialect: str) -> Any:
    if isinstance(value, datetime):
        return written(value, dialect=dialect)
    return value.isoformat() if isinstance(value, date) else value
