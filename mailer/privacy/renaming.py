"""Names of lists, and criteria that name lists and addresses: they are read again, so what stands
in the place of a name must still lead to the same list, and that of an address to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.audience.criteria import Criteria, parse
from mailer.audience.terms import Key, Term, ordered
from mailer.contacts.keeping.undoing.rows import table_of
from mailer.contacts.privacy.wording import Words
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput
from mailer.models import Distribution, MediaList, MediaListEntry

CRITERIA: dict[type[SQLModel], tuple[str, ...]] = {
    Distribution: ("criteria",),
    MediaListEntry: ("criteria",),
}
NOBODY = "erased@erased.example"


@dataclass(frozen=True)
class Renamed:
    """A list that has another name now."""

    list_id: int
    before: str
    after: str


def rename_lists(session: Session, words: Words) -> tuple[Renamed, ...]:
    """Take the names out of the names of lists; each keeps one of its own.

    A single name may be a word like any other: what leads somewhere is not changed for that.
    """
    sure, table = words.whole(), table_of(MediaList)
    found = session.execute(
        sa.select(table.c.id, table.c.name).where(sure.condition(table.c.name)).order_by(table.c.id)
    ).all()
    renamed = [
        Renamed(number, name, _free(session, str(sure.out_of(name)), number))
        for number, name in found
        if sure.is_in(name)
    ]
    for one in renamed:
        _write(session, table, one.list_id, name=one.after)
    return tuple(renamed)


def _free(session: Session, name: str, number: int) -> str:
    """The name, with the number of the list where another one has it."""
    others = session.scalars(sa.select(col(MediaList.name)).where(col(MediaList.id) != number))
    # As criteria find lists: a database knows other small letters than Python.
    is_taken = spelling(name) in map(spelling, others)
    return f"{name} ({number})" if is_taken else name


def sweep_criteria(
    session: Session, words: Words, *, addresses: Words, renamed: tuple[Renamed, ...]
) -> int:
    """Let all criteria name the lists as they are called now, and nobody else; how many lines."""
    sweeping = _Sweeping(
        words.whole(), addresses, {spelling(one.before): one.after for one in renamed}
    )
    count = 0
    for model, names in CRITERIA.items():
        table = table_of(model)
        for name in names:
            rows = sa.select(table.c.id, table.c[name]).where(words.condition(table.c[name]))
            for number, line in session.execute(rows).all():
                if (without := sweeping.line(line)) != line:
                    count += 1
                    _write(session, table, number, **{name: without})
    return count


@dataclass(frozen=True)
class _Sweeping:
    """What stands in the place of names, of addresses, and of the lists that were renamed."""

    names: Words
    addresses: Words
    lists: dict[str, str]

    def line(self, line: str) -> str:
        """The line without them; as it is when nothing of it changes."""
        try:
            criteria = parse(line)
        except BadInput:
            # It was kept under older rules, and leads nowhere any more.
            return str(self.names.out_of(self.addresses.out_of(line)))
        terms = (tuple(self._terms(part)) for part in (criteria.wanted, criteria.unwanted))
        swept = Criteria(*map(ordered, terms))
        return line if swept == criteria else swept.line()

    def _terms(self, terms: tuple[Term, ...]) -> Iterator[Term]:
        for term in terms:
            words = self.addresses if term.key is Key.ADDRESS else self.names
            value = self.lists.get(spelling(term.value)) if term.key is Key.LIST else None
            yield Term(term.key, value or str(words.out_of(term.value)))


def _write(session: Session, table: sa.Table, number: int, **values: str) -> None:
    session.connection().execute(sa.update(table).where(table.c.id == number).values(values))


def address_words(spellings: set[str]) -> Words:
    """The addresses as criteria hold them."""
    return Words(spellings, instead=NOBODY)
