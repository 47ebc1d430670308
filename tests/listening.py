"""The statements that a session sends, listened to on their way; and how they are gone about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlmodel import Session


@contextmanager
def listening(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """What is sent inside: each statement with its parameters."""
    heard: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        one = parameters[0] if isinstance(parameters, list) else parameters
        heard.append((statement, one))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", note)


def explained(session: Session, statement: str, parameters: Any) -> str:
    """How the database goes about it, as it says itself."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(row[-1]) for row in rows)
