"""Column kinds that all tables share."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import Json

#: Big enough for years of deliveries; SQLite numbers rows by itself only in an INTEGER.
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")

#: Longer lists of words are rare: to those an index leads by what they begin with.
BEGINNING = 200

#: Deliveries keep the numbers of contacts that may be erased, and the history those of all rows:
#: SQLite must not give them again.
NUMBERED_ONCE = {"sqlite_autoincrement": True}

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def row_id() -> Any:
    """The primary key, given by the database."""
    return Field(default=None, primary_key=True, sa_type=BIG)


def reference(column: str, *, index: bool = True, unique: bool = False, **more: Any) -> Any:
    """A foreign key to `column`, written table.column."""
    return Field(foreign_key=column, index=index, unique=unique, sa_type=BIG, **more)


def only_where(condition: str) -> dict[str, Any]:
    """What makes an index of those rows alone, on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def words() -> Any:
    """A list of words, in order."""
    return Field(default_factory=_no_words, sa_type=Json)


def numbers() -> Any:
    """A list of numbers of rows, in order."""
    return Field(default_factory=_no_numbers, sa_type=Json)


def beginning(column: str) -> sa.ColumnElement[str]:
    """How a list of words begins, as text: what is indexed, as PostgreSQL takes no long keys."""
    return sa.literal_column(f"substr(CAST({column} AS TEXT), 1, {BEGINNING})", sa.Text)


def entries() -> Any:
    """Small documents, in order."""
    return Field(default_factory=_no_entries, sa_type=Json)


def document() -> Any:
    """A small document keyed by words."""
    return Field(default_factory=_empty, sa_type=Json)


# Functions of ours, not `list` and `dict`: for each row pydantic looks at the factory's signature,
# and that of a class costs it some 0.2 ms.
def _no_words() -> list[str]:
    return []


def _no_numbers() -> list[int]:
    return []


def _no_entries() -> list[dict[str, Any]]:
    return []


def _empty() -> dict[str, Any]:
    return {}
