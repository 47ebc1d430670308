"""Press contacts, the duty rota and the languages of a release on the command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command

CONTACTS = """\
["jean.roy"]
name = "Jean Roy"
role = "Press officer"
phone = "+352 99 00 00 14"
mobile = "+352 99 00 00 15"
email = "jean.roy@harbour.example"
languages = ["fr", "en"]
"""
SHIFT = ("--from", "2026-11-24T08:00", "--until", "2026-11-24T18:00")
FRENCH = """\
---
reference: 31a26
language: fr
title: Douze ports s’accordent
date: 2026-11-23
---
Ils sont d’accord.
"""


@pytest.fixture
def staffed(ready: Command, files: Path) -> Command:
    """With Jean Roy among the press contacts."""
    (files / "people.toml").write_text(CONTACTS, encoding="utf-8")
    answer = ready("office", "contacts", "save", "people.toml")
    assert answer.exit_code == 0, answer.err
    return ready


def test_press_contacts_are_kept_as_records(staffed: Command, files: Path) -> None:
    (files / "people.toml").write_text('["Jean.Roy"]\nrole = "Head of press"\n', encoding="utf-8")
    (saved,) = staffed("office", "contacts", "save", "people.toml", "--json").document
    assert (saved["key"], saved["is_new"], saved["role"]) == ("jean.roy", False, "Head of press")
    assert saved["phone"] == "+352 99 00 00 14"
    listed = staffed("office", "contacts", "list", "--json").document
    assert [one["key"] for one in listed] == ["anna.keller", "jean.roy"]
    assert "Jean Roy" in staffed("office", "contacts", "show", "jean.roy").out


def test_a_mobile_number_is_switched_off_and_on(staffed: Command) -> None:
    words = ("office", "contacts", "mobile", "jean.roy")
    assert staffed(*words, "off", "--json").document["shows_mobile"] is False
    assert "+352 99 00 00 15 (not printed)" in staffed("office", "contacts", "list").out
    assert staffed(*words, "on", "--json").document["shows_mobile"] is True
    assert staffed(*words, "perhaps").exit_code == 2
    without = staffed("office", "contacts", "mobile", "anna.keller", "on")
    assert "has no mobile number" in without.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "describes no press contact"),
        ('["a b"]\nname = "A"', "call it like anna.keller"),
        ('[duty]\nname = "A"', "and not duty"),
        ('[a]\nphone = "1"', "press contact a: name is missing"),
        ('[a]\nname = "A"\nmobil = "1"', "did you mean mobile?"),
        ('[a]\nname = "A"\nlanguages = "en"', 'must be a list such as ["en", "fr"]'),
        ('[a]\nname = "A"\nshows_mobile = "yes"', "must be true or false"),
        ('[a]\nname = "A"\nemail = "nobody"', "press contact a: "),
        ("[a", "is not TOML"),
    ],
)
def test_a_contact_file_that_cannot_be_used_says_why(
    ready: Command, files: Path, text: str, said: str
) -> None:
    (files / "people.toml").write_text(text, encoding="utf-8")
    answer = ready("office", "contacts", "save", "people.toml")
    assert answer.exit_code == 2
    assert said in answer.err


def test_the_rota_tells_who_is_on_duty_and_when_nobody_is(staffed: Command) -> None:
    line = staffed("duty", "add", "jean.roy", *SHIFT, "--json").document
    assert line["starts_at"] == "2026-11-24T07:00:00Z"
    document = staffed("duty", "list", "--from", "2026-11-24T07:00", "--json").document
    assert (document["now"], document["fallback"]) == ([], "")
    assert [one["key"] for one in document["shifts"]] == ["jean.roy"]
    assert document["gaps"] == [
        {"starts_at": "2026-11-24T06:00:00Z", "ends_at": "2026-11-24T07:00:00Z", "keys": []}
    ]
    told = staffed("duty", "list", "--from", "2026-11-24T09:00").out
    assert "on duty now: jean.roy" in told
    assert "nobody is planned after 2026-11-24T18:00+01:00" in told
    removed = staffed("duty", "remove", str(line["id"]))
    assert "removed: shift" in removed.out
    assert staffed("duty", "remove", str(line["id"])).exit_code == 2


def test_a_release_that_names_the_duty_is_not_sent_into_silence(
    staffed: Command, files: Path
) -> None:
    text = (files / "release.md").read_text(encoding="utf-8")
    head, _, body = text.partition("contacts:")
    (files / "duty.md").write_text(
        f"{head}contacts: [duty]\n---{body.partition('---')[2]}", encoding="utf-8"
    )
    assert staffed("releases", "import", "duty.md").exit_code == 0
    findings = staffed("releases", "lint", "31a26", "--json").document
    assert [one["id"] for one in findings if one["severity"] == "block"] == ["nobody-on-duty"]
    schedule = ("distributions", "schedule", "31a26", "--audience", "everyone", "--dry-run")
    assert staffed(*schedule).exit_code == 1
    staffed("duty", "add", "jean.roy", "--from", "2090-01-01", "--until", "2090-02-01")
    assert staffed(*schedule, "--at", "2089-12-31T23:59").exit_code == 1
    later = staffed(*schedule, "--at", "2090-01-01T00:00")
    assert later.exit_code == 0, later.err
    (files / "office2.toml").write_text('key = "press"\nduty_fallback = "jean.roy"\n')
    assert staffed("office", "save", "office2.toml").exit_code == 0
    assert staffed("releases", "lint", "31a26").exit_code == 0
    preview = staffed("releases", "preview", "31a26", "--to", "claire@phare.example")
    assert "Jean Roy" in preview.out
    assert "(on duty now)" in staffed("releases", "show", "31a26").out


def test_somebody_unknown_does_not_stand_in(ready: Command, files: Path) -> None:
    (files / "office2.toml").write_text('key = "press"\nduty_fallback = "jean.ro"\n')
    answer = ready("office", "save", "office2.toml")
    assert answer.exit_code == 2
    assert "mailer office contacts save" in answer.err


def test_the_languages_of_a_release_are_told_as_they_come_in(ready: Command, files: Path) -> None:
    assert "de: in translation" in ready("releases", "expect", "31a26", "fr,de").out
    text = (files / "release.md").read_text(encoding="utf-8")
    (files / "release.md").write_text(text.replace("agreed", "have agreed"), encoding="utf-8")
    assert ready("releases", "import", "release.md").exit_code == 0
    (files / "fr.md").write_text(FRENCH, encoding="utf-8")
    imported = ready("releases", "import", "fr.md")
    assert "mailer releases still-valid 31a26 fr" in imported.out
    found = ready("releases", "diff", "31a26", "--language", "fr", "--json").document
    assert (found["text"], found["source"]["from_revision"]) == (None, 1)
    (body,) = found["source"]["fields"]
    assert {"kind": "added", "text": "**have agreed** "} in body["segments"]
    assert (
        "[-**agreed** -]{+**have agreed** +}"
        in ready("releases", "diff", "31a26", "--language", "en").out
    )
    words = ("releases", "still-valid", "31a26", "fr", "--by", "Ana", "--note", "Same in French")
    assert ready(*words, "--json").document == {"language": "fr", "status": "ready"}
    assert ready(*words).exit_code == 1
    card = ready("releases", "show", "31a26", "--json").document
    (french,) = (one for one in card["editions"] if one["language"] == "fr")
    assert (french["source_revision"], french["words"][0]["said_by"]) == (2, "Ana")
    assert [one["language"] for one in card["awaited"]] == ["de"]
    assert "still valid, said Ana" in ready("releases", "show", "31a26").out
    assert ready("releases", "expect", "31a26", "de", "--no-longer").exit_code == 0
    assert ready("releases", "show", "31a26", "--json").document["awaited"] == []
