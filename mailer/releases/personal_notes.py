"""A few words of the officer to one recipient of a release, above its text (J7). They belong to an
address, are frozen with the audience, and go when the address is erased.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts.directory import find_address
from mailer.errors import BadInput, NotFound
from mailer.models import Address, PersonalNote, Role
from mailer.models.ending import lasts
from mailer.releases.references import found

#: A longer text is no note: it would stand before the release of one reader, and hide it.
LONGEST = 4000


@dataclass(frozen=True)
class NoteLine:
    """One note of a release."""

    address_id: int
    address: str
    text: str
    written_by: str
    written_at: datetime


def notes_of(session: Session, reference: str) -> list[NoteLine]:
    """All notes of that release, by address. Raises NotFound when there is no such release."""
    rows = session.exec(
        select(PersonalNote, Address.email)
        .join(Address, col(Address.id) == PersonalNote.address_id)
        .where(PersonalNote.release_id == found(session, reference).id)
        .order_by(col(Address.normalised))
    )
    return [
        NoteLine(row.address_id, email, row.text, row.created_by, row.created_at)
        for row, email in rows
    ]


@dataclass(frozen=True)
class Notes:
    """The notes of a release, as a fan-out takes them."""

    #: By the number of the address.
    by_address: dict[int, str] = field(default_factory=dict)
    #: By the number of the person, where she has gone from that address since it was written.
    by_person: dict[int, str] = field(default_factory=dict)

    def to(self, *, address_id: int, journalist_id: int | None) -> str:
        """The note to that reader; empty: none."""
        return self.by_address.get(address_id) or self.by_person.get(journalist_id or 0, "")


def notes_for(session: Session, release_id: int, *, today: date) -> Notes:
    """Who gets which note. It goes along with whom it was written to, and never to a successor."""
    rows = session.exec(select(PersonalNote).where(PersonalNote.release_id == release_id)).all()
    notes = Notes()
    if not rows:
        return notes
    jobs = session.exec(
        select(Role).where(col(Role.address_id).in_([one.address_id for one in rows]))
    ).all()
    for one in rows:
        there = [job for job in jobs if job.address_id == one.address_id]
        gone = _gone_since(there, one, today=today)
        notes.by_person.update(dict.fromkeys(gone, one.text))
        if not gone:
            notes.by_address[one.address_id] = one.text
    return notes


def _gone_since(jobs: Sequence[Role], note: PersonalNote, *, today: date) -> list[int]:
    """Who read the address when the note was written and has left it, if nobody else read it."""
    written_on = note.created_at.astimezone(UTC).date()
    readers = [
        job
        for job in jobs
        if (job.started_on is None or job.started_on <= written_on)
        and (job.ended_on is None or job.ended_on >= written_on)
    ]
    if any(lasts(job.ended_on, today) for job in readers):
        return []
    return [job.journalist_id for job in readers]


def write_note(session: Session, reference: str, address: str, *, text: str, by: str) -> NoteLine:
    """Write the note for that address, in place of the one there is.

    Raises BadInput for an empty or a long one, NotFound for an unknown release or address.
    """
    told = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not told:
        raise BadInput("a note needs words: to have none, take it away")
    if len(told) > LONGEST:
        raise BadInput(f"the note has {len(told)} characters: at most {LONGEST} stand above a text")
    row = _note(session, reference, address)
    release, known = found(session, reference), _address(session, address)
    if row is None:
        row = PersonalNote(
            release_id=release.id or 0,
            address_id=known.id or 0,
            text=told,
            created_by=by,
            created_at=clock.now(),
        )
    row.text, row.created_by, row.created_at = told, by, clock.now()
    session.add(row)
    session.flush()
    return NoteLine(row.address_id, known.email, row.text, row.created_by, row.created_at)


def remove_note(session: Session, reference: str, address: str) -> None:
    """Take the note for that address away. Raises NotFound when there is none."""
    row = _note(session, reference, address)
    if row is None:
        raise NotFound(
            f"release {reference} has no note for {address}:"
            f" `mailer releases note {reference}` lists those there are"
        )
    session.delete(row)
    session.flush()


def _note(session: Session, reference: str, address: str) -> PersonalNote | None:
    release, known = found(session, reference), _address(session, address)
    return session.exec(
        select(PersonalNote).where(
            PersonalNote.release_id == release.id, PersonalNote.address_id == known.id
        )
    ).first()


def _address(session: Session, address: str) -> Address:
    if (known := find_address(session, address)) is None:
        raise NotFound(f"no contact has the address {address}: `mailer contacts import` brings it")
    return known
