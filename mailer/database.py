"""The database: SQLite or PostgreSQL by one URL, sync sessions, transactions that doors end.

SQLite begins every writing transaction with BEGIN IMMEDIATE: deferred ones lost or locked half of
600 concurrent updates in a trial, immediate ones none.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError
from sqlmodel import AutoString, Session, SQLModel

from mailer.errors import BadInput, DiskFull, SettingsError, Unreachable, is_disk_full

NO_TEXT = "a text holds a sign that no text has, a NUL or half a letter: take it out, try again"


def _document(text: str | bytes) -> Any:
    """What a document holds: ten documents stand beside each contact, most of them empty, and
    pydantic reads them in a fifth of the time.
    """
    try:
        return from_json(text)
    except ValueError:
        # Written in old times: half a letter, which only the slow one takes.
        return json.loads(text)


POOL: dict[str, Any] = {
    "pool_size": 20,
    "max_overflow": 20,
    # No parameters in what errors say: they would bring addresses into the log.
    "hide_parameters": True,
    "json_deserializer": _document,
}
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # The ledger of what was sent must survive a power cut, not only a crash of ours.
    "synchronous=FULL",
    # Freezing an audience of a million holds the lock for half a minute; the others wait.
    "busy_timeout=60000",
    "foreign_keys=ON",
)


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is refused. SQLite itself knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive moment and store the rest in UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the moment back as an aware one."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: A document: JSONB where the database has it.
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def one_of(values: type[StrEnum]) -> sa.Enum:
    """A column that holds one word of `values` as text, so that a new word is no migration."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def connect(url: str) -> sa.Engine:
    """An engine for that URL; nothing is opened yet.

    Raises SettingsError for a URL that is not one of SQLite or PostgreSQL.
    """
    parsed = _with_driver(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, **POOL)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(parsed, **POOL, pool_pre_ping=True)


def _with_driver(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as wrong:
        raise SettingsError(
            "database.url is wrong: write it like postgresql://host/name"
        ) from wrong
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise SettingsError("database.url must begin with sqlite:/// or postgresql://")
    return parsed


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    readonly = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error. Only doors open one.

    Raises Unreachable when the database does not answer.
    """
    with translated(), Session(engine, expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """A session that changes nothing and blocks no writer.

    Raises Unreachable when the database does not answer.
    """
    calm = engine.execution_options(readonly=True)
    with translated(), Session(calm, expire_on_commit=False) as session:
        yield session


Insert = postgresql.Insert | sqlite.Insert


def insert(session: Session, table: type[SQLModel]) -> Insert:
    """An INSERT that can say ON CONFLICT, for the database in use."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def listed(
    dialect: str, rows: sa.BindParameter[str], **columns: sa.types.TypeEngine[Any]
) -> sa.Subquery:
    """A table out of one parameter, a JSON array with an array of values for each row.

    One statement with it writes hundreds of different rows; one parameter costs far less than
    thousands. Each keyword names a column and gives its type.
    """
    if dialect == "postgresql":
        each = sa.func.json_array_elements(sa.cast(rows, sa.JSON)).table_valued("value")
    else:
        each = sa.func.json_each(rows).table_valued("value")
    values = []
    for place, (name, kind) in enumerate(columns.items()):
        text = each.c.value.op("->>")(sa.literal_column(str(place)))
        # SQLite keeps documents and moments as text, and would cast them to numbers.
        is_kept_so = dialect == "sqlite" and isinstance(kind, sa.JSON | UTCDateTime)
        value = sa.type_coerce(text, sa.Text()) if is_kept_so else sa.cast(text, kind)
        values.append(value.label(name))
    return sa.select(*values).select_from(each).subquery("listed")


def among(session: Session, column: Any, values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Whether the column is one of the values. For PostgreSQL they are one parameter: its driver
    reads through a statement with five hundred of them for longer than the server works on it.
    """
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(values)  # type: ignore[no-any-return]
    kind = sa.Text() if isinstance(column.type, sa.String | AutoString) else column.type
    return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(kind)))  # type: ignore[no-any-return]


def written(moment: datetime, *, dialect: str) -> str:
    """A moment as it stands inside of a JSON document for `listed`; SQLite's has no zone."""
    text = moment.astimezone(UTC).isoformat(" ", "microseconds")
    return text if dialect == "postgresql" else text[: -len("+00:00")]


def aware(text: str) -> datetime:
    """A moment that came inside of a JSON document; SQLite writes it in UTC and does not say so."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def gathered(dialect: str, rows: sa.Subquery) -> sa.Select[str]:
    """All rows as one JSON array of arrays.

    Hundreds of rows come in one piece: each row for itself would let another thread take the
    interpreter, and wait to get it back.
    """
    if dialect == "postgresql":
        each, whole = sa.func.json_build_array(*rows.c), sa.func.json_agg
    else:
        each, whole = sa.func.json_array(*rows.c), sa.func.json_group_array
    return sa.select(sa.func.coalesce(sa.cast(whole(each), sa.Text()), "[]"))


@contextmanager
def translated() -> Iterator[None]:
    """Say in our words that the database is away, that a disk is full, or that a text is none."""
    try:
        yield
    except (DataError, UnicodeEncodeError) as wrong:
        if _is_about_text(wrong):
            raise BadInput(NO_TEXT) from wrong
        raise
    except (OSError, sqlite3.OperationalError) as failure:
        if is_disk_full(failure):
            raise DiskFull from failure
        raise
    except OperationalError as away:
        if is_disk_full(away):
            raise DiskFull from away
        if _is_about_the_statement(away):
            raise
        raise Unreachable(f"the database cannot be used: {_first_line(away)}") from away


def _is_about_text(failure: DataError | UnicodeEncodeError) -> bool:
    """Whether a text holds a NUL, or half a letter. SQLite keeps a NUL; the driver of PostgreSQL
    refuses it by itself, and inside of a document the server does.
    """
    if isinstance(failure, UnicodeEncodeError):
        return "surrogates" in failure.reason
    told = str(failure.orig)
    return any(sign in told for sign in ("NUL (0x00)", "\\u0000", "surrogate"))


def _is_about_the_statement(failure: OperationalError) -> bool:
    """Whether the database answered, and what was asked is at fault: waiting would not help.

    SQLite says so by its plain error code; PostgreSQL by class 54, program limit exceeded.
    """
    if getattr(failure.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return True
    return str(getattr(failure.orig, "sqlstate", None)).startswith("54")


def _first_line(failure: DBAPIError) -> str:
    return str(failure.orig).strip().partition("\n")[0]
