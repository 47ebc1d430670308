"""Files are kept once, belong to releases, and change nothing that is on its way."""

from typing import Any

import pytest
from sqlmodel import Session, select

from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Attachment, DistributionStatus, Office, Release, ReleaseStatus, StoredFile
from mailer.releases.editions import load
from mailer.releases.files.carried import carried_by, in_language
from mailer.releases.files.preparing import prepared
from mailer.releases.files.storing import Brought, Said, attach, detach, octets_of
from tests import factories
from tests.releases.files import samples


@pytest.fixture
def release(session: Session, office: Office) -> Release:
    return factories.release(session, office)


def bring(session: Session, release: Release, name: str, octets: bytes, **said: Any) -> bool:
    limits = samples.limits(**said.pop("limits", {}))
    file = prepared(octets, name=name, limits=limits)
    return attach(session, release, [Brought(file, Said(**said))], limits=limits)


def test_the_same_octets_are_kept_once(session: Session, office: Office, release: Release) -> None:
    other = factories.release(session, office, reference="2026-777")

    assert bring(session, release, "a.pdf", samples.pdf())
    assert bring(session, other, "b.pdf", samples.pdf())

    (kept,) = session.exec(select(StoredFile)).all()
    assert octets_of(session, [kept.id or 0]) == {kept.id: samples.pdf()}
    assert kept.size == len(samples.pdf())


def test_the_same_file_again_changes_nothing(session: Session, release: Release) -> None:
    assert bring(session, release, "a.pdf", samples.pdf())
    assert not bring(session, release, "a.pdf", samples.pdf())


def test_a_file_of_the_same_name_takes_its_place_and_keeps_its_link(
    session: Session, release: Release
) -> None:
    bring(session, release, "map.png", samples.picture(), alts={"en": "A map"})
    (before,) = carried_by(session, release.id or 0)

    bring(session, release, "map.png", samples.picture(50, 50), captions={"fr": "Un plan"})

    (after,) = carried_by(session, release.id or 0)
    assert after.attachment_id == before.attachment_id
    assert (after.width, after.height) == (50, 50)
    assert (after.alts, after.captions) == ({"en": "A map"}, {"fr": "Un plan"})


def test_a_picture_brings_its_credit_and_what_is_said_wins(
    session: Session, release: Release
) -> None:
    bring(session, release, "a.jpg", samples.photograph())
    bring(session, release, "b.jpg", samples.photograph(), credit="Harbour Forum/M. Brandt")

    first, second = carried_by(session, release.id or 0)
    assert (first.credit, first.rights) == ("Harbour & Sea", "© Harbour Forum")
    assert second.credit == "Harbour Forum/M. Brandt"


def test_a_large_picture_is_kept_with_its_small_one(session: Session, release: Release) -> None:
    bring(session, release, "a.png", samples.picture(2000, 500))

    (file,) = carried_by(session, release.id or 0)
    assert file.has_small
    assert {row.width for row in session.exec(select(StoredFile))} == {1200, 2000}


def test_a_release_carries_so_much_and_no_more(session: Session, release: Release) -> None:
    limits = {"release_bytes": len(samples.pdf()) + 10}
    bring(session, release, "a.pdf", samples.pdf(), limits=limits)

    with pytest.raises(BadInput, match="larger than"):
        bring(session, release, "b.pdf", samples.pdf(b"% more words\n"), limits=limits)


def test_a_new_file_voids_what_was_approved(session: Session, release: Release) -> None:
    release.status = ReleaseStatus.APPROVED

    bring(session, release, "a.pdf", samples.pdf())

    assert release.status is ReleaseStatus.DRAFT


@pytest.mark.parametrize("status", [DistributionStatus.SENDING, DistributionStatus.PAUSED])
def test_nothing_changes_while_a_distribution_goes_out(
    session: Session, release: Release, status: DistributionStatus
) -> None:
    bring(session, release, "a.pdf", samples.pdf())
    factories.distribution(session, release, status=status)

    with pytest.raises(Refused, match="is going out"):
        bring(session, release, "b.pdf", samples.pdf())
    with pytest.raises(Refused, match="is going out"):
        detach(session, release, "a.pdf")


def test_what_is_taken_away_is_gone_from_the_release_only(
    session: Session, release: Release
) -> None:
    bring(session, release, "a.pdf", samples.pdf())

    detach(session, release, "a.pdf")

    assert carried_by(session, release.id or 0) == ()
    assert len(session.exec(select(StoredFile)).all()) == 1
    with pytest.raises(NotFound, match=r"carries no file 'a\.pdf'"):
        detach(session, release, "a.pdf")


def test_each_edition_has_its_own_and_those_for_all(session: Session, release: Release) -> None:
    bring(session, release, "all.pdf", samples.pdf())
    bring(session, release, "one.pdf", samples.pdf())
    bring(session, release, "one.pdf", samples.pdf(b"% en francais\n"), language="fr")
    files = carried_by(session, release.id or 0)

    assert [(f.name, f.language) for f in in_language(files, "en")] == [
        ("all.pdf", ""),
        ("one.pdf", ""),
    ]
    assert [(f.name, f.language) for f in in_language(files, "fr")] == [
        ("all.pdf", ""),
        ("one.pdf", "fr"),
    ]


def test_a_release_is_loaded_with_its_documents_and_without_its_pictures(
    session: Session, release: Release
) -> None:
    bring(session, release, "a.pdf", samples.pdf())
    bring(session, release, "a.png", samples.picture())

    full = load(session, release.reference)

    assert [file.name for file in full.files] == ["a.pdf", "a.png"]
    (document,) = session.exec(select(Attachment.file_id).where(Attachment.name == "a.pdf"))
    assert {number: held.octets for number, held in full.held.items()} == {document: samples.pdf()}


def test_what_a_file_holds_stands_in_memory_once(session: Session, release: Release) -> None:
    bring(session, release, "a.pdf", samples.pdf())

    first, second = (load(session, release.reference).held for _ in range(2))

    (number,) = first
    assert second[number] is first[number]


def test_rights_are_kept_by_language_until_words_for_all_take_their_place(
    session: Session, release: Release
) -> None:
    octets = samples.photograph()
    for said, rights, rights_said in (
        ({"rights_said": {"fr": "libre"}}, "© Harbour Forum", {"fr": "libre"}),
        ({"rights_said": {"de": "frei"}}, "© Harbour Forum", {"fr": "libre", "de": "frei"}),
        ({"rights": "free"}, "free", {}),
    ):
        assert bring(session, release, "a.jpg", octets, **said)
        (file,) = carried_by(session, release.id or 0)
        assert (file.rights, file.rights_said) == (rights, rights_said)
