"""Texts become numbered revisions of their editions, and each translation keeps from which revision
of the source it was made: it is stale as soon as there is a newer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlmodel import Session, col, select

from mailer import clock
from mailer.errors import BadInput, NotFound
from mailer.models import Edition, EditionStatus, Release, ReleaseStatus, Revision
from mailer.releases.manuscripts.reading import EditionDraft

#: Journalists have read it.
GONE_OUT: Final = (ReleaseStatus.SENT, ReleaseStatus.CORRECTED, ReleaseStatus.WITHDRAWN)


@dataclass(frozen=True)
class ImportedEdition:
    """What became of one manuscript."""

    language: str
    revision: int
    changed: bool


def file_texts(
    session: Session, release: Release, drafts: Sequence[EditionDraft]
) -> tuple[ImportedEdition, ...]:
    """Each text as the next revision of its edition, unless the newest is the same.

    Raises BadInput when a text that was sent changes and does not say what, and for a revision of
    the source that there is not.
    """
    source_first = sorted(drafts, key=lambda one: one.language != release.source_language)
    with_source = source_first[0].language == release.source_language
    filed = {
        draft.language: _file_text(session, release, draft, with_source=with_source)
        for draft in source_first
    }
    return tuple(filed[draft.language] for draft in drafts)


def _file_text(
    session: Session, release: Release, draft: EditionDraft, *, with_source: bool
) -> ImportedEdition:
    edition = edition_of(session, release, draft.language)
    newest = newest_of(session, edition)
    text: dict[str, Any] = {
        "title": draft.title,
        "subtitle": draft.subtitle,
        "place": draft.place or release.place,
        "body": draft.body,
        "change_note": draft.change_note,
        "notes": draft.notes,
    }
    same = newest and all(getattr(newest, field) == value for field, value in text.items())
    if draft.language != release.source_language:
        is_new = not same or draft.translated_from is not None
        _note_origin(session, release, edition, draft, is_new=is_new, with_source=with_source)
    edition.status = EditionStatus.READY
    session.add(edition)
    if newest and same:
        return ImportedEdition(draft.language, newest.number, changed=False)
    if newest and release.status in GONE_OUT and not draft.change_note:
        raise BadInput(
            f"{draft.file}: change_note is missing: release {release.reference} went out, so say in"
            " a line change_note: … what has changed since"
        )
    number = newest.number + 1 if newest else 1
    revision = Revision(
        edition_id=edition.id or 0,
        number=number,
        content_hash=sha256("\0".join(text.values()).encode()).hexdigest(),
        created_at=clock.now(),
        **text,
    )
    session.add(revision)
    session.flush()
    return ImportedEdition(draft.language, number, changed=True)


def _note_origin(
    session: Session,
    release: Release,
    edition: Edition,
    draft: EditionDraft,
    *,
    is_new: bool,
    with_source: bool,
) -> None:
    """From which revision of the source the text was made: as the file says; else from that which
    the translators were given, or from the newest when it comes beside its source or is mended.
    """
    if not is_new and edition.source_revision_id is not None:
        return
    source = source_of(session, release)
    if draft.translated_from is not None:
        edition.source_revision_id = _numbered(session, source, draft).id
    elif edition.status is not EditionStatus.IN_TRANSLATION or with_source:
        newest = newest_of(session, source) if source else None
        edition.source_revision_id = newest.id if newest else None


def _numbered(session: Session, source: Edition | None, draft: EditionDraft) -> Revision:
    try:
        return revision_of(session, source, draft.translated_from or 0)
    except NotFound as wrong:
        raise BadInput(f"{draft.file}: translated_from: {wrong}") from wrong


def mark_stale(session: Session, release: Release, *, is_source_new: bool) -> tuple[str, ...]:
    """All translations whose source has changed since they were made; they do not go out.

    Of one that does not say what it was made from it counts that the source changes now.
    """
    source = source_of(session, release)
    newest = newest_of(session, source) if source else None
    newest_id = newest.id if newest else None
    stale = []
    for edition in session.exec(select(Edition).where(Edition.release_id == release.id)):
        made_from = edition.source_revision_id
        is_older = is_source_new if made_from is None else made_from != newest_id
        if edition is not source and edition.status is EditionStatus.READY and is_older:
            edition.status = EditionStatus.STALE
            session.add(edition)
        if edition.status is EditionStatus.STALE:
            stale.append(edition.language)
    session.flush()
    return tuple(sorted(stale))


def voids_approval(session: Session, release: Release) -> None:
    """Another text would go out than the one that was submitted or approved (product.md 3)."""
    if release.status in (ReleaseStatus.IN_REVIEW, ReleaseStatus.APPROVED):
        release.status = ReleaseStatus.DRAFT
        session.add(release)


def source_of(session: Session, release: Release) -> Edition | None:
    """The edition that the others are made from; None while its text is not there."""
    return find_edition(session, release, release.source_language)


def find_edition(session: Session, release: Release, language: str) -> Edition | None:
    """The edition in that language, if there is one."""
    ours = select(Edition).where(Edition.release_id == release.id, Edition.language == language)
    return session.exec(ours).first()


def edition_of(session: Session, release: Release, language: str) -> Edition:
    """The edition in that language, a new one where there is none."""
    if (edition := find_edition(session, release, language)) is None:
        edition = Edition(
            release_id=release.id or 0, language=language, status=EditionStatus.MISSING
        )
        session.add(edition)
        session.flush()
    return edition


def newest_of(session: Session, edition: Edition) -> Revision | None:
    """The last text of an edition; None while there is none."""
    ours = select(Revision).where(Revision.edition_id == edition.id)
    return session.exec(ours.order_by(col(Revision.number).desc())).first()


def revision_of(session: Session, edition: Edition | None, number: int) -> Revision:
    """The text of that number; NotFound says which numbers there are."""
    newest = newest_of(session, edition) if edition else None
    if edition is None or newest is None:
        raise NotFound("there is no text of it yet")
    ours = select(Revision).where(Revision.edition_id == edition.id, Revision.number == number)
    if (revision := session.exec(ours).first()) is None:
        last = newest.number
        known = f"are 1 to {last}" if last > 1 else "is 1 alone"
        raise NotFound(f"the {edition.language} text has no revision {number}: there {known}")
    return revision
