"""Finds contacts as the office looks for them: by a part of a name, an outlet or an address."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.contacts.holders import holders_of
from mailer.contacts.looking import mentions
from mailer.errors import BadInput
from mailer.models import AddressState, Desk, Role
from mailer.web.contact_lines import desks, roles, roles_among

#: Each word makes the query longer, and databases read only so long a one.
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Place:
    """Where a line stands: by the family name, or that of the desk; then by the given name."""

    name: str
    given: str
    address_id: int


@dataclass(frozen=True)
class Person:
    """One line of the list: a journalist in one role, or a desk."""

    address_id: int
    #: Of the journalist, or of the desk.
    number: int
    email: str
    name: str
    #: The same as the list is sorted: the family name first.
    listed: str
    #: As the database sorts it; the next page begins after it.
    place: Place
    work: str
    outlet: str
    country: str
    languages: tuple[str, ...]
    state: AddressState
    is_desk: bool
    do_not_contact: bool


@dataclass(frozen=True)
class Search:
    """The contacts in whose line every word is found somewhere."""

    session: Session
    words: str
    #: People and desks, each as a query of their lines.
    kinds: tuple[sa.Select[Any], ...]

    def people(self, *, limit: int, after: Place | None = None) -> list[Person]:
        """The next of them in the order of family names.

        People and desks are read each in their order and no further than they are shown: an index
        leads through a million of them.
        """
        either = [
            sa.select(_next(kind.subquery(), self.words, limit=limit, after=after).subquery())
            for kind in self.kinds
        ]
        lines = sa.union_all(*either).subquery()
        query = sa.select(lines).order_by(*_order(lines)).limit(limit)
        return [_person(row) for row in self.session.execute(query).mappings()]

    def count(self, *, at_most: int) -> int:
        """How many they are; who counts no further than that need not read a million lines."""
        found = 0
        for kind in self.kinds:
            some = _fitting(kind.subquery(), self.words).limit(at_most - found).subquery()
            found += self.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
        return found


def search(session: Session, words: str) -> Search:
    """Look for contacts. Words are looked for before, since few or none may hold them.

    Raises BadInput for a search that is too long.
    """
    if len(words) > LONGEST_SEARCH:
        raise BadInput(
            f"the search is longer than {LONGEST_SEARCH} characters: a name or an address will do"
        )
    today = clock.now().date()
    holders = holders_of(session, words.split())
    if holders is None:
        return Search(session, words, (roles(today), desks(today)))
    among = roles_among(today).where(col(Role.id).in_(holders.roles()))
    there = desks(today).where(col(Desk.id).in_(holders.desks_there()))
    return Search(session, words, (among, there))


def find_people(
    session: Session, words: str, *, limit: int, after: Place | None = None
) -> list[Person]:
    """Contacts in the order of family names. Raises BadInput as `search` does."""
    return search(session, words).people(limit=limit, after=after)


def _next(lines: sa.Subquery, words: str, *, limit: int, after: Place | None) -> sa.Select[Any]:
    """The next lines of one kind."""
    query = _fitting(lines, words).order_by(*_order(lines)).limit(limit)
    if after is not None:
        place = sa.tuple_(after.name, after.given, after.address_id)
        # The first half says nothing new; by it the index is found.
        query = query.where(lines.c.sort_name >= after.name, sa.tuple_(*_order(lines)) > place)
    return query


def _fitting(lines: sa.Subquery, words: str) -> sa.Select[Any]:
    """The lines that hold all words."""
    query = sa.select(lines)
    for word in words.split():
        query = query.where(mentions((lines.c.name, lines.c.email, lines.c.outlet), word))
    return query


def _order(lines: sa.Subquery) -> tuple[sa.ColumnElement[Any], ...]:
    return lines.c.sort_name, lines.c.sort_given, lines.c.address_id


def _person(row: sa.RowMapping) -> Person:
    return Person(
        address_id=row["address_id"],
        number=row["number"],
        email=row["email"],
        name=row["name"].strip(),
        listed=listed(row["name"].strip(), row["sort_name"], row["sort_given"]),
        place=Place(row["sort_name"], row["sort_given"], row["address_id"]),
        work=row["work"],
        outlet=row["outlet"],
        country=row["country"],
        languages=tuple(row["languages"] or ()),
        state=row["state"],
        is_desk=row["is_desk"],
        do_not_contact=row["do_not_contact"],
    )


def listed(name: str, family: str, given: str) -> str:
    """A name in a list that is sorted by family names: Field, Tom; Berg, Jan van der.

    One that has the family name first, or only one of the two, stays as it is.
    """
    if not (family and given and name.startswith(f"{given} ") and name.endswith(f" {family}")):
        return name
    particle = name.removeprefix(given).removesuffix(family).strip()
    return f"{family}, {given} {particle}".rstrip()
