"""Which outlet is meant, and all of them by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts.inserting import chunked
from mailer.contacts.keeping.numbers import row_number
from mailer.contacts.looking import mentions
from mailer.contacts.outlets import find_outlets
from mailer.contacts.places import parse_country
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput, NotFound
from mailer.models import Desk, Outlet, Role
from mailer.models.ending import is_lasting

#: Each word makes the query longer, and databases read only so long a one.
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class OutletLine:
    """One outlet in the overview."""

    outlet_id: int
    name: str
    group_name: str
    media_type: str
    publication_languages: tuple[str, ...]
    country: str
    city: str
    #: Jobs and desks that last.
    people: int
    desks: int


@dataclass(frozen=True)
class Place:
    """Where a line stands: the next page begins after it."""

    name: str
    outlet_id: int


def find_outlet(session: Session, text: str, *, country: str = "") -> Outlet:
    """The outlet of that name, be it a former one, or of that number.

    Raises NotFound with the nearest name, and BadInput that lists them where several have the name.
    """
    code = parse_country(country) if country else ""
    named = find_outlets(session, [text]).get(spelling(text), [])
    found = [outlet for outlet in named if not code or outlet.country == code]
    if not named and (numbered := _numbered(session, text)) is not None:
        found = [numbered]
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(f"{one.id} {one.name} ({one.country or 'no market'})" for one in found)
        raise BadInput(f"several outlets are called {text!r}: say which by its number: {told}")
    if named:
        markets = ", ".join(one.country or "no market" for one in named)
        raise NotFound(f"there is no outlet {text!r} in {code}: it is known in {markets}")
    known = session.exec(select(Outlet.name)).all()
    raise NotFound(f"there is no outlet {text!r}: {did_you_mean(text, known)}")


def _numbered(session: Session, text: str) -> Outlet | None:
    number = row_number(text)
    return session.get(Outlet, number) if number is not None else None


def outlet_of(session: Session, outlet_id: int, *, locks: bool = False) -> Outlet:
    """The outlet of that number; with `locks`, nobody else changes it. Raises NotFound."""
    found = session.get(Outlet, outlet_id, with_for_update=locks)
    if found is None:
        raise NotFound(
            f"there is no outlet {outlet_id} in the address book, or not any more: an import that"
            " brought it may have been taken back"
        )
    return found


def list_outlets(
    session: Session, words: str = "", *, limit: int, after: Place | None = None
) -> list[OutletLine]:
    """Outlets by name; every word must be found in the name or the group.

    Raises BadInput for a search that is too long.
    """
    query = select(Outlet).where(*_found_by(words)).order_by(col(Outlet.name), col(Outlet.id))
    if after is not None:
        here = sa.tuple_(col(Outlet.name), col(Outlet.id))
        query = query.where(here > sa.tuple_(sa.literal(after.name), sa.literal(after.outlet_id)))
    return _lines(session, session.exec(query.limit(limit)).all())


def count_outlets(session: Session, words: str = "") -> int:
    """How many there are, or fit the words."""
    return session.exec(select(sa.func.count()).select_from(Outlet).where(*_found_by(words))).one()


def _found_by(words: str) -> list[sa.ColumnElement[bool]]:
    if len(words) > LONGEST_SEARCH:
        raise BadInput(
            f"the search is longer than {LONGEST_SEARCH} characters: a part of the name will do"
        )
    columns = (col(Outlet.name), col(Outlet.group_name))
    return [mentions(columns, word) for word in words.split()]


def _lines(session: Session, outlets: Sequence[Outlet]) -> list[OutletLine]:
    numbers = [outlet.id or 0 for outlet in outlets]
    people, desks = _count(session, Role, numbers), _count(session, Desk, numbers)
    return [
        OutletLine(
            outlet_id=outlet.id or 0,
            name=outlet.name,
            group_name=outlet.group_name,
            media_type=outlet.media_type.value,
            publication_languages=tuple(outlet.publication_languages),
            country=outlet.country,
            city=outlet.city,
            people=people.get(outlet.id or 0, 0),
            desks=desks.get(outlet.id or 0, 0),
        )
        for outlet in outlets
    ]


def _count(session: Session, model: type[Any], numbers: Sequence[int]) -> dict[int, int]:
    """How many jobs or desks last at each of those outlets."""
    today = clock.now().date()
    counted: dict[int, int] = {}
    for chunk in chunked(numbers):
        rows = session.execute(
            sa.select(col(model.outlet_id), sa.func.count().label("number"))
            .where(col(model.outlet_id).in_(chunk), is_lasting(col(model.ended_on), today))
            .group_by(col(model.outlet_id))
        )
        counted |= {row.outlet_id: row.number for row in rows}
    return counted
