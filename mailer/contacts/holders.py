"""Who may be meant by the words of a search: each table is looked through by itself, which takes a
fraction of what it takes to put a million lines together and to look through those.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from mailer.contacts.looking import joined, mentions, pattern
from mailer.database import listed
from mailer.models import Address, Desk, Journalist, Outlet, Role
from mailer.models.columns import BIG

#: A word that more people or addresses hold leads to nobody: among so many a page is soon full.
MANY = 100_000
#: A word that no more hold leads at once; else the others are asked, too.
FEW = 5_000
#: So many people work at an outlet, more or less.
AT_AN_OUTLET = 20

_Numbers = tuple[Mapped[int | None], Sequence[int]]


@dataclass(frozen=True)
class Holders:
    """The rows that hold one word of the search; each line that holds all words has one of them."""

    dialect: str
    journalists: Sequence[int]
    desks: Sequence[int]
    addresses: Sequence[int]
    outlets: Sequence[int]

    @property
    def count(self) -> int:
        """How many lines they stand for, more or less."""
        single = len(self.journalists) + len(self.desks) + len(self.addresses)
        return single + AT_AN_OUTLET * len(self.outlets)

    def roles(self) -> sa.CompoundSelect[int | None]:
        """The numbers of the jobs that have such a person, address or outlet."""
        return self._with(
            col(Role.id),
            (col(Role.journalist_id), self.journalists),
            (col(Role.address_id), self.addresses),
            (col(Role.outlet_id), self.outlets),
        )

    def desks_there(self) -> sa.CompoundSelect[int | None]:
        """The numbers of the desks that are one, or have such an address or outlet."""
        return self._with(
            col(Desk.id),
            (col(Desk.id), self.desks),
            (col(Desk.address_id), self.addresses),
            (col(Desk.outlet_id), self.outlets),
        )

    def _with(self, number: Mapped[int | None], *held: _Numbers) -> sa.CompoundSelect[int | None]:
        # One statement for each column: every one of them has its own index.
        return sa.union(
            *(sa.select(number).where(column.in_(self._listed(found))) for column, found in held)
        )

    def _listed(self, numbers: Sequence[int]) -> sa.Select[int]:
        if self.dialect == "postgresql":
            # Of an array it knows how long it is, and goes about many otherwise than about few.
            several = sa.bindparam("numbers", list(numbers), ARRAY(BIG), unique=True)
            return sa.select(sa.func.unnest(several, type_=BIG))
        rows = json.dumps([[number] for number in numbers])
        given = sa.bindparam("numbers", rows, sa.Text(), unique=True)
        return sa.select(listed(self.dialect, given, number=BIG).c.number)


def holders_of(session: Session, words: Iterable[str], *, many: int = MANY) -> Holders | None:
    """Who holds the rarest of the words; None when each is held by more than `many`.

    The longest is asked for first: it is likely to be rare.
    """
    rarest: Holders | None = None
    for word in sorted(set(words), key=len, reverse=True):
        found = _holders(session, word, many=many)
        if found is not None and (rarest is None or found.count < rarest.count):
            rarest = found
        if rarest is not None and rarest.count <= FEW:
            break
    return rarest


def _holders(session: Session, word: str, *, many: int) -> Holders | None:
    name = (col(Journalist.given_name), col(Journalist.particle), col(Journalist.family_name))
    found: list[Sequence[int]] = []
    holds = _holding(session, word)
    for number, columns, most in (
        (col(Outlet.id), (col(Outlet.name),), many // AT_AN_OUTLET),
        (col(Desk.id), (col(Desk.name),), many),
        (col(Journalist.id), name, many),
        (col(Address.id), (col(Address.email),), many),
    ):
        query = sa.select(number).where(holds(columns)).limit(most + 1)
        numbers = [one for one in session.scalars(query) if one is not None]
        if len(numbers) > most:
            return None
        found.append(numbers)
    outlets, desks, journalists, addresses = found
    return Holders(session.get_bind().dialect.name, journalists, desks, addresses, outlets)


def _holding(
    session: Session, word: str
) -> Callable[[Sequence[sa.SQLColumnExpression[str]]], sa.ColumnElement[bool]]:
    """Whether columns hold the word. On SQLite by a function that knows it: to hand the pattern
    over for each of a million rows takes twice as long as to look.
    """
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, sqlite3.Connection):
        return lambda columns: mentions(columns, word)
    search = re.compile(pattern(word)).search
    connection.create_function("holds_the_word", 1, lambda text: search(text) is not None)
    return lambda columns: sa.func.holds_the_word(joined(columns), type_=sa.Boolean())
