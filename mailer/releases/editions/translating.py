"""The languages that the office waits for, and translations that hold although their source has
changed since they were made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from mailer import clock, languages
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Edition, EditionStatus, Release, Revision, StillValid
from mailer.releases.editions.revising import (
    edition_of,
    find_edition,
    newest_of,
    source_of,
    voids_approval,
)
from mailer.releases.references import found


@dataclass(frozen=True)
class Awaited:
    """A language of a release, and where it stands."""

    language: str
    status: EditionStatus


@dataclass(frozen=True)
class Word:
    """Somebody's word that a translation holds."""

    said_by: str
    said_at: datetime
    note: str
    #: Which revision of the source it is about.
    source_revision: int


def expect(
    session: Session, reference: str, tags: Sequence[str], *, is_begun: bool = True
) -> list[Awaited]:
    """Wait for the release in these languages: what is begun is made from the source as it is now.

    A text that is there stays as it is. Raises NotFound, and BadInput for a language that is none,
    for no language, and for that of the source.
    """
    release = found(session, reference)
    awaited = [languages.parse(tag) for tag in tags if tag.strip()]
    if not awaited:
        raise BadInput("name the languages that are to come, such as fr,de")
    if release.source_language in awaited:
        raise BadInput(
            f"{release.source_language} is the language of the source: import its text, and wait"
            " for the others"
        )
    source = source_of(session, release)
    newest = newest_of(session, source) if source else None
    for language in awaited:
        edition = edition_of(session, release, language)
        if newest_of(session, edition) is not None:
            continue
        if not is_begun:
            edition.status, edition.source_revision_id = EditionStatus.MISSING, None
        elif edition.status is not EditionStatus.IN_TRANSLATION:
            edition.status = EditionStatus.IN_TRANSLATION
            edition.source_revision_id = newest.id if newest else None
        session.add(edition)
    session.flush()
    return standing(session, release)


def expect_no_longer(session: Session, reference: str, tags: Sequence[str]) -> list[Awaited]:
    """Wait no more for these languages; Refused for one whose text is there."""
    release = found(session, reference)
    for language in map(languages.parse, tags):
        edition = find_edition(session, release, language)
        if edition is not None and newest_of(session, edition) is not None:
            raise Refused(f"the {language} text of {release.reference} is there: it stays")
        if edition is not None:
            session.delete(edition)
    session.flush()
    return standing(session, release)


def standing(session: Session, release: Release) -> list[Awaited]:
    """All languages of the release, and where each stands."""
    ours = select(Edition).where(Edition.release_id == release.id)
    rows = session.exec(ours.order_by(col(Edition.language)))
    return [Awaited(row.language, row.status) for row in rows]


def still_valid(
    session: Session, reference: str, language: str, *, by: str, note: str = ""
) -> Awaited:
    """A stale translation holds as it is, says somebody: it is ready again, and the word is kept.

    Raises NotFound, and Refused for one that is not stale.
    """
    release = found(session, reference)
    tag = languages.parse(language)
    ours = select(Edition).where(Edition.release_id == release.id, Edition.language == tag)
    edition = session.exec(ours.with_for_update()).first()
    if edition is None:
        known = ", ".join(one.language for one in standing(session, release))
        raise NotFound(f"release {release.reference} has no {tag} edition: there are {known}")
    if edition.status is not EditionStatus.STALE:
        raise Refused(
            f"the {tag} edition of {release.reference} is {edition.status.replace('_', ' ')}, not"
            " stale: there is nothing to confirm"
        )
    source = source_of(session, release)
    newest = newest_of(session, source) if source else None
    edition.status = EditionStatus.READY
    edition.source_revision_id = newest.id if newest else None
    session.add(edition)
    word = StillValid(
        edition_id=edition.id or 0,
        source_revision_id=edition.source_revision_id or 0,
        note=note.strip(),
        said_by=by,
        said_at=clock.now(),
    )
    session.add(word)
    voids_approval(session, release)
    session.flush()
    return Awaited(tag, edition.status)


def words_for(session: Session, edition_id: int) -> tuple[Word, ...]:
    """Who said that this translation holds, the latest first."""
    said = (
        select(StillValid, Revision.number)
        .join(Revision, col(Revision.id) == col(StillValid.source_revision_id))
        .where(StillValid.edition_id == edition_id)
        .order_by(col(StillValid.id).desc())
    )
    return tuple(
        Word(row.said_by, row.said_at, row.note, number) for row, number in session.exec(said)
    )
