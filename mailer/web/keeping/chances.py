"""Why a contact would get a release, or not: in the words of the audience and of the plan."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from mailer import clock, languages
from mailer.audience import selection
from mailer.audience.candidates import Candidate
from mailer.audience.criteria import Criteria
from mailer.audience.selection import LeftOut
from mailer.audience.terms import Key, Term
from mailer.distribution.planning import plan
from mailer.distribution.planning.rules import PlannedDelivery
from mailer.releases.editions import FullRelease
from mailer.tokens import Keyring
from mailer.web.keeping.cards import Contact


@dataclass(frozen=True)
class Chance:
    """What becomes of one address."""

    gets_it: bool
    email: str
    #: Who reads it there: others may share the address.
    name: str
    why: str


def chances(
    session: Session, contact: Contact, *, full: FullRelease | None, keyring: Keyring
) -> list[Chance]:
    """What keeps mail from the contact's present addresses; under the rules of a release if given.

    It is as if the criteria named the addresses: whether criteria find them is another matter.
    """
    emails = [job.address.normalised for job in contact.current if job.address is not None]
    if not emails:
        told = "has no e-mail address" if contact.current else "has no job now"
        return [Chance(gets_it=False, email="", name=contact.name, why=told)]
    wanted = tuple(Term(Key.ADDRESS, email) for email in dict.fromkeys(emails))
    criteria = Criteria(wanted=wanted)
    found = (
        _of_any(session, criteria, contact)
        if full is None
        else _of_release(session, criteria, full, keyring=keyring)
    )
    return list(found)


def _of_any(session: Session, criteria: Criteria, contact: Contact) -> Iterator[Chance]:
    found = selection.select(session, criteria, at=clock.now())
    for one in found.recipients:
        told = "nothing keeps mail away"
        if without := list(_parts(contact, one)):
            told = f"gets releases, but not all: {'; '.join(without)}"
        yield Chance(gets_it=True, email=one.email, name=one.name, why=told)
    yield from map(_left_out, found.left_out)


def _parts(contact: Contact, reader: Candidate) -> Iterator[str]:
    """What does not come to that address: what was left or closed there, and what the same person
    left at another one.
    """
    is_the_contact = not contact.whose.is_desk and reader.journalist_id == contact.row.id
    for box in contact.mailboxes:
        if box.address.id == reader.address_id:
            yield from (*box.leaves, *box.closings)
        elif is_the_contact:
            yield from (f"{left} at {box.address.email}" for left in box.leaves)


def _of_release(
    session: Session, criteria: Criteria, full: FullRelease, *, keyring: Keyring
) -> Iterator[Chance]:
    planned = plan(session, full, criteria, at=clock.now(), keyring=keyring)
    yield from map(_planned, planned.planned)
    yield from map(_left_out, planned.left_out)


def _planned(one: PlannedDelivery) -> Chance:
    told = "; ".join(
        f"{what} in {languages.name(choice.language, written_in='en')}: {choice.rule}"
        for what, choice in (("text", one.edition), ("cover", one.cover))
    )
    return Chance(gets_it=True, email=one.recipient.email, name=one.recipient.name, why=told)


def _left_out(one: LeftOut) -> Chance:
    return Chance(gets_it=False, email=one.email, name=one.name, why=one.reason)
