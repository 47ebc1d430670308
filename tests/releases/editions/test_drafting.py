"""Manuscripts become releases, editions and numbered revisions, and never two of the same."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer import database
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Edition,
    EditionStatus,
    Occasion,
    Office,
    PressContact,
    Release,
    ReleaseKind,
    ReleaseStatus,
    Revision,
)
from mailer.releases.editions import drafting, load
from mailer.releases.editions.drafting import (
    ImportedEdition,
    ImportedRelease,
    import_release,
    read_release,
)
from mailer.releases.manuscripts.reading import ContactRecord, EditionDraft
from tests import factories

SAMPLES = Path(__file__).parents[2] / "samples" / "releases"
HARBOURS = SAMPLES / "harbours"
MIRA = ContactRecord(key="mira.lund", name="Mira Lund", email="mira.lund@harbour.example")
ENGLISH = EditionDraft(
    file="en.md",
    language="en",
    title="Twelve harbours agree",
    body="They agreed.",
    dated_on=date(2026, 11, 23),
    contacts=(MIRA,),
)
FRENCH = replace(
    ENGLISH,
    file="fr.md",
    language="fr",
    title="Douze ports s’accordent",
    body="Ils sont d’accord.",
    contacts=(),
)


def bring(session: Session, office: Office, *drafts: EditionDraft) -> ImportedRelease:
    return import_release(session, drafts, office=office)


def status_of(session: Session, language: str) -> EditionStatus:
    return session.exec(select(Edition.status).where(Edition.language == language)).one()


def put(folder: Path, **files: str) -> Path:
    """A folder of files that differ in the given lines of front matter."""
    for name, lines in files.items():
        head = f"title: Harbours {name}\ndate: 2026-11-23\n{lines}"
        (folder / f"{name}.md").write_text(f"---\n{head}\n---\nText", encoding="utf-8")
    return folder


# ---------------------------------------------------------------- reading files


def test_a_folder_holds_one_file_for_each_language() -> None:
    assert [draft.language for draft in read_release(HARBOURS)] == ["en", "fr"]


def test_a_single_file_is_a_release_too() -> None:
    assert [draft.language for draft in read_release(HARBOURS / "fr.md")] == ["fr"]


def test_only_visible_markdown_is_read(tmp_path: Path) -> None:
    put(tmp_path, en="language: en")
    (tmp_path / "._en.md").write_bytes(b"\0\5\x16\7")
    (tmp_path / "notes.txt").write_text("no release")
    assert len(read_release(tmp_path)) == 1


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no \.md file"):
        read_release(tmp_path)


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no file or folder"):
        read_release(tmp_path / "gone")


def test_the_same_language_twice_is_refused(tmp_path: Path) -> None:
    put(tmp_path, a="language: no", b="language: nb")
    with pytest.raises(BadInput, match=r"a\.md and b\.md are both in nb"):
        read_release(tmp_path)


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ("kind: statement", "kind: speech", "kind"),
        ("reference: A1", "reference: A2", "reference"),
        ("embargo_until: 2026-11-24T08:00", "embargo_until: 2026-11-24T09:00", "embargo_until"),
        ("embargo_until: 2026-11-24T08:00", "embargo_until: none", "embargo_until"),
        ("publish_at: 2026-11-24T08:00", "publish_at: 2026-11-24T09:00", "publish_at"),
    ],
)
def test_files_that_contradict_each_other_are_refused(
    tmp_path: Path, one: str, other: str, key: str
) -> None:
    put(tmp_path, en=f"language: en\n{one}", fr=f"language: fr\n{other}")
    with pytest.raises(BadInput, match=rf"{key} is .* in en\.md, .* in fr\.md: .* must agree"):
        read_release(tmp_path)


def test_files_with_different_dates_are_refused(session: Session, office: Office) -> None:
    with pytest.raises(BadInput, match=r"date is 2026-11-23 in en\.md, 2026-11-24 in fr\.md"):
        bring(session, office, ENGLISH, replace(FRENCH, dated_on=date(2026, 11, 24)))


def test_what_one_file_leaves_out_is_no_contradiction(tmp_path: Path) -> None:
    put(tmp_path, en="language: en\nkind: statement\nreference: A1", fr="language: fr")
    assert len(read_release(tmp_path)) == 2


# ---------------------------------------------------------------- the first time


def test_a_folder_becomes_a_release(session: Session, office: Office) -> None:
    imported = bring(session, office, *read_release(HARBOURS))
    assert imported == ImportedRelease(
        reference="2026-001",
        is_new=True,
        editions=(ImportedEdition("en", 1, True), ImportedEdition("fr", 1, True)),
    )
    full = load(session, "2026-001")
    assert full.release.kind is ReleaseKind.STATEMENT
    assert full.release.status is ReleaseStatus.DRAFT
    assert full.release.source_language == "en"
    assert full.release.beats == ["transport", "labour"]
    assert full.release.embargo_until == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert full.revisions["fr"].title == "Code de conduite\u00a0: douze ports se mettent d’accord"
    assert [contact.name for contact in full.contacts] == ["Mira Lund", "Duty desk"]
    assert full.contacts[0].role == "Press officer"
    signing, table = full.occasions
    assert signing.starts_at == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert table.zone == office.zone
    assert not table.is_open_to_press


def test_the_seed_becomes_a_release(session: Session, office: Office, shared: Path) -> None:
    imported = bring(session, office, *read_release(shared / "data" / "seed" / "en.md"))
    full = load(session, imported.reference)
    assert imported.reference == "2007-001"
    assert full.contacts[0].mobile == "+33 (0)6 08 46 01 57"
    assert full.occasions[0].starts_at == datetime(2007, 6, 11, 7, 30, tzinfo=UTC)
    assert full.revisions["en"].place == "Strasbourg"


@pytest.mark.parametrize("folder", ["364b02", "365a09"])
def test_the_demos_releases_can_be_imported(session: Session, office: Office, folder: str) -> None:
    sample = Path(__file__).parents[3] / "mailer" / "demo" / "sample" / "releases" / folder
    assert bring(session, office, *read_release(sample)).reference == folder


def test_a_place_that_a_translation_leaves_out_is_that_of_the_release(
    session: Session, office: Office
) -> None:
    bring(session, office, replace(ENGLISH, place="Strasbourg"), FRENCH)
    assert load(session, "2026-001").revisions["fr"].place == "Strasbourg"


def test_the_source_is_in_the_offices_language(session: Session, office: Office) -> None:
    bring(session, office, FRENCH, replace(ENGLISH, language="en-GB"))
    assert load(session, "2026-001").release.source_language == "en-GB"


def test_else_the_source_is_the_file_that_states_most(session: Session, office: Office) -> None:
    danish = replace(FRENCH, file="da.md", language="da", beats=("sea",), contacts=(MIRA,))
    bring(session, office, FRENCH, danish)
    assert load(session, "2026-001").release.source_language == "da"


def test_nothing_to_import_is_refused(session: Session, office: Office) -> None:
    with pytest.raises(BadInput, match="no manuscript"):
        bring(session, office)


# ---------------------------------------------------------------- again


def test_the_same_files_again_change_nothing(session: Session, office: Office) -> None:
    drafts = read_release(HARBOURS)
    bring(session, office, *drafts)
    again = bring(session, office, *drafts)
    assert again == ImportedRelease(
        reference="2026-001",
        is_new=False,
        editions=(ImportedEdition("en", 1, False), ImportedEdition("fr", 1, False)),
    )
    for table, rows in ((Release, 1), (Revision, 2), (PressContact, 2), (Occasion, 2)):
        assert session.exec(select(sa.func.count()).select_from(table)).one() == rows


def test_a_changed_text_is_the_next_revision_and_the_first_is_kept(
    session: Session, office: Office
) -> None:
    bring(session, office, ENGLISH)
    again = bring(session, office, replace(ENGLISH, body="They agreed today."))
    assert again.editions == (ImportedEdition("en", 2, True),)
    bodies = session.exec(select(Revision.body).order_by(Revision.number)).all()
    assert list(bodies) == ["They agreed.", "They agreed today."]


@pytest.mark.parametrize("field", ["title", "subtitle", "place", "body"])
def test_any_change_of_the_words_counts(session: Session, office: Office, field: str) -> None:
    bring(session, office, replace(ENGLISH, reference="A1"))
    again = bring(session, office, replace(ENGLISH, reference="a1", **{field: "Other"}))
    assert again.reference == "A1"
    assert again.editions == (ImportedEdition("en", 2, True),)


def test_another_title_without_a_reference_is_another_release(
    session: Session, office: Office
) -> None:
    bring(session, office, ENGLISH)
    other = bring(session, office, replace(ENGLISH, title="Thirteen harbours agree"))
    assert (other.reference, other.is_new) == ("2026-002", True)


def test_a_translation_joins_by_reference(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, reference="365a09"))
    joined = bring(session, office, replace(FRENCH, reference="365A09"))
    assert not joined.is_new
    assert set(load(session, "365a09").revisions) == {"en", "fr"}


def test_a_translation_cannot_change_the_date(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, reference="A1"))
    later = replace(FRENCH, reference="A1", dated_on=date(2026, 11, 24))
    with pytest.raises(BadInput, match=r"fr\.md: date contradicts release A1: .* the en file"):
        bring(session, office, later)


def test_a_translation_cannot_bring_an_embargo(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, reference="A1"))
    moment = datetime(2026, 11, 24, 8, tzinfo=UTC)
    with pytest.raises(BadInput, match="embargo_until contradicts"):
        bring(session, office, replace(FRENCH, reference="A1", embargo_until=moment))


def test_the_source_can_change_date_and_kind(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, reference="A1"))
    changed = replace(ENGLISH, reference="A1", dated_on=date(2026, 11, 25), kind=ReleaseKind.SPEECH)
    bring(session, office, changed)
    release = load(session, "A1").release
    assert (release.dated_on, release.kind) == (date(2026, 11, 25), ReleaseKind.SPEECH)


def test_a_forgotten_line_does_not_lift_an_embargo(session: Session, office: Office) -> None:
    moment = datetime(2026, 11, 24, 8, tzinfo=UTC)
    bring(session, office, replace(ENGLISH, embargo_until=moment))
    bring(session, office, ENGLISH)
    assert load(session, "2026-001").release.embargo_until == moment


def test_the_word_none_lifts_it(session: Session, office: Office) -> None:
    moment = datetime(2026, 11, 24, 8, tzinfo=UTC)
    bring(session, office, replace(ENGLISH, embargo_until=moment, publish_at=moment))
    bring(session, office, replace(ENGLISH, embargo_until="none", publish_at="none"))
    release = load(session, "2026-001").release
    assert (release.embargo_until, release.publish_at) == (None, None)


def test_an_hour_that_summer_time_skips_is_refused(session: Session, office: Office) -> None:
    skipped = datetime.fromisoformat("2026-03-29T02:30")
    with pytest.raises(BadInput, match="does not exist in Europe/Luxembourg"):
        bring(session, office, replace(ENGLISH, embargo_until=skipped))


# ---------------------------------------------------------------- staleness and states


def test_a_translation_is_stale_when_its_source_changes_alone(
    session: Session, office: Office
) -> None:
    bring(session, office, ENGLISH, FRENCH)
    changed = bring(session, office, replace(ENGLISH, body="They agreed at night."))
    assert changed.stale == ("fr",)
    assert status_of(session, "fr") is EditionStatus.STALE
    assert set(load(session, "2026-001").revisions) == {"en"}


def test_handing_it_in_again_unchanged_leaves_it_stale(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    bring(session, office, replace(ENGLISH, body="They agreed at night."))
    again = bring(session, office, FRENCH)
    assert again.editions == (ImportedEdition("fr", 1, False),)
    assert again.stale == ("fr",)
    assert status_of(session, "fr") is EditionStatus.STALE


def test_handing_it_in_mended_makes_it_ready(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    bring(session, office, replace(ENGLISH, body="They agreed at night."))
    again = bring(session, office, replace(FRENCH, body="Ils sont d’accord, la nuit."))
    assert again.stale == ()
    assert status_of(session, "fr") is EditionStatus.READY


def test_beside_a_changed_source_only_a_changed_text_is_ready(
    session: Session, office: Office
) -> None:
    bring(session, office, ENGLISH, FRENCH)
    changed = bring(session, office, replace(ENGLISH, body="They agreed at night."), FRENCH)
    assert changed.stale == ("fr",)
    mended = replace(FRENCH, body="Ils sont d’accord, la nuit.")
    again = bring(session, office, mended, replace(ENGLISH, body="They agreed at noon."))
    assert again.stale == ()
    assert status_of(session, "fr") is EditionStatus.READY


def test_a_translation_says_which_revision_it_was_made_from(
    session: Session, office: Office
) -> None:
    english, french = replace(ENGLISH, reference="A1"), replace(FRENCH, reference="A1")
    bring(session, office, english)
    bring(session, office, replace(english, body="They agreed at night."))
    assert bring(session, office, replace(french, translated_from=1)).stale == ("fr",)
    assert bring(session, office, replace(french, translated_from=2)).stale == ()
    with pytest.raises(BadInput, match=r"fr\.md: translated_from: .* 3: there are 1 to 2"):
        bring(session, office, replace(french, translated_from=3))


def test_a_changed_translation_makes_nothing_stale(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH, FRENCH)
    bring(session, office, replace(FRENCH, body="Ils se sont mis d’accord."))
    assert status_of(session, "en") is EditionStatus.READY


@pytest.mark.parametrize("status", [ReleaseStatus.IN_REVIEW, ReleaseStatus.APPROVED])
@pytest.mark.parametrize(
    "change",
    [
        {"body": "Other"},
        {"kind": ReleaseKind.SPEECH},
        {"beats": ("sea",)},
        {"contacts": (replace(MIRA, phone="1"),)},
    ],
)
def test_any_change_voids_an_approval(
    session: Session, office: Office, status: ReleaseStatus, change: dict[str, object]
) -> None:
    first = replace(ENGLISH, reference="A1")
    bring(session, office, first)
    release = load(session, "A1").release
    release.status = status
    bring(session, office, first)
    assert release.status is status
    bring(session, office, replace(first, **change))
    assert release.status is ReleaseStatus.DRAFT


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"dated_on": date(2026, 11, 25)}, "date"),
        ({"kind": ReleaseKind.SPEECH}, "kind"),
        ({"embargo_until": datetime(2026, 11, 24, 8, tzinfo=UTC)}, "embargo_until"),
    ],
)
def test_what_went_out_keeps_its_promises(
    session: Session, office: Office, change: dict[str, object], key: str
) -> None:
    first = replace(ENGLISH, reference="A1")
    bring(session, office, first)
    load(session, "A1").release.status = ReleaseStatus.SENT
    with pytest.raises(Refused, match=f"went out with another {key}: .* correction"):
        bring(session, office, replace(first, **change))


def test_a_language_may_still_be_added_after_the_others_went_out(
    session: Session, office: Office
) -> None:
    bring(session, office, replace(ENGLISH, reference="A1"))
    release = load(session, "A1").release
    release.status = ReleaseStatus.SENT
    bring(session, office, replace(FRENCH, reference="A1"))
    assert release.status is ReleaseStatus.SENT
    assert set(load(session, "A1").revisions) == {"en", "fr"}


# ---------------------------------------------------------------- at the same time


def test_two_imports_at_once_get_two_numbers(engine: sa.Engine) -> None:
    with database.writing(engine) as session:
        office = factories.office(session)
    given: list[str] = []

    def bring_one(drafts: Sequence[EditionDraft]) -> None:
        with database.writing(engine) as session:
            given.append(import_release(session, drafts, office=office).reference)

    titles = [replace(ENGLISH, title=f"Harbour {number}") for number in range(4)]
    threads = [threading.Thread(target=bring_one, args=([draft],)) for draft in titles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == ["2026-001", "2026-002", "2026-003", "2026-004"]


def test_two_offices_that_give_one_reference_at_once_do_not_fail(engine: sa.Engine) -> None:
    with database.writing(engine) as session:
        offices = [factories.office(session), factories.office(session, key="other")]
    given: list[str] = []

    def bring_one(office: Office, title: str) -> None:
        draft = replace(ENGLISH, title=title, contacts=(), reference="A1")
        with database.writing(engine) as session:
            given.append(import_release(session, [draft], office=office).reference)

    threads = [
        threading.Thread(target=bring_one, args=(office, f"Harbour {number}"))
        for number, office in enumerate(offices * 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given == ["A1"] * 6


def test_an_unknown_contact_is_named_with_its_file(session: Session, office: Office) -> None:
    with pytest.raises(BadInput, match=r"en\.md: contacts: unknown press contact 'nobody'") as seen:
        bring(session, office, replace(ENGLISH, contacts=("nobody",)))
    assert not isinstance(seen.value, NotFound)


def test_the_shared_facts_are_fields_of_a_draft() -> None:
    assert all(hasattr(ENGLISH, field) for field in drafting.SHARED)


# ---------------------------------------------------------------- what is about another release


CORRECTION = replace(
    ENGLISH,
    title="Thirteen harbours agree",
    kind=ReleaseKind.CORRECTION,
    corrects="2026-001",
    change_note="They are thirteen.",
)


def test_a_correction_names_what_it_corrects_and_what_changed(
    session: Session, office: Office
) -> None:
    first = bring(session, office, ENGLISH).reference
    full = load(session, bring(session, office, CORRECTION).reference)
    assert full.corrects is not None
    assert full.corrects.reference == first
    assert full.revisions["en"].change_note == "They are thirteen."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"corrects": ""}, r"en\.md: a release of the kind correction is about another one"),
        ({"corrects": "", "kind": ReleaseKind.WITHDRAWAL}, "kind withdrawal is about another"),
        ({"corrects": "", "kind": ReleaseKind.EMBARGO_LIFTED}, "add a line corrects:"),
        ({"change_note": ""}, r"en\.md: change_note is missing: a correction says"),
        ({"corrects": "2026-01"}, "names no other release '2026-01': did you mean 2026-001"),
        ({"corrects": "2026-001-en"}, "an edition of 2026-001 prints it"),
        ({"kind": ReleaseKind.SPEECH}, "corrects belongs to a text about another one"),
    ],
)
def test_a_correction_that_says_too_little_is_refused(
    session: Session, office: Office, change: dict[str, Any], said: str
) -> None:
    bring(session, office, ENGLISH)
    with pytest.raises(BadInput, match=said):
        bring(session, office, replace(CORRECTION, **change))


def test_a_release_does_not_correct_itself(session: Session, office: Office) -> None:
    with pytest.raises(BadInput, match="names no other release 'A1'"):
        bring(session, office, replace(CORRECTION, reference="A1", corrects="A1"))


def test_a_text_that_went_out_changes_only_with_a_note(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, reference="A1"))
    load(session, "A1").release.status = ReleaseStatus.SENT
    changed = replace(ENGLISH, reference="A1", body="They agreed at night.")
    with pytest.raises(BadInput, match=r"en\.md: change_note is missing: release A1 went out"):
        bring(session, office, changed)
    bring(session, office, replace(changed, change_note="At night."))
    assert load(session, "A1").revisions["en"].number == 2


def test_notes_are_part_of_what_an_approval_is_bound_to(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH)
    first = load(session, "2026-001").revisions["en"]
    bring(session, office, replace(ENGLISH, notes="- The harbours: [list](https://h.example)"))
    second = load(session, "2026-001").revisions["en"]
    assert (first.number, second.number) == (1, 2)
    assert first.content_hash != second.content_hash


def test_a_release_goes_out_without_the_text_about_the_office(
    session: Session, office: Office
) -> None:
    bring(session, office, replace(ENGLISH, boilerplate="no"))
    assert load(session, "2026-001").release.carries_boilerplate is False
    bring(session, office, ENGLISH)
    assert load(session, "2026-001").release.carries_boilerplate is False
    bring(session, office, replace(ENGLISH, boilerplate="yes"))
    assert load(session, "2026-001").release.carries_boilerplate is True
