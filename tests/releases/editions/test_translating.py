"""The languages that are to come, and translations whose source has changed since."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session

from mailer.errors import BadInput, NotFound, Refused
from mailer.models import EditionStatus, Office, ReleaseStatus
from mailer.releases.editions import load
from mailer.releases.editions.drafting import ImportedRelease, import_release
from mailer.releases.editions.translating import Awaited, expect, expect_no_longer, still_valid
from mailer.releases.listing import describe
from mailer.releases.manuscripts.reading import EditionDraft

ENGLISH = EditionDraft(
    file="en.md",
    language="en",
    title="Harbours agree",
    body="Twelve harbours agreed.",
    dated_on=date(2026, 11, 23),
    reference="A1",
)
FRENCH = replace(
    ENGLISH, file="fr.md", language="fr", title="Accord", body="Douze ports s’accordent."
)
LATER = replace(ENGLISH, body="Thirteen harbours agreed.")


def bring(session: Session, office: Office, *drafts: EditionDraft) -> ImportedRelease:
    return import_release(session, drafts, office=office)


def standing(session: Session) -> dict[str, EditionStatus]:
    return dict(load(session, "A1").statuses)


def test_a_language_is_waited_for_until_its_text_comes(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH)
    told = expect(session, "a1", ["fr", " de "])
    assert told == [
        Awaited("de", EditionStatus.IN_TRANSLATION),
        Awaited("en", EditionStatus.READY),
        Awaited("fr", EditionStatus.IN_TRANSLATION),
    ]
    bring(session, office, FRENCH)
    assert standing(session)["fr"] is EditionStatus.READY
    card = describe(session, "A1")
    assert [(one.language, one.source_revision) for one in card.awaited] == [("de", 1)]
    assert [(one.language, one.source_revision) for one in card.editions] == [
        ("en", None),
        ("fr", 1),
    ]


def test_what_nobody_has_begun_is_missing(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH)
    expect(session, "A1", ["fr"], is_begun=False)
    bring(session, office, LATER)
    assert standing(session)["fr"] is EditionStatus.MISSING
    assert bring(session, office, FRENCH).stale == ()


def test_a_translation_is_made_from_the_source_as_it_was_when_it_was_begun(
    session: Session, office: Office
) -> None:
    bring(session, office, ENGLISH)
    expect(session, "A1", ["fr"])
    bring(session, office, LATER)
    expect(session, "A1", ["fr"])
    assert standing(session)["fr"] is EditionStatus.IN_TRANSLATION
    assert bring(session, office, FRENCH).stale == ("fr",)
    assert set(load(session, "A1").revisions) == {"en"}


def test_a_translation_that_comes_beside_its_source_belongs_to_it(
    session: Session, office: Office
) -> None:
    bring(session, office, ENGLISH)
    expect(session, "A1", ["fr"])
    assert bring(session, office, FRENCH, LATER).stale == ()


def test_a_text_that_is_there_stays_as_it_is(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    bring(session, office, LATER)
    expect(session, "A1", ["fr"])
    assert standing(session)["fr"] is EditionStatus.STALE


def test_a_language_is_no_longer_waited_for(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    expect(session, "A1", ["de"])
    told = expect_no_longer(session, "A1", ["de", "it"])
    assert [one.language for one in told] == ["en", "fr"]
    with pytest.raises(Refused, match="the fr text of A1 is there"):
        expect_no_longer(session, "A1", ["fr"])


@pytest.mark.parametrize(
    ("tags", "said"),
    [(["klingonisch"], "language"), ([" "], "such as fr,de"), (["en"], "language of the source")],
)
def test_what_cannot_be_waited_for_is_refused(
    session: Session, office: Office, tags: list[str], said: str
) -> None:
    bring(session, office, ENGLISH)
    with pytest.raises(BadInput, match=said):
        expect(session, "A1", tags)


def test_an_unknown_release_is_told_with_the_nearest(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, reference="2026-014"))
    with pytest.raises(NotFound, match="did you mean 2026-014"):
        expect(session, "2026-14", ["fr"])


# ---------------------------------------------------------------- still valid


def test_a_stale_translation_holds_by_somebodys_word(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    bring(session, office, LATER)
    said = still_valid(session, "A1", "FR", by="Ana", note=" A typo in English ")
    assert said == Awaited("fr", EditionStatus.READY)
    assert set(load(session, "A1").revisions) == {"en", "fr"}
    (french,) = (one for one in describe(session, "A1").editions if one.language == "fr")
    (word,) = french.words
    assert (word.said_by, word.note, word.source_revision) == ("Ana", "A typo in English", 2)
    assert french.source_revision == 2


def test_the_word_holds_until_the_source_changes_again(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    bring(session, office, LATER)
    still_valid(session, "A1", "fr", by="Ana")
    assert bring(session, office, FRENCH).stale == ()
    assert bring(session, office, replace(LATER, title="Harbours agreed")).stale == ("fr",)
    still_valid(session, "A1", "fr", by="Piotr")
    (french,) = (one for one in describe(session, "A1").editions if one.language == "fr")
    assert [word.said_by for word in french.words] == ["Piotr", "Ana"]


def test_a_word_voids_an_approval(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    bring(session, office, LATER)
    load(session, "A1").release.status = ReleaseStatus.APPROVED
    still_valid(session, "A1", "fr", by="Ana")
    assert load(session, "A1").release.status is ReleaseStatus.DRAFT


@pytest.mark.parametrize(
    ("language", "kind", "said"),
    [
        ("en", Refused, "en edition of A1 is ready, not stale"),
        ("de", Refused, "de edition of A1 is in translation, not stale"),
        ("da", NotFound, "no da edition: there are de, en, fr"),
    ],
)
def test_only_a_stale_edition_is_confirmed(
    session: Session, office: Office, language: str, kind: type[Exception], said: str
) -> None:
    bring(session, office, ENGLISH, FRENCH)
    expect(session, "A1", ["de"])
    with pytest.raises(kind, match=said):
        still_valid(session, "A1", language, by="Ana")
