"""`mailer contacts export` as a list keeper uses it."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Command

CLAIRE, DESK = "claire@phare.example", "redaktion@havnebladet.example"


def emails(text: str) -> list[str]:
    return [row["email"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))]


def test_everybody_is_written_to_standard_output_as_csv(ready: Command) -> None:
    answer = ready("contacts", "export")
    assert answer.exit_code == 0, answer.err
    assert emails(answer.out) == [CLAIRE, DESK]


def test_criteria_choose_and_a_state_keeps_nobody_out(ready: Command) -> None:
    ready("suppressions", "add", CLAIRE)
    assert emails(ready("contacts", "export", "country:fr").out) == [CLAIRE]
    assert emails(ready("contacts", "export", "beat:crime -country:fr").out) == [DESK]
    assert ready("contacts", "export", "langauge:da").exit_code == 2


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.vcf"])
def test_what_was_exported_changes_nothing_when_it_is_imported(
    ready: Command, tmp_path: Path, name: str
) -> None:
    told = ready("contacts", "export", "--to", name, "--json").document
    assert (told["file"], told["contacts"]) == (name, 2)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    report = ready("contacts", "import", name, "--json").document
    assert (report["counts"]["unchanged"], report["changes"]) == (2, [])


def test_private_notes_leave_the_house_only_when_somebody_says_so(ready: Command) -> None:
    ready("contacts", "edit", CLAIRE, "--set", "private_note=Owes us lunch")
    assert "lunch" not in ready("contacts", "export").out
    assert "lunch" in ready("contacts", "export", "--private-notes").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", "out.txt"), "--format"),
        (("--format", "xlsx"), "--to"),
        (("--json",), "--to"),
        (("--to", "contacts.csv"), "is there already"),
        (("--to", "nowhere/out.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_written_says_what_to_do(
    ready: Command, words: tuple[str, ...], told: str
) -> None:
    answer = ready("contacts", "export", *words)
    assert (answer.exit_code, told in answer.err) == (2, True), answer.err


def test_a_topic_is_left_checked_listed_and_lifted(ready: Command) -> None:
    topic = ("--topic", "Crime")
    added = ready("suppressions", "add", CLAIRE, *topic, "--json").document
    assert (added["scope"], added["scope_value"], added["is_new"]) == ("topic", "crime", True)
    checked = ready("suppressions", "check", CLAIRE, "--json").document
    assert (checked["is_suppressed"], checked["scopes"][0]["scope_value"]) == (False, "crime")
    assert "suppressed for the topic crime" in ready("suppressions", "check", CLAIRE).out
    assert "topic crime" in ready("suppressions", "list").out
    shown = ready("contacts", "show", CLAIRE)
    assert shown.out.startswith(f"{CLAIRE}: ok; suppressed for the topic crime\n")
    show = ("audience", "show", "everyone", "--release", "31a26", "--json")
    (left,) = ready(*show).document["left_out"]
    assert (left["email"], left["reason"]) == (CLAIRE, "suppressed for the topic crime")
    lift = ("suppressions", "lift", CLAIRE, "--note", "asked for it again")
    assert ready(*lift).exit_code == 2
    assert ready(*lift, *topic).exit_code == 0
    assert ready(*show).document["left_out"] == []


def test_a_topic_that_nothing_has_yet_is_taken_when_somebody_insists(ready: Command) -> None:
    added = ready("suppressions", "add", CLAIRE, "--topic", "gnomes", "--new-topic", "--json")
    assert added.document["scope_value"] == "gnomes"
    lift = ("suppressions", "lift", CLAIRE, "--topic", "gnomes", "--note", "no more")
    assert ready(*lift).exit_code == 0


def test_a_plan_and_its_decision_count_the_same(ready: Command) -> None:
    ready("suppressions", "add", CLAIRE, "--topic", "crime", "--reason", "unsubscribed")
    words = ("31a26", "--audience", "everyone")
    plan = ready("distributions", "plan", *words, "--json").document
    decided = ready("distributions", "schedule", *words, "--dry-run", "--json")
    assert decided.exit_code == 0, decided.err
    assert [one["email"] for one in plan["left_out"]] == [CLAIRE]
    assert ready("distributions", "schedule", *words, "--expect", "1", "--dry-run").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--office", "nobody"), "no office"),
        (("--office", "harbour", "--topic", "crime"), "each by itself"),
        (("--topic", "crime", "--reason", "complained"), "nothing at all"),
        (("--topic", "crmie"), "did you mean 'crime'? --new-topic takes it all the same"),
    ],
)
def test_a_scope_that_cannot_be_is_refused(
    ready: Command, words: tuple[str, ...], told: str
) -> None:
    answer = ready("suppressions", "add", CLAIRE, *words)
    assert (answer.exit_code, told in answer.err) == (2, True), answer.err
