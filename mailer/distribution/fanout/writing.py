"""Writes rows as fast as the database takes them: by COPY into PostgreSQL, by many into SQLite."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import Enum
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

#: Rows of one statement; enough that the statements do not count.
ROWS_AT_ONCE = 2000


def write_rows(
    session: Session, table: type[SQLModel], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Add the rows; their values are as `as_written` makes them."""
    session.flush()
    connection = session.connection()
    named = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {table.__tablename__} ({named}) FROM STDIN", rows)
        return
    marks = ", ".join("?" * len(columns))
    # The names are those of our own table and columns.
    statement = f"INSERT INTO {table.__tablename__} ({named}) VALUES ({marks})"  # noqa: S608
    # The index by address is filled in no order: all of it in memory, it is written once.
    connection.exec_driver_sql("PRAGMA cache_size = -16000")
    for chunk in _chunks(rows):
        connection.exec_driver_sql(statement, chunk)
    connection.exec_driver_sql("PRAGMA cache_size = -2000")


def as_written(value: Any, *, dialect: str) -> Any:
    """The value as that database keeps it, because nothing translates it on the way."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        written = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return f"{written}+00" if dialect == "postgresql" else written
    return json.dumps(value) if isinstance(value, list | dict) else value


def _copy(connection: sa.Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        raise DBAPIError(statement, None, ConnectionError("the connection is gone"))
    kinds = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except kinds.Error as failure:
        # As from every other statement: who waits for the database knows it by that.
        raise DBAPIError.instance(statement, None, failure, kinds.Error) from failure


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[tuple[Any, ...]]]:
    left = iter(rows)
    while chunk := [tuple(row) for row in islice(left, ROWS_AT_ONCE)]:
        yield chunk
