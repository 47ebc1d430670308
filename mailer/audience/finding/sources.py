"""Where recipients come from, roles and desks, and which column says what about them; and the
stretch of addresses that somebody wants to look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from mailer.models import Address, Desk, Journalist, MediaListEntry, Outlet, Role
from mailer.models.ending import is_lasting

Column = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


def column_of(attribute: Any) -> Column:
    """The column behind a table's attribute, whatever it holds."""
    column: Column = attribute
    return column


@dataclass(frozen=True)
class Source:
    """Roles, or desks."""

    id: Column
    address_id: Column
    ended_on: Column
    languages: Column
    beats: Column
    #: Where the market of the outlet is not known.
    own_country: Column
    do_not_contact: Column
    #: The entries of lists that name such a row.
    entry: Column

    def country(self) -> Column:
        """The market of the outlet; a freelance's own country."""
        return sa.func.coalesce(sa.func.nullif(col(Outlet.country), ""), self.own_country)

    def serves(self, countries: Sequence[str]) -> Condition:
        """Whether its market is one of them, said so that a database can guess how many are."""
        outlets = col(Outlet.country)
        unknown = sa.or_(outlets.is_(None), outlets == "")
        return sa.or_(outlets.in_(countries), sa.and_(unknown, self.own_country.in_(countries)))

    def is_current(self, day: date) -> Condition:
        """Whether the person still has the job, and the desk still exists."""
        return is_lasting(self.ended_on, day)

    def rows(self) -> sa.Join:
        """Roles with their persons, or desks; with their addresses and outlets if there are any."""
        return role_rows() if self is ROLES else desk_rows()


ROLES = Source(
    id=column_of(Role.id),
    address_id=column_of(Role.address_id),
    ended_on=column_of(Role.ended_on),
    languages=column_of(Journalist.languages),
    beats=column_of(Role.beats),
    own_country=column_of(Journalist.country),
    do_not_contact=column_of(Journalist.do_not_contact),
    entry=column_of(MediaListEntry.role_id),
)
DESKS = Source(
    id=column_of(Desk.id),
    address_id=column_of(Desk.address_id),
    ended_on=column_of(Desk.ended_on),
    languages=column_of(Desk.languages),
    beats=column_of(Desk.beats),
    own_country=column_of(Desk.country),
    do_not_contact=column_of(Desk.do_not_contact),
    entry=column_of(MediaListEntry.desk_id),
)


def role_rows() -> sa.Join:
    """Roles with their persons, and their addresses and outlets where there are any."""
    people = sa.join(Role, Journalist, col(Journalist.id) == col(Role.journalist_id))
    addressed = people.outerjoin(Address, col(Address.id) == col(Role.address_id))
    return addressed.outerjoin(Outlet, col(Outlet.id) == col(Role.outlet_id))


def desk_rows() -> sa.Join:
    """Desks with their addresses and outlets."""
    addressed = sa.join(Desk, Address, col(Address.id) == col(Desk.address_id))
    return addressed.join(Outlet, col(Outlet.id) == col(Desk.outlet_id))


@dataclass(frozen=True)
class Reach:
    """The addresses that are looked at: all, those that are named, or some hundred by number.

    A page, or a preview for one, need not read all contacts.
    """

    named: Sequence[str] = ()
    #: The numbers of the addresses of a page.
    among: Sequence[int] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all addresses are looked at."""
        return not self.named and self.among is None

    def holds(self, address_id: Column) -> Condition:
        """Whether it is one of them."""
        if self.among is not None:
            return address_id.in_(self.among)
        if self.named:
            numbers = sa.select(col(Address.id)).where(col(Address.normalised).in_(self.named))
            return address_id.in_(numbers)
        return sa.true()

    def holds_near(self, address_id: Column) -> Condition:
        """Whether it is one of them, or one at which somebody who reads there has another job.

        Which of a person's addresses is open decides where she gets it.
        """
        if self.among is None:
            return self.holds(address_id)
        other = aliased(Role)
        theirs = sa.select(col(other.address_id)).where(
            self.holds_person(column_of(other.journalist_id)), col(other.address_id).is_not(None)
        )
        here = sa.select(col(Address.id)).where(self.holds(column_of(Address.id)))
        # As one list of numbers: with an OR no database would take an index.
        return address_id.in_(sa.union(here, theirs))

    def holds_role(self) -> Condition:
        """Whether a role is at such an address, or its person has, or had, one there."""
        if self.is_whole:
            return sa.true()
        role = aliased(Role)
        near = sa.select(col(role.id)).where(self.holds_near(column_of(role.address_id)))
        person = aliased(Role)
        theirs = sa.select(col(person.id)).where(self.holds_person(column_of(person.journalist_id)))
        return col(Role.id).in_(sa.union(near, theirs))

    def holds_person(self, journalist_id: Column) -> Condition:
        """Whether a person has, or had, a job at one of them."""
        if self.is_whole:
            return sa.true()
        role = aliased(Role)
        inside = sa.select(col(role.journalist_id)).where(self.holds(column_of(role.address_id)))
        return journalist_id.in_(inside)
