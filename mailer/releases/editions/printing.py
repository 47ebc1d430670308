"""The press contacts that are printed on a release, in order."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from mailer.errors import BadInput
from mailer.models import Office, PressContact, Release, ReleaseContact
from mailer.releases.manuscripts.reading import DUTY, ContactRecord, EditionDraft
from mailer.releases.offices.press_contacts import find_press_contact, save_press_contact


def print_contacts(
    session: Session,
    release: Release,
    drafts: Sequence[EditionDraft],
    *,
    source: EditionDraft | None,
    office: Office,
) -> bool:
    """Put the press contacts that the files name on the release; True when that changed anything.

    The word duty among them stands for whoever is on duty when it goes out. The source's list
    replaces what is there, that of a translation only adds to it. Whoever is written out in one of
    the files can be named by key in all of them.
    """
    printed = _printed(session, release)
    before = [contact.model_dump() for contact in printed]
    names_duty = release.names_duty
    release.names_duty = any(DUTY in map(_word, draft.contacts) for draft in drafts) or (
        release.names_duty and not (source and source.contacts)
    )
    in_order = sorted(drafts, key=lambda draft: draft is not source)
    for draft in in_order:
        _save_written_out(session, draft, is_source=draft is source, office=office)
    wanted = [] if source and source.contacts else printed
    for draft in in_order:
        wanted += _named(session, draft, office=office)
    wanted = list({contact.id: contact for contact in wanted}.values())
    _link(session, release, wanted)
    changed = [contact.model_dump() for contact in wanted] != before
    return changed or release.names_duty != names_duty


def _word(entry: str | ContactRecord) -> str:
    return entry.lower() if isinstance(entry, str) else ""


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
            if _word(entry) != DUTY
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
