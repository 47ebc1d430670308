"""Rows that the operation removed are made again, with their numbers; parents before children."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts import history
from mailer.contacts.inserting import insert_numbered
from mailer.contacts.keeping.undoing.bulk import make_clear
from mailer.contacts.keeping.undoing.closed import closed_again, reasons
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.keeping.undoing.rows import (
    Change,
    Parents,
    Row,
    changes,
    standing,
    table_of,
    touched,
)
from mailer.database import UTCDateTime
from mailer.models import (
    Address,
    ChangeAction,
    ContactChange,
    ContactOperation,
    DifferentPeople,
    Journalist,
    OperationKind,
    Role,
    Suppression,
    SuppressionReason,
)
from mailer.tokens import Keyring

#: Where a merge says, on the row that it removed, which one goes on in its place.
MERGED_INTO = "merged_into"
#: Kinds of columns whose values do not stand in a document as they are.
READ = (UTCDateTime, sa.Date, sa.Enum)
ERASED = "was erased, and does not come back"


def make_again(
    session: Session,
    operation_id: int,
    *,
    undo_id: int,
    before: Sequence[int] = (),
    keyring: Keyring,
    conflicts: Conflicts,
) -> int:
    """Make the removed rows again that no undo `before` has made; how many came back."""
    returning = _Returning(
        session, operation_id, undo_id=undo_id, keyring=keyring, conflicts=conflicts
    )
    returning.before = before
    returning.find_closed()
    removed = touched(session, operation_id, ChangeAction.REMOVED)
    return sum(returning.table(model) for model in removed)


class _Returning:
    """One undo's bringing back."""

    def __init__(
        self,
        session: Session,
        operation_id: int,
        *,
        undo_id: int,
        keyring: Keyring,
        conflicts: Conflicts,
    ) -> None:
        self.session = session
        self.operation_id = operation_id
        self.undo_id = undo_id
        self.keyring = keyring
        self.conflicts = conflicts
        #: Undos that made a part of it again.
        self.before: Sequence[int] = ()
        #: Whom an erasure took: the person goes with her address.
        self.erased: dict[type[SQLModel], set[int]] = {Address: set(), Journalist: set()}
        #: Whom it is worth to look at one by one: also whose address was closed since.
        self.apart = self.erased | {Address: set()}

    def find_closed(self) -> None:
        """Look whose addresses were closed since. Where one was erased, neither it nor its readers
        come back.
        """
        if self.session.execute(sa.select(col(Suppression.id)).limit(1)).first() is None:
            return
        for removed in self._removed(Address):
            rows = [change.before for change in removed]
            whys = reasons(self.session, rows, keyring=self.keyring)
            for change in removed:
                why = whys.get(change.before.get("normalised", ""))
                if why is not None:
                    self.apart[Address].add(change.subject_id)
                if why == SuppressionReason.ERASED:
                    self.erased[Address].add(change.subject_id)
        if self.erased[Address]:
            for removed in self._removed(Role):
                self.erased[Journalist].update(
                    change.before["journalist_id"]
                    for change in removed
                    if change.before.get("address_id") in self.erased[Address]
                )

    def table(self, model: type[SQLModel]) -> int:
        """Make the rows of one table again; how many."""
        withdrawn = self._withdrawn(model)
        made = make_clear(
            self.session,
            model,
            self.operation_id,
            undo_id=self.undo_id,
            before=self.before,
            apart=self.apart.get(model, set()) | withdrawn,
        )
        for removed in self._removed(model):
            left = [change for change in removed if change.subject_id not in withdrawn]
            made += self._some(model, left)
        return made

    def _removed(self, model: type[SQLModel]) -> Iterator[Sequence[Change]]:
        name = str(model.__tablename__)
        return changes(
            self.session,
            self.operation_id,
            ChangeAction.REMOVED,
            subject=name,
            besides=[*self.before, self.undo_id],
        )

    def _withdrawn(self, model: type[SQLModel]) -> set[int]:
        """Decisions that two are different which were undone while one of the two was away."""
        if model is not DifferentPeople:
            return set()
        change, removed = table_of(ContactChange).c, table_of(ContactChange).alias().c
        gone = sa.select(removed.subject_id).where(
            removed.operation_id == self.operation_id,
            removed.subject == str(model.__tablename__),
            removed.action == ChangeAction.REMOVED,
        )
        rows = self.session.execute(
            sa.select(change.subject_id, change.operation_id)
            .join(ContactOperation, col(ContactOperation.id) == change.operation_id)
            .where(
                change.subject == str(model.__tablename__),
                change.subject_id.in_(gone),
                change.action == ChangeAction.ADDED,
                col(ContactOperation.kind) != OperationKind.UNDO,
            )
        )
        return {row.subject_id for row in rows if row.operation_id in self.conflicts.fallen}

    def _some(self, model: type[SQLModel], removed: Sequence[Change]) -> int:
        whole = {change.subject_id: change for change in removed if change.before.get("id")}
        for change in removed:
            if change.subject_id not in whole:
                self.conflicts.add(model, change.subject_id, ERASED, can_follow=False)
        rows = _as_rows(model, (change.before for change in whole.values()))
        if model is Address:
            whys = reasons(self.session, rows, keyring=self.keyring)
            rows = [closed_again(row, whys.get(row["normalised"])) for row in rows]
        obstacles = _Obstacles(self.session, model, rows, whole, erased=self.erased.get(model))
        welcome = []
        for row in rows:
            if why := obstacles.of(row):
                self.conflicts.add(model, row["id"], why, can_follow=why != ERASED)
            else:
                welcome.append(row)
        if welcome:
            insert_numbered(self.session, model, welcome)
            history.note_added(self.session, model, [row["id"] for row in welcome])
        return len(welcome)


class _Obstacles:
    """Why some rows of one table cannot come back."""

    def __init__(
        self,
        session: Session,
        model: type[SQLModel],
        rows: Sequence[Row],
        changes_by_id: dict[int, Change],
        *,
        erased: set[int] | None,
    ) -> None:
        table = table_of(model)
        self.erased = erased or set()
        self.there = standing(session, table.c.id, [row["id"] for row in rows])
        self.parents = Parents(session, model, rows)
        self.taken = [_taken(session, table, rule, rows) for rule in _unique_rules(table)]
        self.into = {
            number: change.after[MERGED_INTO]
            for number, change in changes_by_id.items()
            if MERGED_INTO in change.after
        }
        self.survivors = standing(session, table.c.id, set(self.into.values()))

    def of(self, row: Row) -> str:
        """What keeps the row away; empty when nothing does."""
        if row["id"] in self.erased:
            return ERASED
        if row["id"] in self.there:
            return "is there already"
        if self.into.get(row["id"]) not in {None, *self.survivors}:
            return f"was merged into {self.into[row['id']]}, who is not there any more"
        if name := self.parents.missing(row):
            return f"cannot come back: {name} {row[name]} is not there"
        for rule, values in self.taken:
            if tuple(row[name] for name in rule) in values:
                return f"cannot come back: another has the same {', '.join(rule)}"
        return ""


def _as_rows(model: type[SQLModel], kept: Iterable[dict[str, Any]]) -> list[Row]:
    """The kept documents as rows; a column that is younger than one has its first value."""
    columns = table_of(model).columns
    names = columns.keys()
    read = {name for name, column in columns.items() if isinstance(column.type, READ)}
    first: Row = {}
    rows = []
    for document in kept:
        if missing := set(names) - set(document):
            first = first or model().model_dump()
            document |= {name: first[name] for name in missing}
        row = {name: document[name] for name in names}
        row |= {name: history.as_value(columns[name], row[name]) for name in read - missing}
        rows.append(row)
    return rows


def _unique_rules(table: sa.Table) -> Iterator[tuple[str, ...]]:
    for rule in table.constraints:
        if isinstance(rule, sa.UniqueConstraint):
            yield tuple(column.name for column in rule.columns)


def _taken(
    session: Session, table: sa.Table, rule: tuple[str, ...], rows: Sequence[Row]
) -> tuple[tuple[str, ...], set[tuple[Any, ...]]]:
    """What stands already in the columns of a unique rule, near to what those rows would bring.

    A database takes two rows for different where both have nothing in a column; here they are not.
    """
    near = []
    for name in rule[1:] or rule:
        values = {row[name] for row in rows} - {None, ""}
        near.append(table.c[name].in_(values) if values else sa.false())
    found = session.connection().execute(
        sa.select(*(table.c[name] for name in rule)).where(sa.or_(*near))
    )
    return rule, {tuple(values) for values in found}
