"""Criteria that name lists are read again: where a list gets another name, they get it, too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.audience.criteria import Criteria, parse
from mailer.audience.list_rules import COMING as STATUSES
from mailer.audience.terms import Key, Term, ordered
from mailer.contacts.keeping.undoing.rows import table_of
from mailer.contacts.lengths import refuse_long_rule
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput, Refused
from mailer.models import Distribution, MediaListEntry

#: What lists are called now, by the spelling of what they were called.
Names = Mapping[str, str]


@dataclass(frozen=True)
class Lines:
    """Criteria in one table, and which of its rows."""

    model: type[SQLModel]
    #: What a line belongs to, for whoever has to change it.
    called: str
    among: tuple[sa.ColumnElement[bool], ...]

    def where(self, condition: sa.ColumnElement[bool]) -> "Lines":
        """Some of them."""
        return Lines(self.model, self.called, (*self.among, condition))


#: The rules on lists.
RULES = Lines(MediaListEntry, "the rule", (col(MediaListEntry.criteria) != "",))
#: Distributions whose audience is not frozen yet. Others keep what was decided as it was written.
COMING = Lines(
    Distribution,
    "the criteria of distribution",
    (col(Distribution.status).in_(STATUSES), col(Distribution.fanned_out_at).is_(None)),
)


def follow(session: Session, names: Names, lines: Lines) -> list[int]:
    """Let the lines name the lists as they are called now; the numbers of the rows that changed.

    A distribution that starts at the same moment is waited for, or waits for us. The history tells
    of the list alone: its lines follow it back when that is undone. Raises Refused for a line that
    would become too long.
    """
    if not names:
        return []
    table = table_of(lines.model)
    rows = sa.select(table.c.id, table.c.criteria).where(*lines.among).order_by(table.c.id)
    changed = {}
    for number, line in session.connection().execute(rows.with_for_update()).all():
        if (now := _renamed(line, names, lines, of=f"{lines.called} {number}")) != line:
            changed[number] = now
    for number, now in changed.items():
        session.connection().execute(
            sa.update(table).where(table.c.id == number).values(criteria=now)
        )
    if changed:
        session.flush()
        session.expire_all()
    return list(changed)


def _renamed(line: str, names: Names, lines: Lines, *, of: str) -> str:
    """The line with the lists as they are called now; as it is when it names none of them."""
    try:
        criteria = parse(line)
    except BadInput:
        return line  # it was kept under older rules, and leads nowhere any more
    parts = (criteria.wanted, criteria.unwanted)
    if not any(_is_named(term, names) for part in parts for term in part):
        return line
    now = Criteria(*(ordered(_terms(part, names)) for part in parts)).line()
    try:
        parse(now)
        if lines.model is MediaListEntry:
            refuse_long_rule(now)
    except BadInput as wrong:
        raise Refused(f"{of} could not be read with that name: {wrong}") from wrong
    return now


def _terms(terms: tuple[Term, ...], names: Names) -> Iterator[Term]:
    for term in terms:
        value = names[spelling(term.value)] if _is_named(term, names) else term.value
        yield Term(term.key, value)


def _is_named(term: Term, names: Names) -> bool:
    return term.key is Key.LIST and spelling(term.value) in names
