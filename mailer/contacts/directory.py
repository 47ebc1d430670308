"""The address book by address: finding one, adding one, and the card of all that we hold on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from mailer import addresses
from mailer.addresses import MailAddress
from mailer.contacts import suppressions
from mailer.contacts.inserting import chunked, insert_missing
from mailer.contacts.wishes import Wishes, wishes_of
from mailer.database import among
from mailer.errors import NotFound
from mailer.models import (
    Address,
    AddressState,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    Outlet,
    Role,
)
from mailer.models.ending import is_lasting, lasts
from mailer.tokens import Keyring


@dataclass(frozen=True)
class RoleCard:
    """A person's job, as `contacts show` tells it."""

    journalist_id: int
    role_id: int
    name: str
    job_title: str
    outlet: str
    country: str
    languages: list[str]
    beats: list[str]
    do_not_contact: bool
    ended_on: date | None
    lists: list[str]
    #: When the person was told that we hold her data; None: the next message tells it.
    informed_at: datetime | None
    wishes: Wishes
    #: Where she reads in that job; empty for no address.
    email: str = ""
    #: Whether no market of the outlet is known, so that the person's own country counts.
    is_own_country: bool = False

    def lasts(self, today: date) -> bool:
        """Whether she has the job on that day."""
        return lasts(self.ended_on, today)


@dataclass(frozen=True)
class DeskCard:
    """A desk, as `contacts show` tells it."""

    desk_id: int
    name: str
    outlet: str
    country: str
    languages: list[str]
    beats: list[str]
    do_not_contact: bool
    ended_on: date | None
    lists: list[str]
    informed_at: datetime | None
    wishes: Wishes
    #: Whether no market of the outlet is known, so that the desk's own country counts.
    is_own_country: bool = False

    def lasts(self, today: date) -> bool:
        """Whether the desk is open on that day."""
        return lasts(self.ended_on, today)


@dataclass(frozen=True)
class ContactCard:
    """All that stands behind one address; private notes are not on it."""

    email: str
    normalised: str
    state: AddressState
    state_reason: str
    state_changed_at: datetime | None
    roles: tuple[RoleCard, ...]
    desks: tuple[DeskCard, ...]


def add_address(session: Session, text: str, *, keyring: Keyring) -> Address:
    """The row of that address, found or added; a suppressed one is born suppressed.

    Raises BadInput for what is no address.
    """
    read = addresses.parse(text)
    return add_addresses(session, [read], keyring=keyring)[read.normalised]


def add_addresses(
    session: Session, given: list[MailAddress], *, keyring: Keyring
) -> dict[str, Address]:
    """The rows of those addresses by normalised spelling, found or added, in few statements."""
    found = find_addresses(session, [read.normalised for read in given])
    missing = {read.normalised: read for read in given if read.normalised not in found}
    if not missing:
        return found
    reasons = suppressions.reasons_among(session, list(missing), keyring=keyring)
    rows = [
        {"email": read.typed, "normalised": normalised, "domain": read.domain}
        | suppressions.born_state(reasons.get(normalised))
        for normalised, read in missing.items()
    ]
    insert_missing(session, Address, rows)
    return found | find_addresses(session, list(missing))


def find_address(session: Session, text: str) -> Address | None:
    """The row of that address, if there is one. Raises BadInput for what is no address."""
    normalised = addresses.parse(text).normalised
    return session.exec(select(Address).where(Address.normalised == normalised)).first()


def find_addresses(session: Session, normalised: list[str]) -> dict[str, Address]:
    """The rows of those addresses that are known, by normalised spelling."""
    return {
        row.normalised: row
        for chunk in chunked(normalised)
        for row in session.exec(
            select(Address).where(among(session, col(Address.normalised), chunk))
        )
    }


@dataclass(frozen=True)
class Elsewhere:
    """A present job of somebody who reads, or has read, another address too."""

    journalist_id: int
    name: str
    email: str


def reachable_elsewhere(session: Session, text: str, *, today: date) -> list[Elsewhere]:
    """Where those who read that address, or have read it in a job that is over, read mail besides.

    Raises BadInput for what is no address.
    """
    address = find_address(session, text)
    if address is None:
        return []
    readers = select(Role.journalist_id).where(Role.address_id == address.id)
    rows = session.exec(
        select(Journalist, Address.email)
        .join(Role, col(Role.journalist_id) == col(Journalist.id))
        .join(Address, col(Address.id) == Role.address_id)
        .where(
            col(Role.journalist_id).in_(readers),
            Role.address_id != address.id,
            is_lasting(col(Role.ended_on), today),
            col(Journalist.do_not_contact).is_(False),
            col(Address.state).in_((AddressState.OK, AddressState.SOFT)),
        )
        .order_by(col(Role.id))
    )
    return [Elsewhere(person.id or 0, person.full_name, email) for person, email in rows]


def describe(session: Session, text: str) -> ContactCard:
    """Everything we hold on an address: who reads it, where, on which lists, in which state.

    Raises NotFound for an address that we do not know.
    """
    address = find_address(session, text)
    if address is None:
        raise NotFound(f"nobody is known at {text}: see `mailer contacts import`")
    return ContactCard(
        email=address.email,
        normalised=address.normalised,
        state=address.state,
        state_reason=address.state_reason,
        state_changed_at=address.state_changed_at,
        roles=_roles(session, address),
        desks=_desks(session, address),
    )


def _roles(session: Session, address: Address) -> tuple[RoleCard, ...]:
    # All the jobs of the people who read this address, those at other addresses too.
    readers = select(Role.journalist_id).where(Role.address_id == address.id)
    rows: Sequence[tuple[Role, Journalist, Outlet | None, str | None]] = session.exec(
        select(Role, Journalist, Outlet, Address.email)
        .join(Journalist, col(Journalist.id) == Role.journalist_id)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .outerjoin(Address, col(Address.id) == Role.address_id)
        .where(col(Role.journalist_id).in_(readers))
        .order_by(col(Role.id))
    ).all()
    lists = _lists(session, col(MediaListEntry.role_id), [role.id or 0 for role, *_ in rows])
    return tuple(
        RoleCard(
            journalist_id=role.journalist_id,
            role_id=role.id or 0,
            name=person.full_name,
            job_title=role.job_title,
            outlet=outlet.name if outlet else "",
            **_country(person.country, outlet),
            languages=person.languages,
            beats=role.beats,
            do_not_contact=person.do_not_contact,
            ended_on=role.ended_on,
            lists=lists.get(role.id or 0, []),
            informed_at=person.informed_at,
            wishes=wishes_of(person),
            email=email or "",
        )
        for role, person, outlet, email in rows
    )


def _country(own: str, outlet: Outlet | None) -> dict[str, Any]:
    """The country by which criteria find a contact: the outlet's market, else their own."""
    market = outlet.country if outlet else ""
    return {"country": market or own, "is_own_country": bool(own) and not market}


def _desks(session: Session, address: Address) -> tuple[DeskCard, ...]:
    rows = session.exec(
        select(Desk, Outlet)
        .join(Outlet, col(Outlet.id) == Desk.outlet_id)
        .where(Desk.address_id == address.id)
        .order_by(col(Desk.id))
    ).all()
    lists = _lists(session, col(MediaListEntry.desk_id), [desk.id or 0 for desk, _ in rows])
    return tuple(
        DeskCard(
            desk_id=desk.id or 0,
            name=desk.name,
            outlet=outlet.name,
            **_country(desk.country, outlet),
            languages=desk.languages,
            beats=desk.beats,
            do_not_contact=desk.do_not_contact,
            ended_on=desk.ended_on,
            lists=lists.get(desk.id or 0, []),
            informed_at=desk.informed_at,
            wishes=wishes_of(desk),
        )
        for desk, outlet in rows
    )


def _lists(session: Session, member: Mapped[int | None], ids: list[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    rows = session.execute(
        sa.select(member, col(MediaList.name))
        .join(MediaList, col(MediaList.id) == col(MediaListEntry.list_id))
        .where(member.in_(ids))
        .order_by(col(MediaList.name))
    )
    for member_id, name in rows:
        names.setdefault(member_id, []).append(name)
    return names
