"""The database: moments keep their zone, writers do not lose each other, its absence is said."""

import sqlite3
import threading
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer import database
from mailer.errors import BadInput, DiskFull, SettingsError, Unreachable
from mailer.models import Address, Outlet
from tests import factories


def test_a_moment_comes_back_aware_and_in_utc(session: Session) -> None:
    moment = datetime(2026, 7, 1, 10, 0, tzinfo=ZoneInfo("Europe/Copenhagen"))
    row = factories.address(session, "a@b.example")
    row.state_changed_at = moment
    session.flush()
    session.expire_all()
    found = session.exec(select(Address.state_changed_at)).one()
    assert found == moment
    assert found.utcoffset() == timedelta(0)


def test_a_document_of_old_times_can_be_read(sqlite_engine: sa.Engine) -> None:
    read = sa.select(sa.literal_column(r"""'["half \ud800"]'""", database.Json))
    with Session(sqlite_engine) as session:
        assert session.scalar(read) == ["half \ud800"]


@pytest.mark.usefixtures("pragmas_as_kept")
def test_what_was_committed_survives_a_power_cut(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.connect() as connection:
        told = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    engine.dispose()
    full = 2  # https://sqlite.org/pragma.html#pragma_synchronous
    assert told == full


def test_a_naive_moment_is_refused(session: Session) -> None:
    row = factories.address(session, "a@b.example")
    row.state_changed_at = datetime(2026, 7, 1, 10, 0)  # noqa: DTZ001 – the point of the test
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        session.flush()


def test_writers_at_once_lose_nothing(engine: sa.Engine) -> None:
    with database.writing(engine) as session:
        outlet = factories.outlet(session, public_note="0")

    def add(times: int) -> None:
        for _ in range(times):
            with database.writing(engine) as session:
                row = session.exec(select(Outlet).where(Outlet.id == outlet.id).with_for_update())
                found = row.one()
                found.public_note = str(int(found.public_note) + 1)

    threads = [threading.Thread(target=add, args=(10,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading(engine) as session:
        assert session.exec(select(Outlet.public_note)).one() == "40"


def test_an_error_rolls_back_the_whole_transaction(engine: sa.Engine) -> None:
    def fail() -> None:
        with database.writing(engine) as session:
            factories.outlet(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading(engine) as session:
        assert session.exec(select(Outlet)).all() == []


def test_a_database_that_is_away_is_said_so() -> None:
    engine = database.connect("postgresql://127.0.0.1:1/nothing")
    with (
        pytest.raises(Unreachable, match="the database cannot be used"),
        database.reading(engine) as session,
    ):
        session.exec(select(Outlet)).all()


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "://"])
def test_a_url_that_is_neither_sqlite_nor_postgresql_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"database\.url"):
        database.connect(url)


def test_an_error_quotes_no_address(engine: sa.Engine) -> None:
    with database.writing(engine) as session:
        factories.address(session, "desk@havnebladet.example")
        double = Address(email="x", normalised="desk@havnebladet.example", domain="x")
        session.add(double)
        with pytest.raises(sa.exc.IntegrityError) as refused:
            session.flush()
        session.rollback()
    assert "[SQL parameters hidden" in str(refused.value)


def test_a_statement_that_is_at_fault_is_not_a_database_that_is_away(
    sqlite_engine: sa.Engine,
) -> None:
    with (
        pytest.raises(sa.exc.OperationalError, match="no such table"),
        database.reading(sqlite_engine) as session,
    ):
        session.execute(sa.text("SELECT * FROM nowhere"))


def test_a_statement_that_is_too_long_is_not_a_database_that_is_away(
    sqlite_engine: sa.Engine,
) -> None:
    numbers = range(300_000)
    with (
        pytest.raises(sa.exc.OperationalError, match="too many SQL variables"),
        database.reading(sqlite_engine) as session,
    ):
        session.execute(sa.select(Outlet.id).where(sa.column("id").in_(numbers)))


def test_a_statement_too_complex_for_postgresql_is_not_a_database_that_is_away() -> None:
    refused = psycopg.errors.StatementTooComplex("stack depth limit exceeded")
    with pytest.raises(sa.exc.OperationalError), database.translated():
        raise sa.exc.OperationalError("SELECT", {}, refused)


def fill(session: Session) -> None:
    """Write more outlets than the file has room for."""
    connection = session.connection()
    (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    session.add_all(Outlet(name=f"{number}" * 500) for number in range(1000))
    session.flush()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE])
@pytest.mark.parametrize("is_wrapped", [True, False])
def test_a_full_disk_is_told_as_one(code: int, is_wrapped: bool) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = code
    failure = sa.exc.OperationalError("INSERT", {}, full) if is_wrapped else full
    told = r"the disk is full.* nothing was changed"
    with pytest.raises(DiskFull, match=told), database.translated():
        raise failure


def test_a_full_disk_of_postgresql_is_told_as_one() -> None:
    with pytest.raises(DiskFull), database.translated():
        raise sa.exc.OperationalError("INSERT", {}, psycopg.errors.DiskFull("no space"))


def test_a_database_without_room_changes_nothing(sqlite_engine: sa.Engine) -> None:
    with pytest.raises(DiskFull), database.writing(sqlite_engine) as session:
        fill(session)
    with database.reading(sqlite_engine) as session:
        assert session.exec(select(Outlet)).all() == []


def test_a_file_that_is_not_there_is_no_full_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), database.translated():
        (tmp_path / "nothing").read_text()


def test_a_locked_database_is_away_for_now() -> None:
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    with pytest.raises(Unreachable, match="database is locked"), database.translated():
        raise sa.exc.OperationalError("BEGIN IMMEDIATE", {}, locked)


@pytest.mark.parametrize("text", ["a\0b", "a\udcffb"])
@pytest.mark.parametrize("column", ["public_note", "details"])
def test_a_sign_that_no_text_has_is_refused_in_our_words(
    engine: sa.Engine, text: str, column: str
) -> None:
    """SQLite keeps a NUL, and documents that escape it."""
    is_kept = engine.dialect.name == "sqlite" and (text == "a\0b" or column == "details")
    value = {"note": text} if column == "details" else text
    expected = nullcontext() if is_kept else pytest.raises(BadInput, match="no text has")
    with expected, database.writing(engine) as session:
        factories.journalist(session, **{column: value})
