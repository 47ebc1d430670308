"""The occasions of a release: what the press is invited to. A row stays the same row, known to a
calendar by the same number, when its date moves or it is called off: whoever has it is told so.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlmodel import Session, col, select

from mailer import clock
from mailer.errors import BadInput
from mailer.languages import closest
from mailer.models import Distribution, Occasion, Office, Release
from mailer.releases.manuscripts.occasions import LAST_MINUTE, OccasionDraft, PartDraft
from mailer.releases.manuscripts.reading import EditionDraft

#: What a calendar holds of an occasion, beside whether it is called off.
SHOWN: Final = (
    *("title", "place", "starts_at", "ends_at", "zone", "is_open_to_press"),
    *("parts", "accreditation", "wordings"),
)


def print_occasions(
    session: Session,
    release: Release,
    drafts: Sequence[EditionDraft],
    *,
    source: EditionDraft | None,
    office: Office,
) -> bool:
    """Put the occasions of the source's file on the release; True when that changed anything.

    While there are none, those of a translation do. Of what went out nothing is taken away: an
    occasion that the file does not name any more is called off.
    """
    ours = select(Occasion).where(Occasion.release_id == release.id)
    rows = list(session.exec(ours.order_by(col(Occasion.position), col(Occasion.id))))
    giving = source if source and source.occasions else None
    if giving is None and not rows:
        giving = next((draft for draft in drafts if draft.occasions), None)
    if giving is None:
        return False
    before = [row.model_dump() for row in rows]
    wanted = [(one, _values(one, giving.file, office)) for one in giving.occasions]
    now = clock.now()
    kept = []
    for row, (draft, values) in _paired(rows, wanted):
        one = row or Occasion(release_id=release.id or 0, uid=str(uuid4()), **values)
        _change(one, values, is_cancelled=draft.is_cancelled, at=now)
        kept.append(one)
    kept += _let_go(session, release, [row for row in rows if row not in kept], at=now)
    for position, one in enumerate(kept):
        one.position = position
    session.add_all(kept)
    session.flush()
    return [row.model_dump() for row in kept] != before


class Said(NamedTuple):
    """Words of an occasion, and the language that they really are in."""

    words: str
    language: str


def said_in(
    languages: Sequence[str], plain: str, occasion: Occasion, *, source_language: str
) -> Said:
    """What a title, a place or a category of that occasion is called in the first of the languages
    that has a word for it; else as it is.
    """
    spoken = occasion.wordings.get(plain, {})
    for language in languages:
        if match := closest(language, spoken):
            return Said(spoken[match], match)
    own = next((tag for tag, words in spoken.items() if words == plain), source_language)
    return Said(plain, own)


def is_whole_day(occasion: Occasion) -> bool:
    """Whether it lasts from the first to the last minute of its days, on the clock of its place."""
    place = clock.zone(occasion.zone)
    ends_at = occasion.ends_at and occasion.ends_at.astimezone(place).time()
    return occasion.starts_at.astimezone(place).time() == time.min and (
        ends_at is None or ends_at == LAST_MINUTE
    )


def _paired(
    rows: Sequence[Occasion], wanted: Sequence[tuple[OccasionDraft, dict[str, Any]]]
) -> Iterator[tuple[Occasion | None, tuple[OccasionDraft, dict[str, Any]]]]:
    """Each wanted one with the row that it is: by its title, else by its start, else by order."""
    left, found = list(rows), dict[int, Occasion]()
    for same in ("title", "starts_at", ""):
        for number, (_, values) in enumerate(wanted):
            if number in found:
                continue
            matching = (row for row in left if not same or getattr(row, same) == values[same])
            if (row := next(matching, None)) is not None:
                found[number] = row
                left.remove(row)
    for number, one in enumerate(wanted):
        yield found.get(number), one


def _change(
    row: Occasion, values: dict[str, Any], *, is_cancelled: bool | None, at: datetime
) -> None:
    """Set what the file says; what a calendar shows of it is counted (RFC 5545 section 3.8.7.4)."""
    was_cancelled = row.cancelled_at is not None
    is_cancelled = was_cancelled if is_cancelled is None else is_cancelled
    is_new = row.id is None
    has_changed = is_cancelled is not was_cancelled or any(
        getattr(row, name) != values[name] for name in SHOWN
    )
    row.sqlmodel_update(values)
    row.uid = row.uid or str(uuid4())
    if is_cancelled is not was_cancelled:
        row.cancelled_at = at if is_cancelled else None
    if has_changed or is_new:
        row.changed_at = at
        row.sequence += 0 if is_new else 1


def _let_go(
    session: Session, release: Release, rows: Sequence[Occasion], *, at: datetime
) -> Iterator[Occasion]:
    """Take away what nobody has heard of; the others are called off, and stand last."""
    gone_out = select(Distribution.id).where(
        Distribution.release_id == release.id, col(Distribution.fanned_out_at).is_not(None)
    )
    if rows and session.exec(gone_out).first() is None:
        for row in rows:
            session.delete(row)
        return
    for row in rows:
        shown = {name: getattr(row, name) for name in SHOWN}
        _change(row, shown, is_cancelled=True, at=at)
        yield row


def _values(draft: OccasionDraft, file: str, office: Office) -> dict[str, Any]:
    """Its columns. Raises BadInput for times that are none, or in the wrong order."""
    zone = draft.zone or office.zone
    try:
        starts_at, ends_at = _span(draft, zone=zone)
        parts = [_part(one, zone=zone) for one in draft.parts]
        deadlines = {
            category: _utc(moment, zone=zone).isoformat()
            for category, moment in draft.accreditation
        }
    except BadInput as wrong:
        raise BadInput(f"{file}: occasions: {draft.title}: {wrong}") from wrong
    return {
        "title": draft.title,
        "place": draft.place,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "zone": zone,
        "is_open_to_press": draft.is_open_to_press,
        "parts": parts,
        "accreditation": deadlines,
        "wordings": draft.wordings,
    }


def _part(draft: PartDraft, *, zone: str) -> dict[str, Any]:
    starts_at, ends_at = _span(draft, zone=zone)
    return {
        "title": draft.title,
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat() if ends_at else None,
        "is_open_to_press": draft.is_open_to_press,
    }


def _span(draft: OccasionDraft | PartDraft, *, zone: str) -> tuple[datetime, datetime | None]:
    starts_at = _utc(draft.starts, zone=zone)
    ends_at = _utc(draft.ends, zone=zone) if draft.ends else None
    if ends_at and ends_at < starts_at:
        raise BadInput(f"{draft.title} ends before it starts: mend one of both")
    return starts_at, ends_at


def _utc(moment: datetime, *, zone: str) -> datetime:
    return clock.localise(moment, zone_name=zone).astimezone(UTC)
