"""Criteria as SQL: each term becomes a condition on a role or a desk. The database finds the
people, and the reason shown is the very condition that found them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlmodel import Session, col, select

from mailer import languages
from mailer.audience.criteria import TOP_BEATS, Criteria, Key, Term, by_key, parse
from mailer.contacts import media_lists
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput
from mailer.models import (
    Address,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    MediaType,
    Outlet,
    Role,
)

Condition = sa.ColumnElement[bool]


def column_of(attribute: Any) -> sa.ColumnElement[Any]:
    """The column behind a table's attribute, whatever it holds."""
    column: sa.ColumnElement[Any] = attribute
    return column


@dataclass(frozen=True)
class Source:
    """Where recipients come from, roles or desks, and which column says what about them."""

    id: sa.ColumnElement[Any]
    ended_on: sa.ColumnElement[Any]
    languages: sa.ColumnElement[Any]
    beats: sa.ColumnElement[Any]
    #: Where the market of the outlet is not known.
    own_country: sa.ColumnElement[Any]
    #: The entries of lists that name such a row.
    entry: sa.ColumnElement[Any]

    def country(self) -> sa.ColumnElement[Any]:
        """The market of the outlet; a freelance's own country."""
        return sa.func.coalesce(sa.func.nullif(col(Outlet.country), ""), self.own_country)

    def is_current(self, day: date) -> Condition:
        """Whether the person still has the job, and the desk still exists."""
        return sa.or_(self.ended_on.is_(None), self.ended_on > day)


ROLES = Source(
    id=column_of(Role.id),
    ended_on=column_of(Role.ended_on),
    languages=column_of(Journalist.languages),
    beats=column_of(Role.beats),
    own_country=column_of(Journalist.country),
    entry=column_of(MediaListEntry.role_id),
)
DESKS = Source(
    id=column_of(Desk.id),
    ended_on=column_of(Desk.ended_on),
    languages=column_of(Desk.languages),
    beats=column_of(Desk.beats),
    own_country=column_of(Desk.country),
    entry=column_of(MediaListEntry.desk_id),
)


class Conditions:
    """Turns terms into conditions, looking up once what they need from the address book."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_postgresql = session.get_bind().dialect.name == "postgresql"
        self._lists: dict[str, MediaList] | None = None
        self._reader_tags: set[str] | None = None
        self._beats: set[str] | None = None

    def matching(
        self, criteria: Criteria, source: Source, *, within: tuple[int, ...] = ()
    ) -> Condition:
        """Whom the criteria want and do not leave out. `within` are the lists being read."""
        wanted = (
            sa.or_(*(self.flag(term, source, within=within) for term in group))
            for group in by_key(criteria.wanted).values()
        )
        unwanted = (sa.not_(self.flag(term, source, within=within)) for term in criteria.unwanted)
        return sa.and_(sa.true(), *wanted, *unwanted)

    def flag(self, term: Term, source: Source, *, within: tuple[int, ...] = ()) -> Condition:
        """Whether the term fits a role or a desk.

        Raises BadInput for a list or a beat that nobody knows, with the nearest known one.
        """
        if term.key == Key.LIST:
            return self._on_list(term.value, source, within=within)
        if term.key == Key.ADDRESS:
            return col(Address.normalised) == term.value
        simple: dict[Key, Callable[[str, Source], Condition]] = {
            Key.LANGUAGE: self._reads,
            Key.OUTLET: _is_kind,
            Key.COUNTRY: lambda value, at: at.country() == value,
            Key.BEAT: self._covers,
        }
        return simple[term.key](term.value, source)

    def phrase(self, term: Term) -> str:
        """The term as a reason, with a list's name as the list has it."""
        if term.key == Key.LIST:
            term = Term(Key.LIST, self._list(term.value).name)
        return term.phrase()

    def _reads(self, wanted: str, source: Source) -> Condition:
        if self._reader_tags is None:
            self._reader_tags = self._words(
                col(Journalist.languages), col(Desk.languages), col(Outlet.publication_languages)
            )
        tags = [tag for tag in self._reader_tags if _serves(wanted, tag)]
        return sa.or_(
            self._holds_any(source.languages, tags),
            # Only of whom we know no language we take that of the outlet.
            sa.and_(
                self._is_empty(source.languages),
                self._holds_any(column_of(Outlet.publication_languages), tags),
            ),
        )

    def _covers(self, wanted: str, source: Source) -> Condition:
        if self._beats is None:
            self._beats = self._words(col(Role.beats), col(Desk.beats))
        written = [beat for beat in self._beats if spelling(beat) == spelling(wanted)]
        if not written and wanted not in TOP_BEATS:
            known = did_you_mean(wanted, sorted(self._beats | set(TOP_BEATS)))
            raise BadInput(f"nobody covers the beat {wanted!r}: {known}")
        return self._holds_any(source.beats, written)

    def _on_list(self, name: str, source: Source, *, within: tuple[int, ...]) -> Condition:
        media_list = self._list(name)
        list_id = media_list.id or 0
        if list_id in within:
            raise BadInput(f"the rule of list {name!r} leads back to itself: change the rule")
        entries = sa.select(source.entry).where(
            col(MediaListEntry.list_id) == list_id, source.entry.is_not(None)
        )
        rules = self._session.exec(
            select(MediaListEntry.criteria).where(
                MediaListEntry.list_id == list_id, MediaListEntry.criteria != ""
            )
        )
        inside = (*within, list_id)
        found = [self.matching(parse(rule), source, within=inside) for rule in rules]
        return sa.or_(source.id.in_(entries), *found)

    def _list(self, name: str) -> MediaList:
        if self._lists is None:
            self._lists = media_lists.all_lists(self._session)
        media_list = self._lists.get(spelling(name))
        if media_list is None:
            names = sorted(known.name for known in self._lists.values())
            raise BadInput(f"there is no list {name!r}: {did_you_mean(name, names)}")
        return media_list

    def _holds_any(self, column: sa.ColumnElement[Any], words: Iterable[str]) -> Condition:
        wanted = sorted(words)
        if not wanted:
            return sa.false()
        if self._is_postgresql:
            holds: Condition = sa.type_coerce(column, JSONB).has_any(array(wanted))
            return holds
        each = sa.func.json_each(column).table_valued("value")
        return sa.select(sa.literal(1)).select_from(each).where(each.c.value.in_(wanted)).exists()

    def _is_empty(self, column: sa.ColumnElement[Any]) -> Condition:
        length = sa.func.jsonb_array_length if self._is_postgresql else sa.func.json_array_length
        condition: Condition = length(column) == 0
        return condition

    def _words(self, *columns: Any) -> set[str]:
        """The different words that stand in those columns of word lists."""
        each_of = sa.func.jsonb_array_elements_text if self._is_postgresql else sa.func.json_each
        found: set[str] = set()
        for column in columns:
            each = each_of(column).table_valued("value")
            rows = sa.select(each.c.value).select_from(sa.join(column.class_, each, sa.true()))
            found.update(self._session.execute(rows.distinct()).scalars())
        return found


def _is_kind(value: str, _source: Source) -> Condition:
    fits = col(Outlet.media_type) == MediaType(value)
    return sa.or_(fits, col(Outlet.id).is_(None)) if value == MediaType.FREELANCE else fits


def _serves(wanted: str, tag: str) -> bool:
    try:
        return languages.closest(tag, [wanted]) is not None
    except BadInput:
        return False
