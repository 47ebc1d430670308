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
        editions=tuple(_edition(*row) for row in session.exec(newest).all()),
        contacts=full.contacts,
        occasions=full.occasions,
    )


def _edition(edition: Edition, revision: Revision) -> EditionLine:
    return EditionLine(
        language=edition.language,
        status=edition.status,
        revision=revision.number,
        title=revision.title,
        subtitle=revision.subtitle,
        body=revision.body,
        revised_at=revision.created_at,
    )
