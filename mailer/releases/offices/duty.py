"""The duty rota: who answers for every release that names the duty, hour by hour."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session, col, select

from mailer.errors import BadInput, NotFound, Refused
from mailer.languages import closest
from mailer.models import DutyShift, Office, PressContact
from mailer.releases.offices.press_contacts import find_press_contact

#: A longer shift is a slip of the pen in the year or the month.
LONGEST = timedelta(days=62)


@dataclass(frozen=True)
class ShiftLine:
    """A shift of somebody, from one moment to another."""

    id: int
    key: str
    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Stretch:
    """A time in which nobody is on duty, or several are."""

    starts_at: datetime
    ends_at: datetime
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """The rota from now on."""

    now: tuple[str, ...]
    shifts: tuple[ShiftLine, ...]
    #: Between now and the end of the last shift.
    gaps: tuple[Stretch, ...]
    overlaps: tuple[Stretch, ...]
    #: Until when somebody is planned at all; None: nobody is.
    ends_at: datetime | None
    #: Who stands in when nobody is on duty; empty: a release is not sent then.
    fallback: str


def on_duty(session: Session, office: Office, *, at: datetime) -> tuple[PressContact, ...]:
    """Who is on duty at that moment, whoever began first in front; else who stands in, if anybody.

    A shift holds from its first moment until just before its last.
    """
    shifts = (
        select(PressContact)
        .join(DutyShift, col(DutyShift.press_contact_id) == col(PressContact.id))
        .where(DutyShift.office_id == office.id, DutyShift.starts_at <= at, DutyShift.ends_at > at)
        .order_by(col(DutyShift.starts_at), col(DutyShift.id))
    )
    found = tuple(session.exec(shifts)) or named(session, [office.duty_fallback])
    return tuple({contact.id: contact for contact in found}.values())


def named(session: Session, keys: Collection[str]) -> tuple[PressContact, ...]:
    """The press contacts of these keys, in their order; one that is gone is left out."""
    known = session.exec(select(PressContact).where(col(PressContact.key).in_(keys))).all()
    by_key = {contact.key: contact for contact in known}
    return tuple(by_key[key] for key in keys if key in by_key)


def speaking_first(contacts: Sequence[PressContact], language: str) -> tuple[PressContact, ...]:
    """The same, those in front who speak that language."""
    return tuple(sorted(contacts, key=lambda one: closest(language, one.languages) is None))


def add_shift(
    session: Session, office: Office, key: str, *, starts_at: datetime, ends_at: datetime
) -> ShiftLine:
    """Put somebody on duty from one moment to another.

    Raises NotFound for an unknown key, BadInput for an end that is not after the start or far
    from it, Refused when that very contact is on duty in a part of it already.
    """
    contact = find_press_contact(session, key)
    if ends_at <= starts_at:
        raise BadInput("a shift ends after it begins: mend --from or --until")
    if ends_at - starts_at > LONGEST:
        raise BadInput(f"a shift of more than {LONGEST.days} days cannot be meant: check the dates")
    twice = select(DutyShift).where(
        DutyShift.press_contact_id == contact.id,
        DutyShift.starts_at < ends_at,
        DutyShift.ends_at > starts_at,
    )
    if (other := session.exec(twice).first()) is not None:
        raise Refused(
            f"{contact.key} is on duty in a part of that time already, shift {other.id}: `mailer"
            f" duty remove {other.id}` first"
        )
    shift = DutyShift(
        office_id=office.id or 0,
        press_contact_id=contact.id or 0,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    session.add(shift)
    session.flush()
    return _line(shift, contact)


def remove_shift(session: Session, number: int) -> ShiftLine:
    """Take a shift out of the rota; NotFound when there is none of that number."""
    row = session.exec(
        select(DutyShift, PressContact)
        .join(PressContact, col(PressContact.id) == col(DutyShift.press_contact_id))
        .where(DutyShift.id == number)
    ).first()
    if row is None:
        raise NotFound(f"there is no shift {number}: `mailer duty list` shows them all")
    shift, contact = row
    line = _line(shift, contact)
    session.delete(shift)
    session.flush()
    return line


def roster(
    session: Session, office: Office, *, at: datetime, until: datetime | None = None
) -> Roster:
    """The shifts that are not over at that moment, and where nobody or several are on duty."""
    ahead = (
        select(DutyShift, PressContact)
        .join(PressContact, col(PressContact.id) == col(DutyShift.press_contact_id))
        .where(DutyShift.office_id == office.id, DutyShift.ends_at > at)
        .order_by(col(DutyShift.starts_at), col(DutyShift.id))
    )
    every = [_line(*row) for row in session.exec(ahead)]
    shifts = tuple(line for line in every if until is None or line.starts_at < until)
    stretches = list(_stretches(shifts, at=at))
    return Roster(
        now=tuple(contact.key for contact in on_duty(session, office, at=at)),
        shifts=shifts,
        gaps=tuple(one for one in stretches if not one.keys),
        overlaps=tuple(one for one in stretches if len(one.keys) > 1),
        ends_at=max((line.ends_at for line in shifts), default=None),
        fallback=office.duty_fallback,
    )


def _stretches(shifts: Sequence[ShiftLine], *, at: datetime) -> Iterator[Stretch]:
    """The time from that moment on, cut wherever a shift begins or ends."""
    edges = {max(at, edge) for line in shifts for edge in (line.starts_at, line.ends_at)} | {at}
    moments = sorted(edges) if shifts else []
    for begin, end in pairwise(moments):
        keys = tuple(one.key for one in shifts if one.starts_at <= begin and one.ends_at > begin)
        yield Stretch(begin, end, keys)


def _line(shift: DutyShift, contact: PressContact) -> ShiftLine:
    return ShiftLine(
        id=shift.id or 0,
        key=contact.key,
        name=contact.name,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
    )
