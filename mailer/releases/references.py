"""References: how a release is found by one, found again without one, and given the next."""

import difflib
import itertools
import re
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.errors import BadInput, NotFound
from mailer.models import Edition, Office, Release, ReleaseKind, Revision
from mailer.releases.manuscripts.reading import EditionDraft
from mailer.releases.numbering import read_pattern

#: So many of the latest references are looked through for the one that was meant.
LOOKED_THROUGH = 1000


def find(session: Session, reference: str) -> Release | None:
    """The release of that reference, however its letters are cased."""
    same = sa.func.lower(Release.reference) == reference.strip().lower()
    return session.exec(select(Release).where(same)).first()


def found(session: Session, reference: str) -> Release:
    """The release of that reference; NotFound names the nearest one."""
    if (release := find(session, reference)) is None:
        hint = f"{nearest(session, reference)}`mailer releases list` shows them all"
        raise NotFound(f"there is no release {reference!r}: {hint}")
    return release


def nearest(session: Session, reference: str, *, but: str = "") -> str:
    """Which reference was probably meant, as the begin of a sentence; empty when none is near."""
    printing = find_printed(session, reference)
    if printing and printing.reference != but:
        return f"an edition of {printing.reference} prints it; "
    latest = select(Release.reference).where(Release.reference != but)
    known = session.exec(latest.order_by(col(Release.id).desc()).limit(LOOKED_THROUGH)).all()
    by_word = {one.lower(): one for one in known}
    near = difflib.get_close_matches(reference.strip().lower(), by_word, n=1)
    return f"did you mean {by_word[near[0]]}? " if near else ""


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


def printed_reference(reference: str, *, language: str, revision: int) -> str:
    """The reference as a message prints it: one for all editions, with the language behind it and,
    from the second on, the number of the revision, so that it tells one text from any other.
    """
    again = f"-{revision}" if revision > 1 else ""
    return f"{reference}-{language.lower()}{again}"


def find_printed(session: Session, printed: str) -> Release | None:
    """The release whose messages print that reference, with a language and a revision behind it."""
    text = re.sub(r"-[0-9]+\Z", "", printed.strip().lower())
    parts = text.split("-")
    for end in range(len(parts) - 1, 0, -1):
        release = find(session, "-".join(parts[:end]))
        if release and "-".join(parts[end:]) in _languages(session, release):
            return release
    return None


def _languages(session: Session, release: Release) -> set[str]:
    ours = select(Edition.language).where(Edition.release_id == release.id)
    return {language.lower() for language in session.exec(ours)}


def refuse_printed(session: Session, reference: str) -> None:
    """Raises BadInput for a reference that another release prints on one of its editions."""
    if other := find_printed(session, reference):
        raise BadInput(
            f"reference {reference} is what an edition of release {other.reference} prints: give"
            f" {other.reference} for another text of it, or another reference"
        )


def next_reference(session: Session, office: Office, *, day: date) -> str:
    """The number after the highest of its time by the office's pattern, such as 2026-014.

    None is given twice: a release is never deleted, and its reference never changes. Whoever asks
    holds the office's row until the release is written.
    """
    pattern = read_pattern(office.reference_pattern)
    begin_alike = sa.func.lower(Release.reference).startswith(
        pattern.beginning(day).lower(), autoescape=True
    )
    given = session.exec(select(Release.reference).where(begin_alike))
    numbers = (pattern.number(reference, day=day) for reference in given)
    highest = max((number for number in numbers if number is not None), default=0)
    following = (pattern.reference(number, day=day) for number in itertools.count(highest + 1))
    return next(free for free in following if find(session, free) is None)
