"""Criteria as SQL: the terms of a key become one condition on a role or a desk. The database finds
the people, and the reason shown is the very condition that found them.
"""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlmodel import Session, col

from mailer import languages
from mailer.audience.criteria import Criteria
from mailer.audience.finding.named_lists import NamedLists
from mailer.audience.finding.sources import Column, Condition, Source, column_of
from mailer.audience.finding.word_lists import WordLists
from mailer.audience.terms import Key, Term, by_key
from mailer.contacts.beats import TOP_BEATS, is_shared, meaning
from mailer.contacts.suggesting import did_you_mean
from mailer.errors import BadInput
from mailer.models import Address, Desk, MediaListEntry, MediaType, Outlet, Role

#: SQLite reads expressions to a depth of 1000, and a chain of ORs is as deep as it is long.
ON_ONE_LEVEL = 100


class Conditions:
    """Turns terms into conditions, looking up once what they need from the address book."""

    def __init__(self, session: Session) -> None:
        self.lists = NamedLists(session)
        self._is_postgresql = session.get_bind().dialect.name == "postgresql"
        self._words = WordLists(session)
        #: Whether its statement begins with few rows, so that each may be looked up by itself.
        self.is_for_few = False

    def of_few(self) -> "Conditions":
        """The same, for a statement that begins with few rows."""
        same = copy(self)
        same.is_for_few = True
        return same

    def matching(
        self, criteria: Criteria, source: Source, *, within: tuple[int, ...] = ()
    ) -> Condition:
        """Whom the criteria want and do not leave out. `within` are the lists being read."""
        wanted = (
            self.fits(key, group, source, within=within)
            for key, group in by_key(criteria.wanted).items()
        )
        unwanted = (
            sa.not_(self.fits(key, group, source, within=within))
            for key, group in by_key(criteria.unwanted).items()
        )
        return sa.and_(sa.true(), *wanted, *unwanted)

    def fits(
        self, key: Key, terms: Sequence[Term], source: Source, *, within: tuple[int, ...] = ()
    ) -> Condition:
        """Whether any of these terms of one key fits a role or a desk.

        Raises BadInput for a list or a beat that nobody knows, with the nearest known one.
        """
        values = [term.value for term in terms]
        if key == Key.LIST:
            return self._on_lists(values, source, within=within)
        simple: dict[Key, Callable[[list[str], Source], Condition]] = {
            Key.ADDRESS: lambda wanted, _: col(Address.normalised).in_(wanted),
            Key.LANGUAGE: self._reads,
            Key.OUTLET: self._is_kind,
            Key.COUNTRY: lambda wanted, at: at.serves(wanted),
            Key.BEAT: self._covers,
        }
        return simple[key](values, source)

    def by_rule(self, list_id: int, source: Source, *, within: tuple[int, ...] = ()) -> Condition:
        """Whether a rule of that list finds it. Raises BadInput for one that goes in a circle."""
        inside = (*within, list_id)
        rules = self.lists.rules(list_id)
        return any_of([self.matching(rule, source, within=inside) for rule in rules])

    def named(self, criteria: Criteria, source: Source) -> Condition:
        """Whether a wanted term names it by hand: its address, or a list on which it stands."""
        groups, found = by_key(criteria.wanted), []
        if Key.ADDRESS in groups:
            found.append(self.fits(Key.ADDRESS, groups[Key.ADDRESS], source))
        if Key.LIST in groups:
            numbers = [self.lists.number(term.value) for term in groups[Key.LIST]]
            found.append(self._stands_on(numbers, source))
        return any_of(found)

    def phrase(self, term: Term) -> str:
        """The term as a reason, with a list's name as the list has it."""
        if term.key == Key.LIST:
            term = Term(Key.LIST, self.lists.get(term.value).name)
        return term.phrase()

    def _reads(self, wanted: Sequence[str], source: Source) -> Condition:
        def serves(tag: str) -> bool:
            return any(_serves(one, tag) for one in wanted)

        published = column_of(Outlet.publication_languages)
        # Only of whom we know no language we take that of the outlet.
        return sa.or_(
            self._holds(source.languages, serves),
            sa.and_(self._words.is_empty(source.languages), self._holds(published, serves)),
        )

    def _covers(self, wanted: Sequence[str], source: Source) -> Condition:
        # Wirtschaft finds whoever covers the economy, in whatever language that was written.
        asked = {meaning(beat) for beat in wanted}
        written = {
            meaning(word)
            for column in (column_of(Role.beats), column_of(Desk.beats))
            for word in self._words.words(column)
        }
        for beat in wanted:
            if meaning(beat) not in written and not is_shared(beat):
                known = did_you_mean(beat, sorted(self._all_beats() | set(TOP_BEATS)))
                raise BadInput(f"nobody covers the beat {beat!r}: {known}")
        return self._holds(source.beats, lambda word: meaning(word) in asked)

    def _all_beats(self) -> set[str]:
        return self._words.words(column_of(Role.beats)) | self._words.words(column_of(Desk.beats))

    def _on_lists(
        self, names: Sequence[str], source: Source, *, within: tuple[int, ...]
    ) -> Condition:
        numbers = {name: self.lists.number(name) for name in names}
        for name, list_id in numbers.items():
            if list_id in within:
                raise BadInput(f"the rule of list {name!r} leads back to itself: change the rule")
        ruled = [number for number in numbers.values() if self.lists.rules(number)]
        by_rules = [self.by_rule(number, source, within=within) for number in ruled]
        return any_of([self._stands_on(list(numbers.values()), source), *by_rules])

    def _stands_on(self, list_ids: Sequence[int], source: Source) -> Condition:
        if self.is_for_few:
            return its_entries(sa.literal(1), list_ids, source).exists()
        entries = sa.select(source.entry).where(
            col(MediaListEntry.list_id).in_(list_ids), source.entry.is_not(None)
        )
        return source.id.in_(entries)

    def _holds(self, column: Column, suits: Callable[[str], bool]) -> Condition:
        """Whether a column of word lists holds a word that suits.

        Where there are few different lists, they are named: that is far quicker than to open each.
        """
        lists = self._words.lists_with(column, suits)
        if lists is not None:
            return self._words.is_one_of(column, lists) if lists else sa.false()
        wanted = sorted(word for word in self._words.words(column) if suits(word))
        if not wanted:
            return sa.false()
        if self._is_postgresql:
            holds: Condition = sa.type_coerce(column, JSONB).has_any(array(wanted))
            return holds
        each = sa.func.json_each(column).table_valued("value")
        return sa.select(sa.literal(1)).select_from(each).where(each.c.value.in_(wanted)).exists()

    def _is_kind(self, values: Sequence[str], _source: Source) -> Condition:
        freelance = MediaType.FREELANCE.value
        kind: Column = sa.type_coerce(col(Outlet.media_type), sa.String)
        if not self._is_postgresql:
            # Said in this way it does not tempt SQLite to begin with the outlets.
            return sa.func.coalesce(kind, freelance).in_(values)
        return sa.or_(kind.in_(values), kind.is_(None)) if freelance in values else kind.in_(values)


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Whether one of them holds, however many they are.

    Some are asked together in a CASE: brackets alone SQLAlchemy would take away again.
    """
    while len(conditions) > ON_ONE_LEVEL:
        conditions = [
            sa.case(
                (sa.or_(*conditions[start : start + ON_ONE_LEVEL]), sa.true()), else_=sa.false()
            )
            for start in range(0, len(conditions), ON_ONE_LEVEL)
        ]
    return sa.or_(sa.false(), *conditions)


def its_entries(wanted: Column, list_ids: Sequence[int], source: Source) -> sa.Select[Any]:
    """That much of the entries on these lists for the role or desk of the statement around."""
    return (
        sa.select(wanted)
        .select_from(MediaListEntry)
        .where(source.entry == source.id, col(MediaListEntry.list_id).in_(list_ids))
        .correlate(Role, Desk)
    )


def _serves(wanted: str, tag: str) -> bool:
    try:
        return languages.closest(tag, [wanted]) is not None
    except BadInput:
        return False
