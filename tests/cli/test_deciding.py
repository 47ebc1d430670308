"""What is read for a decision is read before it: nobody waits for a lock meanwhile."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from mailer.compose.proofreading import proofread
from mailer.distribution.planning import preflight
from mailer.settings import Settings
from tests.cli.conftest import Command

TITLE = "title: "


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[tuple[str, bool]]:
    """The titles that were proofread, and whether others could write then."""
    seen: list[tuple[str, bool]] = []

    def reading(full: Any, **given: Any) -> Any:
        seen.append((full.revisions["en"].title, is_free(settings)))
        return proofread(full, **given)

    monkeypatch.setattr(preflight, "proofread", reading)
    return seen


def is_free(settings: Settings) -> bool:
    path = make_url(settings.database_url).database or ""
    with closing(sqlite3.connect(path, timeout=0)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True


def test_a_send_is_proofread_before_it_is_decided(ready: Command, read: list[Any]) -> None:
    answer = ready("distributions", "schedule", "31a26", "--audience", "everyone")
    assert answer.exit_code == 0, answer.err
    assert [free for _, free in read] == [True]


def test_a_text_that_was_revised_meanwhile_is_read_once_more(
    ready: Command, files: Path, read: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = preflight.Proofs.__init__

    def revised(*words: Any, **given: Any) -> None:
        first(*words, **given)
        path = files / "release.md"
        path.write_text(path.read_text("utf-8").replace(TITLE, f"{TITLE}Again, "), "utf-8")
        assert ready("releases", "import", "release.md").exit_code == 0

    monkeypatch.setattr(preflight.Proofs, "__init__", revised)
    answer = ready("distributions", "schedule", "31a26", "--audience", "everyone")
    assert [title for title, _ in read][1:] == [f"Again, {read[0][0]}"], answer.err
