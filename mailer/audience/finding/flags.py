"""Which terms fit a row that was found, as a few columns of the same statement: every reason is
kept (R2), however many terms there are.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from mailer.audience.finding.conditions import ON_ONE_LEVEL, Conditions, its_entries
from mailer.audience.finding.sources import Column, Condition, Source
from mailer.audience.terms import Key, Term
from mailer.models import Address, MediaListEntry

WRITTEN_LISTS = sa.func.aggregate_strings(sa.cast(col(MediaListEntry.list_id), sa.Text), ",").label(
    "lists"
)


class Flags:
    """The columns that tell which of the terms fit, and how they are read."""

    def __init__(self, conditions: Conditions, terms: Sequence[Term], source: Source) -> None:
        self.terms, self._source = terms, source
        lists = [term for term in terms if term.key == Key.LIST]
        self._lists = {conditions.lists.number(term.value): term for term in lists}
        self._addresses = {term.value: term for term in terms if term.key == Key.ADDRESS}
        self._flagged: list[tuple[Term, Condition]] = [
            (term, conditions.fits(term.key, [term], source))
            for term in terms
            if term.key not in (Key.LIST, Key.ADDRESS)
        ]
        for number, term in self._lists.items():
            if conditions.lists.rules(number):
                self._flagged.append((term, conditions.by_rule(number, source)))
        self._is_for_few = conditions.is_for_few
        self._entries = None if self._is_for_few or not self._lists else self._entries_of_lists()

    def columns(self) -> list[Column]:
        """One of zeros and ones for each hundred terms, the lists it stands on, its address."""
        found = [
            _written(self._flagged[start : start + ON_ONE_LEVEL])
            for start in range(0, len(self._flagged), ON_ONE_LEVEL)
        ]
        if self._lists:
            lists = self._entries.c.lists if self._entries is not None else self._its_lists()
            found.append(sa.func.coalesce(lists, ""))
        if self._addresses:
            found.append(sa.func.coalesce(col(Address.normalised), ""))
        return found

    def joined(self, rows: sa.FromClause) -> sa.FromClause:
        """The rows, beside what the columns read from."""
        if self._entries is None:
            return rows
        return rows.outerjoin(self._entries, self._entries.c.entry == self._source.id)

    def fitting(self, values: Sequence[Any]) -> list[Term]:
        """The terms that fit a row whose columns have these values, in the order of all terms."""
        left = list(values)
        found: set[Term] = set()
        if self._addresses and (named := self._addresses.get(left.pop())):
            found.add(named)
        if self._lists:
            found.update(self._lists[int(number)] for number in left.pop().split(",") if number)
        bits = "".join(left)
        found.update(term for (term, _), bit in zip(self._flagged, bits, strict=True) if bit == "1")
        return [term for term in self.terms if term in found]

    def _entries_of_lists(self) -> sa.Subquery:
        """For each role or desk on these lists the numbers of them, written one after another."""
        entry = self._source.entry
        found = col(MediaListEntry.list_id).in_(list(self._lists)), entry.is_not(None)
        written = sa.select(WRITTEN_LISTS, entry.label("entry")).where(*found)
        return written.group_by(entry).subquery("entries")

    def _its_lists(self) -> Column:
        """The same for one of few: looked up, because to group all entries takes far longer."""
        whole: Column = its_entries(
            WRITTEN_LISTS, list(self._lists), self._source
        ).scalar_subquery()
        return whole


def _written(flagged: Sequence[tuple[Term, Condition]]) -> Column:
    """A one or a zero for each of them."""
    first, *others = (sa.case((condition, "1"), else_="0") for _, condition in flagged)
    whole: Column = first
    for other in others:
        whole = whole.concat(other)
    return whole
