from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from mailer.settings import Settings, load
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
