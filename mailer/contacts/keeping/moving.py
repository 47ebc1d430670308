"""A journalist goes to another outlet (F6).

What is hers goes with her: preferences, flags and consent stand on the person, and a leave at the
address that she gives up holds for the new one. What was the job's stays behind: lists hold roles.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from mailer.contacts import history, media_lists
from mailer.contacts.directory import add_address, find_address
from mailer.contacts.history import operation
from mailer.contacts.keeping.leaves import follow
from mailer.contacts.keeping.leaving import Moved, end, lists_of
from mailer.contacts.keeping.people import FREELANCE, Job, jobs_of
from mailer.contacts.lengths import refuse_long
from mailer.contacts.outlets import find_outlets
from mailer.contacts.places import parse_country
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput
from mailer.models import (
    Address,
    AddressState,
    Journalist,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
)
from mailer.tokens import Keyring


class SeveralOutlets(BadInput):
    """One name in several markets."""

    def __init__(self, name: str, markets: list[str]) -> None:
        self.markets = markets
        told = ", ".join(market or "none" for market in markets)
        super().__init__(f"there are several {name!r}: say which with --country: {told}")


class UnknownOutlet(BadInput):
    """A name that no outlet has."""

    def __init__(self, name: str, nearest: str) -> None:
        self.nearest = nearest
        super().__init__(f"there is no outlet {name!r}: {nearest} --new-outlet makes it")


@dataclass(frozen=True)
class NewJob:
    """Where she goes; no outlet is a freelance's."""

    outlet: Outlet | None
    email: str = ""
    job_title: str = ""
    #: Whether the new job stands on the lists of the old one.
    keeps_lists: bool = False


def move(
    session: Session,
    person: Journalist,
    to: NewJob,
    *,
    leaving: Job,
    on: date,
    keyring: Keyring,
    source: str,
    officer_id: int | None = None,
) -> Moved:
    """End that job and begin the new one on the same day. The caller commits.

    Raises BadInput for what is no address, and Refused for one whose owner was erased.
    """
    there = to.outlet.name if to.outlet else FREELANCE
    note = f"{person.full_name} goes from {leaving.at} to {there}"
    with operation(
        session, OperationKind.MOVE, source=source, officer_id=officer_id, note=note
    ) as recording:
        closed, address = _closed_and_address(session, leaving, to, keyring=keyring, source=source)
        new = _begun(leaving.role, to, address=address, on=on)
        lists = lists_of(session, MediaListEntry.role_id, leaving.role.id)
        end(leaving.role, on)
        session.add(new)
        session.flush()
        kept = lists if to.keeps_lists else ()
        media_lists.add_entries(session, [(one.id or 0, new.id, None) for one in kept])
    return Moved(
        operation_id=recording.id,
        name=person.full_name,
        left=leaving.at,
        ended_on=on,
        lists_left=tuple(one.name for one in lists),
        lists_kept=tuple(one.name for one in kept),
        new=there,
        email=to.email,
        closed=closed or (_closed(address) if address else ""),
        is_reachable=_is_reachable(session, person, on),
    )


def _is_reachable(session: Session, person: Journalist, on: date) -> bool:
    """Whether any job of hers that lasts has an address."""
    return any(job.role.address_id and job.is_current(on) for job in jobs_of(session, person))


def _closed_and_address(
    session: Session, leaving: Job, to: NewJob, *, keyring: Keyring, source: str
) -> tuple[str, Address | None]:
    """Why nobody may write to her new address, and that; what holds at the old one goes with her.

    The address is looked up last: it is born closed then.
    """
    if not to.email:
        return "", None
    closed = follow(session, leaving.role, to.email, keyring=keyring, source=source)
    return closed, _address(session, to.email, keyring=keyring)


def _begun(left: Role, to: NewJob, *, address: Address | None, on: date) -> Role:
    """The new job: what she writes about goes with her."""
    return Role(
        journalist_id=left.journalist_id,
        outlet_id=to.outlet.id if to.outlet else None,
        job_title=to.job_title,
        beats=list(left.beats),
        address_id=address.id if address else None,
        is_primary=left.is_primary,
        started_on=on,
    )


def find_outlet(session: Session, name: str, *, country: str = "", is_new: bool = False) -> Outlet:
    """The outlet of that name, and market where there are several; made if it `is_new`.

    Raises UnknownOutlet with the nearest name, SeveralOutlets with their markets.
    """
    code = parse_country(country) if country else ""
    found = find_outlets(session, [name]).get(spelling(name), [])
    found = [outlet for outlet in found if not code or outlet.country == code]
    if len(found) == 1:
        return found[0]
    if found:
        raise SeveralOutlets(name, [outlet.country for outlet in found])
    if is_new:
        refuse_long(name, called="the name of the outlet")
        outlet = Outlet(name=" ".join(name.split()), country=code)
        session.add(outlet)
        return outlet
    known = session.exec(select(Outlet.name)).all()
    raise UnknownOutlet(name, did_you_mean(name, known))


def _address(session: Session, email: str, *, keyring: Keyring) -> Address:
    """The row of the new address, and the history of it if it is new."""
    is_new = find_address(session, email) is None
    address = add_address(session, email, keyring=keyring)
    if is_new:
        history.note_added(session, Address, [address.id or 0])
    return address


def _closed(address: Address) -> str:
    is_closed = address.state not in (AddressState.OK, AddressState.SOFT)
    return address.state_reason or address.state.value if is_closed else ""
