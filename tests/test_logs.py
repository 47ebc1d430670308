"""The log goes to standard error, whatever that is at the moment, and to nothing else."""

import io
import json

import pytest
import structlog

from mailer import logs


@pytest.fixture(autouse=True)
def _configured() -> None:
    logs.configure()


def test_a_fact_is_one_line_of_json_where_nobody_watches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.get_logger("x").info("wave done", distribution_id=7)
    told = capsys.readouterr()
    assert told.out == ""
    assert json.loads(told.err)["distribution_id"] == 7


def test_a_replaced_standard_error_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    log = structlog.get_logger("x")
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", first)
    log.info("one")
    first.close()
    monkeypatch.setattr("sys.stderr", second)
    log.info("two")
    assert "two" in second.getvalue()
