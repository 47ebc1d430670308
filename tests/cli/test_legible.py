"""Words that are no text are refused by every command in one sentence."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command

NUL, HALF = "a\0b", "a\udcffb"


@pytest.mark.parametrize("word", [NUL, HALF])
@pytest.mark.parametrize(
    "words",
    [
        ("contacts", "import", "contacts.csv", "--source"),
        ("suppressions", "add", "eva@havnebladet.example", "--note"),
        ("lists", "make"),
        ("--debug", "contacts", "show"),
    ],
)
def test_such_a_word_is_refused_before_anything_is_done(
    ready: Command, words: tuple[str, ...], word: str
) -> None:
    answer = ready(*words, word)
    assert answer.exit_code == 2
    assert answer.err.splitlines()[-1].startswith(f"mailer: {word!r} ")
    assert ready("contacts", "show", "eva@havnebladet.example").exit_code == 2


def test_it_is_told_as_json_where_that_is_asked_for(ready: Command) -> None:
    answer = ready("lists", "make", HALF, "--json")
    assert answer.document["exit_code"] == 2
    assert "is not in UTF-8" in answer.document["error"]


def test_a_file_may_be_called_in_any_encoding(ready: Command, files: Path) -> None:
    (files / "contacts.csv").rename(files / f"M{HALF}.csv")
    answer = ready("contacts", "import", f"M{HALF}.csv", "--json")
    assert answer.exit_code == 0, answer.err
