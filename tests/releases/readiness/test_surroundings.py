"""What the database knows beside a release: private notes, other references, other titles."""

from sqlmodel import Session

from mailer.models import Desk, Office
from mailer.releases.editions import FullRelease, load
from mailer.releases.readiness import lint, open_findings
from mailer.releases.readiness.surroundings import look_around
from tests import factories

NOTE = "Hates calls before noon. Was fired from the Havnebladet for plagiarism! Likes tea."


def written(
    session: Session,
    office: Office,
    text: str,
    title: str = "Harbours agree on a code",
    **given: object,
) -> FullRelease:
    texts = {"en": (title, text)}
    return load(session, factories.release(session, office, texts=texts, **given).reference)


def found(session: Session, full: FullRelease) -> list[tuple[str, str]]:
    findings = lint(full, look_around(session, full))
    return [(one.id, one.severity.value) for one in findings]


def test_a_sentence_of_a_private_note_blocks(session: Session, office: Office) -> None:
    factories.journalist(session, private_note=NOTE)
    leaked = written(
        session, office, "He was FIRED from the  Havnebladet\nfor plagiarism, we hear."
    )
    assert found(session, leaked) == [("private-note", "block")]
    assert [one.id for one in open_findings(session, leaked)] == ["private-note"]


def test_the_note_of_a_desk_is_private_too(session: Session, office: Office) -> None:
    desk: Desk = factories.desk(session, private_note="Never send photographs larger than one MB")
    assert desk.private_note
    text = "Please never send photographs larger than one MB to them."
    assert found(session, written(session, office, text)) == [("private-note", "block")]


def test_a_few_common_words_of_a_note_are_no_leak(session: Session, office: Office) -> None:
    factories.journalist(session, private_note=NOTE)
    text = "Who likes tea, and hates calls, was not fired from the harbour."
    assert found(session, written(session, office, text)) == []


def test_the_reference_of_another_release_is_told_of(session: Session, office: Office) -> None:
    other = factories.release(session, office, reference="2025-114")
    named = written(session, office, "Press release (2025-114): harbours agreed.")
    assert found(session, named) == [("other-reference", "warn")]
    correcting = written(
        session, office, "This corrects 2025-114.", "Correction", corrects_id=other.id
    )
    assert found(session, correcting) == []


def test_a_number_that_is_part_of_another_is_no_reference(session: Session, office: Office) -> None:
    factories.release(session, office, reference="2025-114")
    full = written(session, office, "Call 12025-1145 or see file A2025-114/3.")
    assert found(session, full) == []


def test_its_own_reference_may_be_named(session: Session, office: Office) -> None:
    full = written(session, office, "Reference 2025-999 of the Forum.", reference="2025-999")
    assert found(session, full) == []


def test_a_title_that_another_release_has_is_told_of(session: Session, office: Office) -> None:
    written(session, office, "Twelve harbours agreed.", reference="2025-200")
    second = written(session, office, "Thirteen harbours agreed.")
    findings = lint(second, look_around(session, second))
    assert [one.id for one in findings] == ["same-title"]
    assert "release 2025-200 has the very same title" in findings[0].message


def test_a_correction_may_keep_the_title(session: Session, office: Office) -> None:
    first = written(session, office, "Twelve harbours agreed.")
    second = written(session, office, "Thirteen harbours agreed.", corrects_id=first.release.id)
    assert found(session, second) == []
