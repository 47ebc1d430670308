"""What a command says when the disk has no room, and what it leaves."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailer import cli
from tests.cli.conftest import Command

HEADER = "email,given_name,family_name,outlet\n"
ROW = "karen{0}@havn.example,Karen{0},Holm{0},Havnebladet{0}\n"


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many octets: what a quota does to it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_import_without_room_says_so_and_changes_nothing(mailer: Command, files: Path) -> None:
    mailer("db", "upgrade")
    (files / "big.csv").write_text(HEADER + "".join(ROW.format(n) for n in range(1500)))
    with no_room_beyond(100_000):
        answer = mailer("contacts", "import", "big.csv", "--json")
    assert answer.exit_code == 3
    assert "the disk is full" in answer.err
    assert "nothing was changed" in answer.err
    assert "defect" not in answer.err
    assert mailer("contacts", "import", "big.csv", "--json").document["counts"]["new"] == 1500


def test_an_export_without_room_says_so(mailer: Command, files: Path) -> None:
    mailer("db", "upgrade")
    (files / "big.csv").write_text(HEADER + "".join(ROW.format(n) for n in range(1500)))
    mailer("contacts", "import", "big.csv")
    with no_room_beyond(100_000):
        answer = mailer("contacts", "export", "--to", "out.csv")
    assert answer.exit_code == 3
    assert "the disk is full" in answer.err


def test_a_command_that_fails_beside_the_database_says_so_too(
    mailer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work() -> None:
        with Path("/dev/full").open("wb", buffering=0) as file:
            file.write(b"x")

    monkeypatch.setattr(cli, "app", work)
    answer = mailer("work")
    assert answer.exit_code == 3
    assert (
        answer.err
        == "mailer: the disk is full, or refuses to be written: make room, then do it again\n"
    )
