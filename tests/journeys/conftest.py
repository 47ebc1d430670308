from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from mailer.settings import Settings, load
from tests.chaos import databases
from tests.chaos.databases import Database
from tests.cli.conftest import Command, mailer
from tests.journeys.press_office import PressOffice, open_office
from tests.smtpd import SMTPServer

__all__ = ["mailer"]


@pytest.fixture
def relay() -> Iterator[SMTPServer]:
    """A real SMTP server."""
    with SMTPServer() as server:
        yield server


@pytest.fixture
def press(
    mailer: Command,
    settings: Settings,
    engine: sa.Engine,
    relay: SMTPServer,
    redis_client: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[PressOffice]:
    """A press office with its doors open, on each kind of database."""
    monkeypatch.setenv("MAILER_DATABASE__URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MAILER_RELAY__PORT", str(relay.port))
    with open_office(mailer, engine, load(), relay, redis_client, folder=tmp_path) as office:
        yield office


@pytest.fixture
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of this test alone, which can be taken away."""
    opened: AbstractContextManager[Database]
    if request.param == "sqlite":
        opened = databases.sqlite(tmp_path)
    else:
        url = request.getfixturevalue("postgresql_server")
        opened = databases.on_server(url, name=f"chaos_{tmp_path.name[-12:]}".replace("-", "_"))
    with opened as one:
        yield one


BOTH = pytest.mark.parametrize(
    "base", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
