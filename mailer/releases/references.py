"""References: how a release is found by one, found again without one, and given the next."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.errors import BadInput
from mailer.models import Edition, Office, Release, ReleaseKind, Revision
from mailer.releases.manuscripts.reading import EditionDraft


def find(session: Session, reference: str) -> Release | None:
    """The release of that reference, however its letters are cased."""
    same = sa.func.lower(Release.reference) == reference.strip().lower()
    return session.exec(select(Release).where(same)).first()


def find_again(
    session: Session, drafts: Sequence[EditionDraft], *, kind: ReleaseKind, office: Office
) -> Release | None:
    """The release of that kind that bore one of these titles in its language on that day.

    Raises BadInput when there are several.
    """
    titles = {(draft.language, draft.title) for draft in drafts}
    same_day = (
        select(Release, Edition.language, Revision.title)
        .join(Edition, col(Edition.release_id) == Release.id)
        .join(Revision, col(Revision.edition_id) == Edition.id)
        .where(
            Release.office_id == office.id,
            Release.dated_on == drafts[0].dated_on,
            Release.kind == kind,
            col(Revision.title).in_([draft.title for draft in drafts]),
        )
    )
    matches = {
        release.reference: release
        for release, language, title in session.exec(same_day)
        if (language, title) in titles
    }
    if len(matches) > 1:
        named = ", ".join(sorted(matches))
        raise BadInput(f"several releases have this date and title ({named}): add reference:")
    return next(iter(matches.values()), None)


def next_reference(session: Session, *, year: int) -> str:
    """The number after the highest of that year, such as 2026-014."""
    same_year = select(Release.reference).where(col(Release.reference).startswith(f"{year}-"))
    numbers = [
        int(match[1])
        for reference in session.exec(same_year)
        if (match := re.fullmatch(r"\d{4}-(\d{3,})", reference))
    ]
    return f"{year}-{max(numbers, default=0) + 1:03d}"
