"""What a release file says of press events."""

from datetime import datetime
from pathlib import Path

import pytest

from mailer.errors import BadInput
from mailer.releases.manuscripts.occasions import OccasionDraft, PartDraft
from mailer.releases.manuscripts.reading import read_manuscript

HEAD = "---\nlanguage: en\ntitle: Twelve harbours\ndate: 2026-11-23\noccasions:\n"


def read(tmp_path: Path, occasion: str) -> OccasionDraft:
    path = tmp_path / "en.md"
    path.write_text(f"{HEAD}{occasion}\n---\nText\n", encoding="utf-8")
    (draft,) = read_manuscript(path).occasions
    return draft


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_all_that_can_be_said_is_taken(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        """\
  - title: Signing of the code
    place: Quayside Hall
    address: 1 Quai des Exemples, Luxembourg
    starts: 2026-12-01T10:00
    ends: 2026-12-01T12:00
    open_to_press: no
    cancelled: yes
    accreditation: {photographers: 2026-11-27T18:00, broadcasters: 2026-11-26}
    parts:
      - {title: Signing, starts: 2026-12-01T10:00, ends: 2026-12-01T10:30}
      - {title: Lunch, starts: 2026-12-01T11:00, open_to_press: no}""",
    )
    assert draft.place == "Quayside Hall, 1 Quai des Exemples, Luxembourg"
    assert draft.is_cancelled is True
    assert not draft.is_open_to_press
    assert draft.accreditation == (
        ("photographers", at("2026-11-27T18:00")),
        ("broadcasters", at("2026-11-26T23:59")),
    )
    assert draft.parts == (
        PartDraft("Signing", at("2026-12-01T10:00"), at("2026-12-01T10:30")),
        PartDraft("Lunch", at("2026-12-01T11:00"), is_open_to_press=False),
    )


SPOKEN = """\
  - title: {en: Signing of the code, fr: Signature du code}
    place: {en: Quayside Hall, fr: Salle du Quai}
    address: 1 Quai des Exemples
    starts: 2026-12-01T10:00
    accreditation:
      - {category: {en: photographers, fr: photographes}, until: 2026-11-27T18:00}
      - {category: film, until: 2026-11-26}
    parts:
      - {title: {fr: Thé, en: Tea}, starts: 2026-12-01T11:00}"""


def test_what_is_said_by_language_is_taken_in_each(tmp_path: Path) -> None:
    draft = read(tmp_path, SPOKEN)
    place = "Quayside Hall, 1 Quai des Exemples"
    assert (draft.title, draft.place) == ("Signing of the code", place)
    assert draft.accreditation == (
        ("photographers", at("2026-11-27T18:00")),
        ("film", at("2026-11-26T23:59")),
    )
    assert [part.title for part in draft.parts] == ["Tea"]
    assert draft.wordings == {
        "Signing of the code": {"en": "Signing of the code", "fr": "Signature du code"},
        place: {"en": place, "fr": "Salle du Quai, 1 Quai des Exemples"},
        "photographers": {"en": "photographers", "fr": "photographes"},
        "Tea": {"en": "Tea", "fr": "Thé"},
    }


def test_without_the_language_of_the_file_the_first_stands_for_it(tmp_path: Path) -> None:
    draft = read(tmp_path, "  - {title: {fr: Signature, de: Unterschrift}, starts: 2026-12-01}")
    assert draft.title == "Signature"
    assert set(draft.wordings["Signature"]) == {"fr", "de"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("title: {en: }, starts: 2026-12-01", "title says nothing"),
        ("title: {klingonisch: X}, starts: 2026-12-01", "title"),
        ("title: {en: [A, B]}, starts: 2026-12-01", "one line of text for each language"),
        ("title: A, starts: 2026-12-01, accreditation: [soon]", "category: and until:"),
        ("title: A, starts: 2026-12-01, accreditation: [{category: film}]", "until is missing"),
        ("title: A, starts: 2026-12-01, accreditation: [{until: 2026-11-30}]", "category"),
    ],
)
def test_what_is_said_by_language_in_vain_is_refused(tmp_path: Path, said: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read(tmp_path, f"  - {{{said}}}")


def test_one_deadline_is_for_everybody(tmp_path: Path) -> None:
    draft = read(tmp_path, "  - {title: A, starts: 2026-12-01, accreditation: 2026-11-30T12:00}")
    assert draft.accreditation == (("", at("2026-11-30T12:00")),)


def test_a_file_that_does_not_say_cancelled_says_nothing_of_it(tmp_path: Path) -> None:
    assert read(tmp_path, "  - {title: A, starts: 2026-12-01}").is_cancelled is None
    assert read(tmp_path, "  - {title: A, starts: 2026-12-01, cancelled: no}").is_cancelled is False


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("cancelled: perhaps", "cancelled must be yes or no"),
        ("accreditation: soon", "accreditation must be written like"),
        ("accreditation: {photo: soon}", "photo must be written like"),
        ("accreditation: {photo: }", "photo must be a time such as"),
        ("parts: [Lunch]", "parts must be records with title"),
        ("parts: [{title: Lunch}]", "parts, entry 1: starts is missing"),
        ("parts: [{starts: 2026-12-01T10:00}]", "parts, entry 1: title is missing"),
        ("parts: [{title: A, starts: 2026-12-01T10:00, place: B}]", "unknown key 'place'"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(BadInput, match=f"occasions, entry 1.*{said}"):
        read(tmp_path, f"  - {{title: A, starts: 2026-12-01, {more}}}")
