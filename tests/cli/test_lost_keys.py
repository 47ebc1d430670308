"""A key that goes from the settings while suppressions stand under it stops every door."""

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Command

CLAIRE = "claire@phare.example"


@pytest.fixture
def without_key(ready: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A suppression stands under key 2, and key 1 alone is left."""
    assert ready("suppressions", "add", CLAIRE, "--topic", "crime").exit_code == 0
    monkeypatch.setenv("MAILER_SECRETS__KEYS", f'{{"1": "{"01" * 32}"}}')
    return ready


def test_every_command_says_to_put_it_back(without_key: Command) -> None:
    answer = without_key("contacts", "show", CLAIRE)
    assert answer.exit_code == 1
    assert "secrets.keys has no key 2, and 1 suppressions stand under it" in answer.err
    assert "put the key back" in answer.err


@pytest.mark.usefixtures("without_key")
@pytest.mark.parametrize("part", [("mailer.web",), ("workers", "scheduler"), ("workers", "worker")])
def test_no_part_starts_without_it(part: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *part], env=os.environ, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "put the key back" in ended.stderr


def test_it_is_given_up_only_when_that_is_said(without_key: Command) -> None:
    words = ("suppressions", "give-up-key", "2")
    answer = without_key(*words)
    assert answer.exit_code == 0
    assert answer.out.startswith("would forget: 1 suppressions under the key 2; ")
    assert without_key("contacts", "show", CLAIRE).exit_code == 1
    document = without_key(*words, "--yes", "--json").document
    assert document == {"key": 2, "suppressions": 1, "is_done": True}
    assert without_key("contacts", "show", CLAIRE).exit_code == 0
