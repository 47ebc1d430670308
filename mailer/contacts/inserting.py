"""Adding rows that may be there already: the database decides, so that two doors at once cannot
make one row twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, SQLModel

from mailer.database import insert

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
