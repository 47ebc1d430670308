"""The commands keep their contract: what they answer, in JSON too, and their exit codes."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command


def test_init_makes_settings_keys_tables_and_an_officer(
    mailer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAILER_HOME")
    monkeypatch.delenv("MAILER_SECRETS__KEYS")
    answer = mailer("init", "an office", "--officer", "tom@office.example", "--json")
    assert answer.exit_code == 0, answer.err
    folder = tmp_path / "an office"
    assert (folder / "secrets.toml").stat().st_mode & 0o777 == 0o600
    assert answer.document["officer"] == "tom@office.example"
    config = ("--config", str(folder / "mailer.toml"))
    assert mailer(*config, "db", "check").exit_code == 0
    again = mailer("init", "an office", "--officer", "tom@office.example")
    assert again.exit_code == 2
    assert "exists already" in again.err


def test_a_preview_of_an_import_writes_nothing(mailer: Command, files: Path) -> None:
    mailer("db", "upgrade")
    first = mailer("contacts", "import", "contacts.csv", "--preview", "--json").document
    second = mailer("contacts", "import", "contacts.csv", "--json").document
    third = mailer("contacts", "import", "contacts.csv", "--json").document
    assert first["counts"] == second["counts"]
    assert (second["counts"]["new"], third["counts"]["new"]) == (2, 0)
    assert third["counts"]["unchanged"] == 2


def test_unusable_rows_are_told_by_number_and_end_with_code_1(mailer: Command, files: Path) -> None:
    mailer("db", "upgrade")
    (files / "bad.csv").write_text("email,outlet\nnot an address,Havnebladet\n", encoding="utf-8")
    answer = mailer("contacts", "import", "bad.csv")
    assert answer.exit_code == 1
    assert "row 2: not usable" in answer.out


def test_the_plan_names_edition_cover_and_rule(ready: Command) -> None:
    plan = ready("distributions", "plan", "31a26", "--audience", "beat:crime", "--json").document
    assert plan["count"] == 2
    danish = next(one for one in plan["planned"] if one["outlet"] == "Havnebladet")
    assert (danish["edition"], danish["cover_language"]) == ("en", "da")
    assert "no Danish edition" in danish["edition_rule"]


def test_a_distribution_is_scheduled_paused_resumed_and_cancelled(ready: Command) -> None:
    words = ("31a26", "--audience", "everyone", "--at", "2099-01-02T08:00", "--json")
    dry = ready("distributions", "schedule", *words, "--dry-run").document
    made = ready("distributions", "schedule", *words).document
    assert (dry["distribution_id"], made["distribution_id"]) == (None, 1)
    assert made["scheduled_at"] == "2099-01-02T07:00:00Z"
    assert made["office_time"] == "2099-01-02T08:00:00+01:00"
    for verb, status in (("pause", "paused"), ("resume", "scheduled"), ("cancel", "cancelled")):
        assert ready("distributions", verb, "1", "--json").document["status"] == status
    refused = ready("distributions", "resume", "1")
    assert refused.exit_code == 1
    assert "cannot resume distribution 1: it is cancelled" in refused.err


def test_the_linter_ends_with_code_1_when_something_blocks(ready: Command, files: Path) -> None:
    assert ready("releases", "lint", "31a26").exit_code == 0
    text = (files / "release.md").read_text(encoding="utf-8")
    (files / "release.md").write_text(text.replace("https://harbour.example/code", "#"))
    ready("releases", "import", "release.md")
    answer = ready("releases", "lint", "31a26", "--json")
    assert answer.exit_code == 1
    assert [found["severity"] for found in answer.document] == ["block"]
    blocked = ready("distributions", "schedule", "31a26", "--audience", "everyone")
    assert blocked.exit_code == 1
    assert "mailer releases lint 31a26" in blocked.err


def test_a_preview_prints_the_message_of_one_recipient(ready: Command) -> None:
    words = ("releases", "preview", "31a26", "--to", "redaktion@havnebladet.example")
    text = ready(*words).out
    assert "Pressemeddelelse til redaktionen" in text
    assert "Twelve harbours agreed on a code." in text
    source = ready(*words, "--as", "eml").out
    assert "To: redaktion@havnebladet.example" in source or "<redaktion@" in source
    assert ready(*words, "--as", "html", "--json").document["cover_language"] == "da"


def test_a_suppressed_address_is_checked_listed_and_lifted(ready: Command) -> None:
    address = "claire@phare.example"
    assert ready("suppressions", "add", address, "--note", "asked by phone").exit_code == 0
    assert ready("suppressions", "check", address, "--json").document["reason"] == "manual"
    audience = ready("audience", "show", "everyone", "--json").document
    assert [one["email"] for one in audience["left_out"]] == [address]
    assert len(ready("suppressions", "list", "--json").document) == 1
    assert ready("suppressions", "lift", address, "--note", "called back").exit_code == 0
    assert ready("audience", "show", "everyone", "--json").document["left_out"] == []


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (("distributions", "status", "7"), 2, "there is no distribution 7"),
        (("releases", "lint", "nowhere"), 2, "there is no release"),
        (("audience", "show", "langauge:da"), 2, "language"),
        (("contacts", "show", "stranger@x.example"), 2, "nobody is known"),
        (("contacts", "show", "Eva Stranger"), 2, "nobody is known as 'Eva Stranger'"),
        (("contacts", "import", "missing.csv"), 2, "missing.csv"),
        (("releases", "import", "missing.md"), 2, "missing.md"),
        (("deliveries", "show", "7"), 2, "there is no delivery 7"),
        (("reports", "release", "nowhere"), 2, "there is no release"),
        (("reports", "release", "31a26", "--csv", "--json"), 2, "choose one"),
        (("distributions", "plan"), 2, "Missing"),
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(
    ready: Command, words: tuple[str, ...], exit_code: int, told: str
) -> None:
    answer = ready(*words)
    assert answer.exit_code == exit_code
    assert told in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("distributions", "status", "99999999999999999999"),
        ("distributions", "plan"),
        ("nonsense",),
        ("inbound", "read", "missing.eml"),
        (
            "distributions",
            "schedule",
            "31a26",
            "--audience",
            "everyone",
            "--at",
            "0001-01-01T00:00",
        ),
    ],
)
def test_bad_input_in_json_is_one_document(ready: Command, words: tuple[str, ...]) -> None:
    answer = ready(*words, "--json")
    assert answer.exit_code == 2
    assert answer.document["exit_code"] == 2
    assert "Traceback" not in answer.err


def test_a_defect_is_one_line_without_a_traceback(
    ready: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise ZeroDivisionError("as a test")

    monkeypatch.setattr("mailer.cli.releases.list_releases", broken)
    answer = ready("releases", "list")
    assert answer.exit_code == 1
    assert answer.err.count("\n") == 1
    assert "ZeroDivisionError" in answer.err


def test_init_with_a_bad_address_writes_nothing(mailer: Command, tmp_path: Path) -> None:
    answer = mailer("init", "office", "--officer", "not an address")
    assert answer.exit_code == 2
    assert not (tmp_path / "office").exists()


def test_an_error_in_json_is_a_document_too(ready: Command) -> None:
    answer = ready("distributions", "status", "7", "--json")
    assert answer.document["exit_code"] == 2


def test_a_database_that_is_not_made_yet_says_how_to_make_it(mailer: Command) -> None:
    answer = mailer("releases", "list")
    assert answer.exit_code == 1
    assert "mailer db upgrade" in answer.err


def test_a_database_that_is_away_ends_with_code_3(
    mailer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", "postgresql://127.0.0.1:1/press")
    answer = mailer("releases", "list")
    assert answer.exit_code == 3
    assert "the database cannot be used" in answer.err


def test_returned_mail_is_classified_without_any_database(mailer: Command, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(b"From: a@b.example\r\nSubject: hello\r\n\r\nhello\r\n")
    answer = mailer("inbound", "classify", "one.eml")
    assert answer.exit_code == 0
    assert answer.document["kind"] in {"reply", "other"}
