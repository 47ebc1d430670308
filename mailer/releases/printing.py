"""What is printed on a release beside its text: the press contacts, in order, and the occasions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from mailer import clock
from mailer.errors import BadInput
from mailer.models import Occasion, Office, PressContact, Release, ReleaseContact
from mailer.releases.manuscripts.reading import EditionDraft, OccasionDraft
from mailer.releases.offices import find_press_contact, save_press_contact


def print_contacts(
    session: Session,
    release: Release,
    drafts: Sequence[EditionDraft],
    *,
    source: EditionDraft | None,
    office: Office,
) -> bool:
    """Put the press contacts that the files name on the release; True when that changed anything.

    The source's list replaces what is there, that of a translation only adds to it. Whoever is
    written out in one of the files can be named by key in all of them.
    """
    printed = _printed(session, release)
    before = [contact.model_dump() for contact in printed]
    in_order = sorted(drafts, key=lambda draft: draft is not source)
    for draft in in_order:
        _save_written_out(session, draft, is_source=draft is source, office=office)
    wanted = [] if source and source.contacts else printed
    for draft in in_order:
        wanted += _named(session, draft, office=office)
    wanted = list({contact.id: contact for contact in wanted}.values())
    _link(session, release, wanted)
    return [contact.model_dump() for contact in wanted] != before


def _printed(session: Session, release: Release) -> list[PressContact]:
    linked = select(PressContact).join(ReleaseContact)
    ours = linked.where(ReleaseContact.release_id == release.id)
    return list(session.exec(ours.order_by(col(ReleaseContact.position))))


def _save_written_out(
    session: Session, draft: EditionDraft, *, is_source: bool, office: Office
) -> None:
    """The source's word counts; a translation, whose roles are translated too, fills gaps."""
    for entry in draft.contacts:
        if not isinstance(entry, str):
            save_press_contact(session, entry, office=office, only_gaps=not is_source)


def _named(session: Session, draft: EditionDraft, *, office: Office) -> list[PressContact]:
    try:
        return [
            find_press_contact(session, entry)
            if isinstance(entry, str)
            else save_press_contact(session, entry, office=office, only_gaps=True)
            for entry in draft.contacts
        ]
    except BadInput as wrong:
        raise BadInput(f"{draft.file}: contacts: {wrong}") from wrong


def _link(session: Session, release: Release, wanted: Sequence[PressContact]) -> None:
    links = select(ReleaseContact).where(ReleaseContact.release_id == release.id)
    there = {link.press_contact_id: link for link in session.exec(links)}
    for position, contact in enumerate(wanted):
        link = there.pop(contact.id or 0, None) or ReleaseContact(
            release_id=release.id or 0, press_contact_id=contact.id or 0
        )
        link.position = position
        session.add(link)
    for no_longer in there.values():
        session.delete(no_longer)
    session.flush()


def print_occasions(
    session: Session,
    release: Release,
    drafts: Sequence[EditionDraft],
    *,
    source: EditionDraft | None,
    office: Office,
) -> bool:
    """Put the occasions of the source's file on the release; True when that changed anything.

    While there are none, those of a translation do. A row stays the same row when its date moves:
    a calendar that has it can be told so.
    """
    ours = select(Occasion).where(Occasion.release_id == release.id)
    rows = list(session.exec(ours.order_by(col(Occasion.position), col(Occasion.id))))
    giving = source if source and source.occasions else None
    if giving is None and not rows:
        giving = next((draft for draft in drafts if draft.occasions), None)
    if giving is None:
        return False
    before = [row.model_dump() for row in rows]
    wanted = [_values(draft, file=giving.file, office=office) for draft in giving.occasions]
    for no_longer in rows[len(wanted) :]:
        session.delete(no_longer)
    now = []
    for position, values in enumerate(wanted):
        row = (
            rows[position]
            if position < len(rows)
            else Occasion(release_id=release.id or 0, **values)
        )
        now.append(row.sqlmodel_update(values | {"position": position}))
    session.add_all(now)
    session.flush()
    return [row.model_dump() for row in now] != before


def _values(draft: OccasionDraft, *, file: str, office: Office) -> dict[str, Any]:
    zone = draft.zone or office.zone
    try:
        starts_at = _utc(draft.starts, zone=zone)
        ends_at = _utc(draft.ends, zone=zone) if draft.ends else None
    except BadInput as wrong:
        raise BadInput(f"{file}: occasions: {draft.title}: {wrong}") from wrong
    if ends_at and ends_at < starts_at:
        raise BadInput(f"{file}: occasions: {draft.title} ends before it starts: mend one of both")
    return {
        "title": draft.title,
        "place": draft.place,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "zone": zone,
        "is_open_to_press": draft.is_open_to_press,
    }


def _utc(moment: datetime, *, zone: str) -> datetime:
    return clock.localise(moment, zone_name=zone).astimezone(UTC)
