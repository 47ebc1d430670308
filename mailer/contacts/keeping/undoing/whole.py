"""A whole row as a document of the history, made by the database itself: half a million of them
need not pass through here.
"""

from typing import Any

import sqlalchemy as sa

from mailer.database import UTCDateTime


def document(table: sa.Table, dialect: str) -> sa.ColumnElement[Any]:
    """The whole row as a document, made by the database, as the history reads it again."""
    if dialect == "postgresql":
        return sa.func.to_jsonb(sa.literal_column(f'"{table.name}"'))
    parts: list[sa.ColumnElement[Any]] = []
    for place, column in enumerate(table.columns):
        parts += [sa.literal(f'{", " if place else "{"}"{column.name}": '), _quoted(column)]
    return _joined([*parts, sa.literal("}")])


def _joined(parts: list[sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    """The parts one after the other; halved: SQLite reads only so many brackets in another."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return _joined(parts[:half]).op("||")(_joined(parts[half:]))


def _quoted(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A value of SQLite as JSON; it keeps truth as 1, a moment without its zone."""
    plain = sa.type_coerce(column, sa.Text())
    if isinstance(column.type, sa.Boolean):
        return sa.case((column.is_(True), "true"), else_="false")
    if isinstance(column.type, UTCDateTime):
        return sa.func.json_quote(plain.op("||")("+00:00"))
    if isinstance(column.type, sa.JSON):
        return sa.func.coalesce(plain, "null")
    return sa.func.json_quote(plain)


def nothing(dialect: str) -> sa.ColumnElement[Any]:
    """An empty document."""
    return sa.literal_column("'{}'::jsonb" if dialect == "postgresql" else "'{}'")
