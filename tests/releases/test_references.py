"""References find a release, are never given twice, and are counted by year."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session

from mailer.errors import BadInput
from mailer.models import Office, ReleaseKind
from mailer.releases.manuscripts.reading import EditionDraft
from mailer.releases.references import find, find_again, next_reference
from tests import factories

DRAFT = EditionDraft(
    file="en.md", language="en", title="Harbours", body="Text", dated_on=date(2026, 11, 23)
)
TEXTS = {"en": ("Harbours", "Text")}


def test_the_case_of_the_letters_does_not_count(session: Session, office: Office) -> None:
    release = factories.release(session, office, reference="365a09")
    assert find(session, " 365A09 ") is release


@pytest.mark.parametrize("reference", ["365a0", "365a091", "%", "365_09", ""])
def test_nothing_but_the_whole_reference_counts(
    session: Session, office: Office, reference: str
) -> None:
    factories.release(session, office, reference="365a09")
    assert find(session, reference) is None


def test_the_first_of_a_year_is_number_one(session: Session) -> None:
    assert next_reference(session, year=2026) == "2026-001"


def test_the_next_follows_the_highest_of_its_year(session: Session, office: Office) -> None:
    for taken in ("2026-002", "2026-014", "2025-900", "365a09", "2026-15", "2026-016b"):
        factories.release(session, office, reference=taken)
    assert next_reference(session, year=2026) == "2026-015"


def test_the_thousandth_has_four_figures(session: Session, office: Office) -> None:
    factories.release(session, office, reference="2026-999")
    assert next_reference(session, year=2026) == "2026-1000"


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
