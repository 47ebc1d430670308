"""References find a release, are never given twice, and are counted by year."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session

from mailer.errors import BadInput
from mailer.models import Office, ReleaseKind
from mailer.releases.manuscripts.reading import EditionDraft
from mailer.releases.numbering import read_pattern
from mailer.releases.references import (
    find,
    find_again,
    find_printed,
    nearest,
    next_reference,
    printed_reference,
    refuse_printed,
)
from tests import factories

DRAFT = EditionDraft(
    file="en.md", language="en", title="Harbours", body="Text", dated_on=date(2026, 11, 23)
)
TEXTS = {"en": ("Harbours", "Text")}
DAY = date(2026, 11, 23)


def test_the_case_of_the_letters_does_not_count(session: Session, office: Office) -> None:
    release = factories.release(session, office, reference="365a09")
    assert find(session, " 365A09 ") is release


@pytest.mark.parametrize("reference", ["365a0", "365a091", "%", "365_09", ""])
def test_nothing_but_the_whole_reference_counts(
    session: Session, office: Office, reference: str
) -> None:
    factories.release(session, office, reference="365a09")
    assert find(session, reference) is None


def test_the_first_of_a_year_is_number_one(session: Session, office: Office) -> None:
    assert next_reference(session, office, day=DAY) == "2026-001"


def test_the_next_follows_the_highest_of_its_year(session: Session, office: Office) -> None:
    for taken in ("2026-002", "2026-014", "2025-900", "365a09", "2026-15", "2026-016b"):
        factories.release(session, office, reference=taken)
    assert next_reference(session, office, day=DAY) == "2026-015"


def test_the_thousandth_has_four_figures(session: Session, office: Office) -> None:
    factories.release(session, office, reference="2026-999")
    assert next_reference(session, office, day=DAY) == "2026-1000"


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"title": "Ports"}, False),
        ({"language": "fr"}, False),
        ({"dated_on": date(2026, 11, 24)}, False),
    ],
)
def test_a_release_is_found_again_by_day_title_and_language(
    session: Session, office: Office, change: dict[str, object], is_found: bool
) -> None:
    factories.release(session, office, texts=TEXTS)
    drafts = [replace(DRAFT, **change)]
    found = find_again(session, drafts, kind=ReleaseKind.RELEASE, office=office)
    assert (found is not None) is is_found


def test_another_kind_is_another_release(session: Session, office: Office) -> None:
    factories.release(session, office, texts=TEXTS)
    assert find_again(session, [DRAFT], kind=ReleaseKind.SPEECH, office=office) is None


def test_a_title_that_two_releases_bear_needs_a_reference(session: Session, office: Office) -> None:
    factories.release(session, office, texts=TEXTS, reference="A1")
    factories.release(session, office, texts=TEXTS, reference="A2")
    with pytest.raises(BadInput, match=r"\(A1, A2\): add reference"):
        find_again(session, [DRAFT], kind=ReleaseKind.RELEASE, office=office)


@pytest.mark.parametrize(
    ("pattern", "taken", "following"),
    [
        ("{year}-{number:03}", "2026-014", "2026-015"),
        ("PR{number}{year:02}", "pr1226", "PR1326"),
        ("{number}a{year:02}", "365A26", "366a26"),
        ("{year}/{month:02}/{number:02}", "2026/11/09", "2026/11/10"),
        ("{year}/{month:02}/{number:02}", "2026/10/09", "2026/11/01"),
        ("{year:02}.{number}", "2026.9", "26.1"),
        ("IP-{number}", "IP-998", "IP-999"),
    ],
)
def test_an_office_numbers_by_its_own_pattern(
    session: Session, office: Office, pattern: str, taken: str, following: str
) -> None:
    office.reference_pattern = pattern
    factories.release(session, office, reference=taken)
    assert next_reference(session, office, day=DAY) == following


def test_a_number_that_is_taken_in_another_way_is_passed_over(
    session: Session, office: Office
) -> None:
    office.reference_pattern = "{year}-{number}"
    for taken in ("2026-1", "2026-003"):
        factories.release(session, office, reference=taken)
    assert next_reference(session, office, day=DAY) == "2026-4"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{year}-{nummer}", r"unknown field \{nummer\}: known are \{year\}"),
        ("{language}-{number}", r"unknown field \{language\}"),
        ("{number:3}", r"unknown field \{number:3\}"),
        ("{year}", r"needs \{number\} once"),
        ("{number}-{number}", r"needs \{number\} once"),
        ("{year}7{number}", "the digit 7 beside"),
        ("{year}-{number}-", "must be letters and digits"),
        ("{year} {number}", "must be letters and digits"),
        ("{year}-{number}}", "must be letters and digits"),
        ("A" * 64 + "-{number}", "at most 64"),
        ("{number}/report", "a page of ours"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_what_can(pattern: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_pattern(pattern)


@pytest.mark.parametrize("language", ["en", "sr-Latn"])
@pytest.mark.parametrize("revision", [1, 12])
def test_what_an_edition_prints_leads_to_its_release_and_is_no_reference(
    session: Session, office: Office, language: str, revision: int
) -> None:
    release = factories.release(
        session, office, reference="2026-014", texts={language: ("Harbours", "Text")}
    )
    printed = printed_reference("2026-014", language=language, revision=revision)
    assert find_printed(session, printed) is release
    with pytest.raises(BadInput, match="an edition of release 2026-014 prints"):
        refuse_printed(session, printed)
    assert nearest(session, printed) == "an edition of 2026-014 prints it; "


@pytest.mark.parametrize("reference", ["2026-014", "2026-014-fr", "2026-015-en", "2026-014-2"])
def test_what_no_edition_prints_may_be_a_reference(
    session: Session, office: Office, reference: str
) -> None:
    factories.release(session, office, reference="2026-014", texts=TEXTS)
    refuse_printed(session, reference)
