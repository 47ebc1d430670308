import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailer import valkey
from mailer.settings import Settings
from tests.workers.parts import parts
from workers.main import main


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "workers", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_part_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["courier"])
    assert refused.value.code == 2
    assert "scheduler" in capsys.readouterr().err


def test_settings_that_are_wrong_end_it_with_one_line(settings: Settings) -> None:
    done = run("worker", MAILER_WORKER__THREADS="many")
    assert done.returncode == 2
    assert "worker.threads" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_settings_file_can_be_named(tmp_path: Path) -> None:
    done = run("scheduler", "--config", str(tmp_path / "none.toml"))
    assert done.returncode == 2
    assert "none.toml" in done.stderr


def test_a_database_without_tables_ends_it_and_says_what_to_run(settings: Settings) -> None:
    done = run("worker")
    assert done.returncode != 0
    assert "mailer db upgrade" in done.stderr


@pytest.mark.parametrize(
    ("part", "deadly"), [("worker", signal.SIGTERM), ("scheduler", signal.SIGINT)]
)
def test_a_part_starts_the_queues_server_and_ends_it_cleanly(
    sqlite_engine: sa.Engine,
    settings: Settings,
    tmp_path: Path,
    part: str,
    deadly: signal.Signals,
) -> None:
    environment = {"MAILER_DATABASE__URL": str(sqlite_engine.url)}
    log, socket = tmp_path / "part.log", settings.home / "valkey" / "socket"
    with parts(environment, log=log) as started:
        process = started.start("workers", part)
        started.wait_until(lambda: log.exists() and f"{part} ready" in log.read_text())
        assert valkey.answers(socket)
        assert started.end(process, by=deadly) == 0
    assert not valkey.answers(socket)
    assert f"{part} ended" in log.read_text()
