"""Finds contacts as the office looks for them: by a part of a name, an outlet or an address."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.contacts.holders import holders_of
from mailer.contacts.looking import mentions
from mailer.errors import BadInput
from mailer.models import Address, AddressState, Desk, Journalist, Outlet, Role
from mailer.models.ending import is_lasting

#: Each word makes the query longer, and databases read only so long a one.
LONGEST_SEARCH = 200
NOTHING: sa.ColumnElement[str] = sa.literal_column("''", sa.String)


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
    #: As the database sorts it; the next page begins after it.
    place: Place
    work: str
    outlet: str
    country: str
    languages: tuple[str, ...]
    state: AddressState
    is_desk: bool
    do_not_contact: bool


def find_people(
    session: Session, words: str, *, limit: int, after: Place | None = None
) -> list[Person]:
    """Contacts in the order of family names; every word must be found somewhere in the line.

    People and desks are read each in their order and no further than they are shown: an index leads
    through a million of them. Words are looked for before, since few or none may hold them.

    Raises BadInput for a search that is too long.
    """
    if len(words) > LONGEST_SEARCH:
        raise BadInput(
            f"the search is longer than {LONGEST_SEARCH} characters: a name or an address will do"
        )
    today = clock.now().date()
    holders = holders_of(session, words.split())
    kinds = [_roles(today), _desks(today)]
    if holders is not None:
        kinds = [
            _roles_among(today).where(col(Role.id).in_(holders.roles())),
            _desks(today).where(col(Desk.id).in_(holders.desks_there())),
        ]
    either = [
        sa.select(_next(kind.subquery(), words, limit=limit, after=after).subquery())
        for kind in kinds
    ]
    lines = sa.union_all(*either).subquery()
    query = sa.select(lines).order_by(*_order(lines)).limit(limit)
    return [_person(row) for row in session.execute(query).mappings()]


def _next(lines: sa.Subquery, words: str, *, limit: int, after: Place | None) -> sa.Select[Any]:
    """The next lines of one kind."""
    query = sa.select(lines).order_by(*_order(lines)).limit(limit)
    for word in words.split():
        query = query.where(mentions((lines.c.name, lines.c.email, lines.c.outlet), word))
    if after is not None:
        place = sa.tuple_(after.name, after.given, after.address_id)
        # The first half says nothing new; by it the index is found.
        query = query.where(lines.c.sort_name >= after.name, sa.tuple_(*_order(lines)) > place)
    return query


def _order(lines: sa.Subquery) -> tuple[sa.ColumnElement[Any], ...]:
    return lines.c.sort_name, lines.c.sort_given, lines.c.address_id


def _roles(today: date) -> sa.Select[Any]:
    """The jobs of journalists as lines."""
    # Outer joins are gone about in this order: SQLite would sort all jobs for one page.
    return (
        _lines_of_roles()
        .select_from(Journalist)
        .outerjoin(Role, col(Role.journalist_id) == col(Journalist.id))
        .outerjoin(Address, col(Address.id) == Role.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .where(col(Address.id).is_not(None), is_lasting(col(Role.ended_on), today))
    )


def _roles_among(today: date) -> sa.Select[Any]:
    """The same for some that are found by their numbers."""
    return (
        _lines_of_roles()
        .select_from(Role)
        .join(Journalist, col(Journalist.id) == Role.journalist_id)
        .join(Address, col(Address.id) == Role.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .where(is_lasting(col(Role.ended_on), today))
    )


def _lines_of_roles() -> sa.Select[Any]:
    country = sa.func.coalesce(col(Outlet.country), NOTHING)
    family = sa.func.ltrim(col(Journalist.particle) + " " + col(Journalist.family_name))
    given = col(Journalist.given_name)
    full_name = sa.case(
        (col(Journalist.family_name_first), family + " " + given), else_=given + " " + family
    )
    return sa.select(
        *_shared(full_name, col(Journalist.id), work=col(Role.job_title), is_desk=False),
        col(Journalist.family_name).label("sort_name"),
        col(Journalist.given_name).label("sort_given"),
        sa.func.coalesce(col(Outlet.name), NOTHING).label("outlet"),
        sa.func.coalesce(sa.func.nullif(country, ""), col(Journalist.country)).label("country"),
        col(Journalist.languages).label("languages"),
        col(Journalist.do_not_contact).label("do_not_contact"),
    )


def _desks(today: date) -> sa.Select[Any]:
    """Desks as lines of the same shape."""
    return (
        sa.select(
            *_shared(col(Desk.name), col(Desk.id), work=NOTHING, is_desk=True),
            col(Desk.name).label("sort_name"),
            NOTHING.label("sort_given"),
            sa.func.coalesce(col(Outlet.name), NOTHING).label("outlet"),
            sa.func.coalesce(col(Outlet.country), NOTHING).label("country"),
            col(Desk.languages).label("languages"),
            col(Desk.do_not_contact).label("do_not_contact"),
        )
        .select_from(Desk)
        .outerjoin(Address, col(Address.id) == Desk.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Desk.outlet_id)
        .where(is_lasting(col(Desk.ended_on), today))
    )


def _shared(name: Any, number: Any, *, work: Any, is_desk: bool) -> tuple[Any, ...]:
    return (
        col(Address.id).label("address_id"),
        number.label("number"),
        col(Address.email).label("email"),
        col(Address.state).label("state"),
        name.label("name"),
        work.label("work"),
        sa.literal(is_desk).label("is_desk"),
    )


def _person(row: sa.RowMapping) -> Person:
    return Person(
        address_id=row["address_id"],
        number=row["number"],
        email=row["email"],
        name=row["name"].strip(),
        place=Place(row["sort_name"], row["sort_given"], row["address_id"]),
        work=row["work"],
        outlet=row["outlet"],
        country=row["country"],
        languages=tuple(row["languages"] or ()),
        state=row["state"],
        is_desk=row["is_desk"],
        do_not_contact=row["do_not_contact"],
    )
