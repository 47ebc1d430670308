import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import IO
from urllib.request import urlopen

import pytest

from mailer import database
from mailer.migrations.upgrading import upgrade
from mailer.settings import Settings

SERVE = [sys.executable, "-m", "mailer.web"]


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def tables(settings: Settings) -> Iterator[None]:
    """Today's tables in the home of the settings."""
    engine = database.connect(settings.database_url)
    upgrade(engine)
    yield
    engine.dispose()


def environment(port: int) -> dict[str, str]:
    return {**os.environ, "MAILER_WEB__PORT": str(port), "PYTHONUNBUFFERED": "1"}


def read_until(lines: IO[str], mark: str) -> str:
    said = ""
    for line in lines:
        said += line
        if mark in line:
            return said
    pytest.fail(f"it ended before it said {mark!r}:\n{said}")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_asked_to_stop_and_ends_cleanly(
    tables: None, port: int, sign: signal.Signals
) -> None:
    with subprocess.Popen(
        SERVE, env=environment(port), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        read_until(server.stdout, "pages served")
        with urlopen(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.read() == b"ok\n"
            assert "server" not in {name.lower() for name in answer.headers}
        server.send_signal(sign)
        rest = server.stdout.read()
    assert server.returncode == 0
    assert "Traceback" not in rest


def test_a_database_without_its_tables_is_said_in_one_line(settings: Settings, port: int) -> None:
    ended = subprocess.run(
        SERVE, env=environment(port), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == "mailer web: the database is not up to date: run `mailer db upgrade`\n"
