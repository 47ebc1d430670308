"""The different lists of words that stand in a column: what languages are read, what is covered.

A million contacts have some thousand different ones. To know them makes of a search through each
list a comparison with a few, for which there is an index.
"""

import json
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from mailer.audience.finding.sources import Column, Condition, column_of
from mailer.models import Journalist, Role
from mailer.models.columns import BEGINNING

#: Beyond so many a comparison with each would cost more than to open the lists.
FEW = 500
#: Beyond so many it is quicker to read the whole column than to go from one to the next.
STEPS = 10_000
#: Those of which an index holds how each list begins.
INDEXED = {str(column_of(Journalist.languages)), str(column_of(Role.beats))}


class WordLists:
    """What stands in columns of word lists, read once for each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        #: By column: each different list as the database writes it, with its words.
        self._lists: dict[str, dict[str, list[str]]] = {}

    def words(self, column: Column) -> set[str]:
        """The different words in that column."""
        return {word for words in self._different(column).values() for word in words}

    def lists_with(self, column: Column, suits: Callable[[str], bool]) -> list[str] | None:
        """The different lists that hold a word that suits; None when they are too many."""
        fitting = {word for word in self.words(column) if suits(word)}
        different = self._different(column).items()
        found = [written for written, words in different if not fitting.isdisjoint(words)]
        return found if len(found) <= FEW else None

    def is_empty(self, column: Column) -> Condition:
        """Whether the column holds a list without words."""
        empty = [written for written, words in self._different(column).items() if not words]
        return self.is_one_of(column, empty) if empty else sa.false()

    def is_one_of(self, column: Column, lists: Sequence[str]) -> Condition:
        """Whether the column holds just one of these lists."""
        if str(column) not in INDEXED:
            return sa.cast(column, sa.Text).in_(lists)
        short = [written for written in lists if len(written) < BEGINNING]
        long = [written for written in lists if len(written) >= BEGINNING]
        found = _beginning(column).in_(short)
        return sa.or_(found, sa.cast(column, sa.Text).in_(long)) if long else found

    def _different(self, column: Column) -> dict[str, list[str]]:
        name = str(column)
        if name not in self._lists:
            written = self._stepwise(column) if name in INDEXED else None
            if written is None:
                whole = sa.select(sa.cast(column, sa.Text)).distinct()
                written = list(self._session.execute(whole).scalars())
            self._lists[name] = {text: json.loads(text) for text in written}
        return self._lists[name]

    def _stepwise(self, column: Column) -> list[str] | None:
        """The different lists from one to the next in the index; None when they are too many."""
        begins = _beginning(column)
        step = sa.select(begins).order_by(begins).limit(1)
        steps = sa.select(step.scalar_subquery().label("begins")).cte("steps", recursive=True)
        following = step.where(begins > steps.c.begins).scalar_subquery()
        steps = steps.union_all(sa.select(following).where(steps.c.begins.is_not(None)))
        rows = sa.select(steps.c.begins).where(steps.c.begins.is_not(None)).limit(STEPS + 1)
        found = list(self._session.execute(rows).scalars())
        if len(found) > STEPS:
            return None
        cut = [text for text in found if len(text) == BEGINNING]
        whole = [text for text in found if len(text) < BEGINNING]
        if cut:
            long = sa.select(sa.cast(column, sa.Text)).where(begins.in_(cut)).distinct()
            whole += self._session.execute(long).scalars()
        return whole


def _beginning(column: Column) -> sa.ColumnElement[str]:
    """How its lists begin, just as the index says it."""
    first: Column = sa.literal_column("1")
    length: Column = sa.literal_column(str(BEGINNING))
    return sa.func.substr(sa.cast(column, sa.Text), first, length, type_=sa.Text)
