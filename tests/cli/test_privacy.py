"""`mailer privacy` as an administrator uses it."""

import json
from pathlib import Path

from tests.cli.conftest import Command

CLAIRE, DESK = "claire@phare.example", "redaktion@havnebladet.example"
ERASE = ("privacy", "erase", CLAIRE, "--note", "asked by mail on 30 November")


def test_a_record_is_printed_or_written_for_its_owner_only(ready: Command, tmp_path: Path) -> None:
    told = ready("privacy", "export", CLAIRE).document
    assert told["records"][0]["given_name"] == "Claire"
    folder = tmp_path / "for claire"
    answer = ready("privacy", "export", CLAIRE, "--to", str(folder), "--json")
    files = [Path(name) for name in answer.document["files"]]
    assert [file.name for file in files] == ["record.json", "record.html"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    written = json.loads(files[0].read_text(encoding="utf-8"))
    assert written["records"] == told["records"]
    assert "<bdi>Claire</bdi>" in files[1].read_text(encoding="utf-8")
    assert "for her eyes only" in ready("privacy", "export", CLAIRE, "--to", str(folder)).out


def test_an_erased_person_is_gone_and_refused_when_she_comes_back(
    ready: Command, tmp_path: Path
) -> None:
    dry = ready(*ERASE, "--dry-run", "--json").document
    assert (dry["is_dry_run"], dry["hashes"]) == (True, 1)
    assert ready("contacts", "show", CLAIRE).exit_code == 0
    told = ready(*ERASE)
    assert told.exit_code == 0, told.err
    assert "addresses refused from now on, by a keyed hash: 1" in told.out
    assert ready("contacts", "show", CLAIRE).exit_code == 2
    (tmp_path / "contacts.csv").rename(tmp_path / "again.csv")
    home = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert home
    for path in home:
        octets = path.read_bytes().lower()
        assert b"claire" not in octets, path
        assert b"martin" not in octets, path
    again = ready("contacts", "import", "again.csv", "--json").document
    assert again["suppressed"] == [3]
    shown = ready("contacts", "import", "again.csv").out
    assert "row 3: suppressed: was erased, and nothing of it is kept" in shown
    assert ready("contacts", "show", CLAIRE).exit_code == 2
    assert ready("suppressions", "check", CLAIRE, "--json").document["reason"] == "erased"


def test_files_that_wait_are_told(ready: Command, tmp_path: Path) -> None:
    (tmp_path / "home" / "imports" / ("a" * 32)).mkdir(parents=True)
    assert (
        "files that wait to be imported, a day at most, and may hold the name: 1"
        in ready(*ERASE, "--dry-run").out
    )


def test_a_name_that_was_left_somewhere_is_taken_out_later(ready: Command) -> None:
    ready("lists", "make", "Claire Martin's readers")
    first = ready(*ERASE, "--json").document
    assert first["renamed"] == {"1": "[erased]'s readers"}
    ready("lists", "make", "Claire Martin's readers")
    assert ready(*ERASE, "--json").document["renamed"] == {}
    again = ready(*ERASE, "--name", "Claire Martin").out
    assert "list 2 is called “[erased]'s readers (2)” from now on" in again


def test_a_dry_run_is_told(ready: Command) -> None:
    answer = ready(*ERASE, "--dry-run")
    assert "would forget: Claire Martin" in answer.out
    assert "nothing was written" in answer.out


def test_an_erasure_needs_somebody_and_a_note(ready: Command) -> None:
    unknown = ready("privacy", "erase", "x@nowhere.example", "--note", "asked")
    assert (unknown.exit_code, "nobody to erase" in unknown.err) == (2, True)
    assert ready("privacy", "erase", CLAIRE, "--note", " ").exit_code == 2
    assert ready("privacy", "erase", CLAIRE).exit_code == 2


def test_retention_tells_what_it_removes(ready: Command) -> None:
    dry = ready("privacy", "retention", "--dry-run", "--json").document
    assert dry["is_dry_run"]
    assert set(dry["removed"].values()) == {0}
    assert "removed: 0 unused contacts" in ready("privacy", "retention").out


def test_an_erasure_is_told_in_the_words_of_the_trade_without_what_there_is_none_of(
    ready: Command,
) -> None:
    told = ready(*ERASE, "--dry-run").out
    (rows,) = [line for line in told.splitlines() if line.startswith("from the address book: ")]
    assert "1 person" in rows
    assert "1 job" in rows
    assert "changes in the history" in rows
    assert "journalist" not in rows
    assert not [line for line in told.splitlines() if " 0 " in line or ": 0" in line]
