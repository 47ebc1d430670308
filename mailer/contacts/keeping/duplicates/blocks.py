"""Which people are worth comparing: those who share a sign, and a word of their names.

The keys are sorted on disk, in a scratch table of their own that goes with the comparing: however
many people there are, no more than a handful of them is in memory.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.keeping.duplicates.names import skeleton, words
from mailer.models import Journalist, Outlet, Role

ROWS_AT_ONCE = 2000
#: A word of the name that so many share at one outlet tells nothing: another word will.
CROWD = 100


@dataclass(frozen=True)
class Person:
    """What two people are compared by."""

    id: int
    words: tuple[str, ...]
    #: Numbers of outlets, names of groups, numbers of addresses, phones: o12, g…, a7, p+45….
    signs: frozenset[str]
    suffix: str


class Blocks:
    """People by what they share, for one comparing."""

    def __init__(self) -> None:
        # No name: a temporary file of SQLite, whatever database the contacts are in.
        self._scratch = sqlite3.connect("", isolation_level=None)
        self._scratch.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
            "CREATE TABLE person (id INTEGER PRIMARY KEY, words TEXT, signs TEXT, suffix TEXT);"
            "CREATE TABLE block (key TEXT, person_id INTEGER);"
        )

    def close(self) -> None:
        """Let the scratch table go."""
        self._scratch.close()

    def fill(self, people: Iterable[Person]) -> None:
        """Take in everyone."""
        for person in people:
            self._scratch.execute("INSERT INTO person VALUES (?, ?, ?, ?)", _written(person))
            self._scratch.executemany(
                "INSERT INTO block VALUES (?, ?)", [(key, person.id) for key in _keys(person)]
            )
        self._scratch.execute("CREATE INDEX by_key ON block (key, person_id)")

    def pairs(self) -> Iterator[tuple[Person, Person]]:
        """Each two who share a block, once; the smaller number first."""
        rows = self._scratch.execute(
            "WITH small AS (SELECT key FROM block GROUP BY key HAVING count(*) BETWEEN 2 AND ?)"
            ", pair AS (SELECT DISTINCT a.person_id AS first, b.person_id AS second FROM small"
            " JOIN block AS a ON a.key = small.key"
            " JOIN block AS b ON b.key = small.key AND b.person_id > a.person_id)"
            " SELECT one.*, other.* FROM pair"
            " JOIN person AS one ON one.id = first JOIN person AS other ON other.id = second"
            " ORDER BY first",
            (CROWD,),
        )
        one: Person | None = None
        for row in rows:
            if one is None or one.id != row[0]:
                one = _read(row[:COLUMNS])
            yield one, _read(row[COLUMNS:])


#: Of a person in the scratch table: number, words, signs, suffix.
COLUMNS = 4


def _written(person: Person) -> tuple[int, str, str, str]:
    return person.id, " ".join(person.words), "\n".join(sorted(person.signs)), person.suffix


def _read(row: tuple[int, str, str, str]) -> Person:
    number, name, signs, suffix = row
    return Person(number, tuple(name.split()), frozenset(signs.split("\n")) - {""}, suffix)


def _keys(person: Person) -> set[str]:
    """The blocks of one person: each sign with each word of the name, as it may be mistyped."""
    bones = {skeleton(word) for word in person.words if len(word) > 1}
    return {f"{sign} {bone}" for sign in person.signs for bone in bones}


def read_people(session: Session) -> Iterator[Person]:
    """Everyone in the address book, one after the other, by number."""
    number = col(Journalist.id)
    rows = session.execute(
        sa.select(
            number,
            col(Journalist.given_name),
            col(Journalist.particle),
            col(Journalist.family_name),
            col(Journalist.suffix),
            col(Journalist.phone_e164),
            col(Journalist.mobile_e164),
            col(Role.phone_e164),
            col(Role.mobile_e164),
            col(Role.outlet_id),
            col(Role.address_id),
            col(Outlet.group_name),
        )
        .outerjoin(Role, col(Role.journalist_id) == number)
        .outerjoin(Outlet, col(Outlet.id) == col(Role.outlet_id))
        .order_by(number),
        execution_options={"yield_per": ROWS_AT_ONCE},
    )
    person: Person | None = None
    for row in rows:
        found = _person(row)
        if person is not None and person.id == found.id:
            person = Person(person.id, person.words, person.signs | found.signs, person.suffix)
            continue
        if person is not None:
            yield person
        person = found
    if person is not None:
        yield person


def _person(row: Sequence[Any]) -> Person:
    number, given, particle, family, suffix, *phones, outlet_id, address_id, group = row
    signs = {f"p{phone}" for phone in phones if phone}
    signs |= {f"o{outlet_id}"} if outlet_id else set()
    signs |= {f"a{address_id}"} if address_id else set()
    signs |= {f"g{group}"} if group else set()
    return Person(number, words(f"{given} {particle} {family}"), frozenset(signs), suffix)
