"""The releases as the office lists them, and one of them with its editions."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from mailer.models import (
    Edition,
    EditionStatus,
    Occasion,
    PressContact,
    Release,
    ReleaseKind,
    ReleaseStatus,
    Revision,
)
from mailer.releases import editions
from mailer.releases.editions.translating import Word, words_for


@dataclass(frozen=True)
class ReleaseLine:
    """A release as a list shows it."""

    reference: str
    kind: ReleaseKind
    status: ReleaseStatus
    dated_on: date
    #: In the source language, or in any other while that text is missing.
    title: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class EditionLine:
    """An edition with its newest revision, whether it may go out or not."""

    language: str
    status: EditionStatus
    revision: int
    title: str
    subtitle: str
    body: str
    revised_at: datetime
    change_note: str = ""
    notes: str = ""
    #: The revision of the source that it was made from; None: the source, or nobody knows.
    source_revision: int | None = None
    #: Who said that it holds although its source has changed, the latest first.
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class AwaitedLine:
    """An edition without a text yet."""

    language: str
    status: EditionStatus
    #: The revision of the source that the translators were given.
    source_revision: int | None


@dataclass(frozen=True)
class ReleaseCard:
    """A release with all there is to see of it."""

    reference: str
    kind: ReleaseKind
    status: ReleaseStatus
    dated_on: date
    place: str
    beats: tuple[str, ...]
    source_language: str
    embargo_until: datetime | None
    publish_at: datetime | None
    created_at: datetime
    editions: tuple[EditionLine, ...]
    contacts: tuple[PressContact, ...]
    occasions: tuple[Occasion, ...]
    #: The languages that the office waits for.
    awaited: tuple[AwaitedLine, ...]
    #: The reference of the release that this one corrects, withdraws or lifts the embargo of.
    corrects: str | None
    #: The references of those that correct this one, the oldest first.
    corrected_by: tuple[str, ...]
    carries_boilerplate: bool
    names_duty: bool
    #: The keys of those on duty now, where the release names the duty.
    duty: tuple[str, ...]


def list_releases(session: Session) -> list[ReleaseLine]:
    """All releases, the newest first; two statements."""
    texts: dict[int, dict[str, str]] = {}
    for edition, revision in session.exec(editions.newest_revisions()).all():
        texts.setdefault(edition.release_id, {})[edition.language] = revision.title
    newest_first = select(Release).order_by(col(Release.dated_on).desc(), col(Release.id).desc())
    return [
        _line(release, texts.get(release.id or 0, {})) for release in session.exec(newest_first)
    ]


def _line(release: Release, titles: dict[str, str]) -> ReleaseLine:
    return ReleaseLine(
        reference=release.reference,
        kind=release.kind,
        status=release.status,
        dated_on=release.dated_on,
        title=titles.get(release.source_language) or next(iter(titles.values()), ""),
        languages=tuple(titles),
    )


def describe(session: Session, reference: str) -> ReleaseCard:
    """The release of that reference, ready to be shown; NotFound when there is none."""
    full = editions.load(session, reference)
    release = full.release
    newest = editions.newest_revisions().where(col(Edition.release_id) == release.id)
    rows = session.exec(newest).all()
    sources = _source_numbers(session, release)
    return ReleaseCard(
        reference=release.reference,
        kind=release.kind,
        status=release.status,
        dated_on=release.dated_on,
        place=release.place,
        beats=tuple(release.beats),
        source_language=release.source_language,
        embargo_until=release.embargo_until,
        publish_at=release.publish_at,
        created_at=release.created_at,
        editions=tuple(_edition(session, *row, sources) for row in rows),
        contacts=full.contacts,
        occasions=full.occasions,
        awaited=_awaited(session, release, {edition.id for edition, _ in rows}, sources),
        corrects=full.corrects.reference if full.corrects else None,
        corrected_by=_corrected_by(session, release),
        carries_boilerplate=release.carries_boilerplate,
        names_duty=release.names_duty,
        duty=tuple(contact.key for contact in full.duty),
    )


def _source_numbers(session: Session, release: Release) -> dict[int | None, int]:
    """The numbers of the source's revisions, by their row."""
    ours = (
        select(Revision.id, Revision.number)
        .join(Edition, col(Edition.id) == col(Revision.edition_id))
        .where(Edition.release_id == release.id, Edition.language == release.source_language)
    )
    return dict(session.exec(ours).all())


def _awaited(
    session: Session, release: Release, with_text: set[int | None], sources: dict[int | None, int]
) -> tuple[AwaitedLine, ...]:
    ours = select(Edition).where(Edition.release_id == release.id).order_by(col(Edition.language))
    return tuple(
        AwaitedLine(edition.language, edition.status, sources.get(edition.source_revision_id))
        for edition in session.exec(ours)
        if edition.id not in with_text
    )


def _corrected_by(session: Session, release: Release) -> tuple[str, ...]:
    later = select(Release.reference).where(Release.corrects_id == release.id)
    return tuple(session.exec(later.order_by(col(Release.id))))


def _edition(
    session: Session, edition: Edition, revision: Revision, sources: dict[int | None, int]
) -> EditionLine:
    return EditionLine(
        change_note=revision.change_note,
        notes=revision.notes,
        source_revision=sources.get(edition.source_revision_id),
        words=words_for(session, edition.id or 0),
        language=edition.language,
        status=edition.status,
        revision=revision.number,
        title=revision.title,
        subtitle=revision.subtitle,
        body=revision.body,
        revised_at=revision.created_at,
    )
