"""Where rules lead, when something is taken back: a rule that would come back and go in a circle,
or name a list that is gone, stays away; and a list stays that criteria name.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.criteria import parse
from mailer.audience.list_rules import named_by
from mailer.audience.terms import Key, Term
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.keeping.undoing.rows import table_of
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput
from mailer.models import ChangeAction, ContactChange, ListPurpose, MediaList, MediaListEntry


def added(operation_id: int, model: type[MediaList] | type[MediaListEntry]) -> sa.Select[Any]:
    """The numbers of the rows that an operation made, an undo again."""
    return sa.select(col(ContactChange.subject_id)).where(
        col(ContactChange.operation_id) == operation_id,
        col(ContactChange.subject) == str(model.__tablename__),
        col(ContactChange.action) == ChangeAction.ADDED,
    )


def needed(session: Session, operation_id: int) -> dict[int, str]:
    """The lists that the operation made and that criteria name by now, each with what names it."""
    rows = session.scalars(
        sa.select(MediaList).where(col(MediaList.id).in_(added(operation_id, MediaList)))
    )
    return {row.id or 0: why for row in rows if (why := named_by(session, row))}


def leave_out(session: Session, undo_id: int, conflicts: Conflicts) -> int:
    """Take the rules away again that the undo made and that lead nowhere; how many.

    Each of them is told, and comes when the undo is done once more and it leads somewhere.
    """
    rules = sa.select(
        col(MediaListEntry.id), col(MediaListEntry.list_id), col(MediaListEntry.criteria)
    ).where(
        col(MediaListEntry.criteria) != "",
        col(MediaListEntry.id).in_(added(undo_id, MediaListEntry)),
    )
    left = 0
    for number, list_id, line in session.execute(rules.order_by(col(MediaListEntry.id))).all():
        if why := _Leading(session).obstacle(list_id, line):
            conflicts.add(MediaListEntry, number, f"cannot come back: {why}")
            _forget(session, undo_id, number)
            left += 1
    return left


def _forget(session: Session, undo_id: int, number: int) -> None:
    """As if the undo had never made that rule."""
    entry, change = table_of(MediaListEntry), table_of(ContactChange)
    session.connection().execute(sa.delete(entry).where(entry.c.id == number))
    session.connection().execute(
        sa.delete(change).where(
            change.c.operation_id == undo_id,
            change.c.subject == entry.name,
            change.c.subject_id == number,
            change.c.action == ChangeAction.ADDED,
        )
    )
    session.expire_all()


class _Leading:
    """All lists, and which of them the rules of each name."""

    def __init__(self, session: Session) -> None:
        self.by_name: dict[str, tuple[int, ListPurpose]] = {}
        lists = sa.select(col(MediaList.id), col(MediaList.name), col(MediaList.purpose))
        for number, name, purpose in session.execute(lists):
            self.by_name[spelling(name)] = number, purpose
        self.rules: dict[int, list[str]] = {}
        rules = sa.select(col(MediaListEntry.list_id), col(MediaListEntry.criteria))
        for number, line in session.execute(rules.where(col(MediaListEntry.criteria) != "")):
            self.rules.setdefault(number, []).append(line)

    def obstacle(self, list_id: int, line: str) -> str:
        """Why a rule cannot stand on that list; empty when it can."""
        for term, is_wanted in _lists_in(line):
            number, purpose = self.by_name.get(spelling(term.value), (0, ListPurpose.PRESS))
            if not number:
                return f"there is no list {term.value!r} any more"
            if is_wanted and purpose is ListPurpose.INTERNAL:
                return f"the list {term.value!r} is internal now"
        return "it would lead back to its own list" if self._leads_to(list_id, line) else ""

    def _leads_to(self, list_id: int, line: str) -> bool:
        seen: set[int] = set()
        lines = [line]
        while lines:
            for number in self._named(lines.pop()):
                if number == list_id:
                    return True
                if number not in seen:
                    seen.add(number)
                    lines += self.rules.get(number, [])
        return False

    def _named(self, line: str) -> Iterable[int]:
        for term, _ in _lists_in(line):
            if (found := self.by_name.get(spelling(term.value))) is not None:
                yield found[0]


def _lists_in(line: str) -> Iterator[tuple[Term, bool]]:
    """The lists that a rule names, and whether they are wanted; none where nobody can read it."""
    try:
        rule = parse(line)
    except BadInput:
        return
    for terms in (rule.wanted, rule.unwanted):
        yield from ((term, terms is rule.wanted) for term in terms if term.key is Key.LIST)
