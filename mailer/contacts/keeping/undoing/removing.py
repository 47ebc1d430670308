"""Rows that the operation added are taken away by statements, children before their parents; what
somebody else names by now stays, and is told.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts.keeping.undoing.chain import FINAL
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.keeping.undoing.rows import AT_ONCE, table_of, touched
from mailer.contacts.keeping.undoing.standing import Standing
from mailer.contacts.keeping.undoing.whole import document, nothing
from mailer.database import listed
from mailer.models import (
    TABLES,
    Address,
    AddressState,
    ChangeAction,
    ContactChange,
    ContactOperation,
    Desk,
    DifferentPeople,
    Journalist,
    MediaList,
    OperationKind,
    Role,
    Suppression,
)
from mailer.models.columns import BIG
from mailer.tokens import Keyring

Condition = sa.ColumnElement[bool]
#: What a row of the table is called that names another one.
NAMING = {
    "role": "a job",
    "desk": "a desk",
    "media_list_entry": "an entry of a list",
    "personal_note": "a personal note",
}


def take_away(
    session: Session,
    operation: ContactOperation,
    *,
    undo_id: int,
    keyring: Keyring,
    conflicts: Conflicts,
    needed_lists: Mapping[int, str],
) -> int:
    """Remove the rows that the operation added and nobody needs; how many went."""
    removing = _Removing(session, operation, undo_id=undo_id)
    removing.needed_lists = needed_lists
    removing.suppressed = _suppressed_since(session, operation, keyring=keyring)
    added = touched(session, operation.id or 0, ChangeAction.ADDED)
    conflicts.stood_so += sum(map(removing.taken_by_others, added))
    gone = sum(removing.table(model) for model in reversed(added))
    for model in added:
        removing.tell_kept(model, conflicts)
    return gone


class _Removing:
    """One undo's taking away."""

    def __init__(self, session: Session, operation: ContactOperation, *, undo_id: int) -> None:
        self.session = session
        self.operation = operation
        self.undo_id = undo_id
        self.dialect = session.get_bind().dialect.name
        #: Numbers of addresses that were suppressed after the operation.
        self.suppressed: list[int] = []
        #: The numbers of lists that criteria name, each with what names it.
        self.needed_lists: Mapping[int, str] = {}
        self.standing = Standing(session, operation)

    def table(self, model: type[SQLModel]) -> int:
        """Remove what was added to one table; how many rows."""
        not_needed = [~needed for _, needed in self._needs(model)]
        return self._remove(model, sa.and_(self._added(model), *not_needed))

    def tell_kept(self, model: type[SQLModel], conflicts: Conflicts) -> None:
        """Tell the rows that stay, each with the reason."""
        table = table_of(model)
        reasons = [(needed, sa.literal(why)) for why, needed in self._needs(model)]
        whys = sa.case(*reasons, else_="") if reasons else sa.literal("")
        kept = sa.select(table.c.id, whys).where(self._added(model)).order_by(table.c.id)
        for number, why in self._execute(kept):
            conflicts.keep(model, number, why)

    def taken_by_others(self, model: type[SQLModel]) -> int:
        """How many of them something later has taken away, and may bring back when it is undone."""
        later, by = table_of(ContactChange).alias(), table_of(ContactOperation)
        number = (
            sa.select(sa.func.count())
            .select_from(later.join(by, by.c.id == later.c.operation_id))
            .where(
                by.c.id > self.operation.id,
                by.c.undone_by_id.is_(None),
                by.c.undoes_id.is_distinct_from(self.operation.id),
                by.c.kind.not_in(FINAL | self._unseen(model)),
                later.c.subject == str(model.__tablename__),
                later.c.action == ChangeAction.REMOVED,
                later.c.subject_id.in_(
                    self._numbers(model, self.operation.id or 0, ChangeAction.ADDED)
                ),
            )
        )
        found: int = self._execute(number).scalar_one()
        return found

    def _unseen(self, model: type[SQLModel]) -> set[OperationKind]:
        """Whose taking away is no matter: with one of two goes that they are different."""
        return {OperationKind.UNDO} if model is DifferentPeople else set()

    def _remove(self, model: type[SQLModel], condition: Condition) -> int:
        """Keep the rows whole in the history, then delete those that stand there as removed."""
        table = table_of(model)
        whole = document(table, self.dialect)
        values: dict[str, Any] = {
            "operation_id": sa.literal(self.undo_id, BIG),
            "subject": sa.literal(table.name),
            "subject_id": table.c.id,
            "action": sa.literal(ChangeAction.REMOVED.value),
            "before": whole,
            "after": nothing(self.dialect),
        }
        changes = table_of(ContactChange)
        copied = sa.select(*values.values()).where(condition).order_by(table.c.id)
        self._execute(sa.insert(changes).from_select(list(values), copied))
        if model is Journalist:
            self._forget_differences()
        removed = sa.delete(table).where(table.c.id.in_(self._noted(model)))
        gone: int = self._execute(removed).rowcount
        return gone

    def _forget_differences(self) -> None:
        """That two are different people means nothing when one of them is gone."""
        gone = self._noted(Journalist)
        pair = table_of(DifferentPeople).c
        condition = sa.or_(pair.first_id.in_(gone), pair.second_id.in_(gone))
        self._remove(DifferentPeople, condition)

    def _noted(self, model: type[SQLModel]) -> sa.Select[Any]:
        return self._numbers(model, self.undo_id, ChangeAction.REMOVED)

    def _added(self, model: type[SQLModel]) -> Condition:
        number = table_of(model).c.id
        return number.in_(self._numbers(model, self.operation.id or 0, ChangeAction.ADDED))

    def _numbers(
        self, model: type[SQLModel], operation_id: int, action: ChangeAction
    ) -> sa.Select[Any]:
        return sa.select(col(ContactChange.subject_id)).where(
            col(ContactChange.operation_id) == operation_id,
            col(ContactChange.subject) == str(model.__tablename__),
            col(ContactChange.action) == action,
        )

    def _needs(self, model: type[SQLModel]) -> Iterator[tuple[str, Condition]]:
        """What keeps rows of a table, each with its words."""
        table = table_of(model)
        if model is Address:
            kept = sa.bindparam("kept", json.dumps([[one] for one in self.suppressed]), sa.Text())
            asked = listed(self.dialect, kept, id=BIG)
            yield "was suppressed since", table.c.id.in_(sa.select(asked.c.id))
        if model in (Journalist, Desk):
            yield "was changed by its owner since", self._by_owner(model, table.c.id)
        if model is Role:
            owner = self._by_owner(Journalist, table.c.journalist_id)
            yield "belongs to a person who changed her record since", owner
        if model is MediaList:
            for number, why in self.needed_lists.items():
                yield why, table.c.id == number
        yield from self.standing.of(model)
        for child in TABLES.sorted_tables:
            for key in child.foreign_keys:
                if key.column.table is table and child is not table_of(DifferentPeople):
                    naming = sa.select(sa.literal(1)).where(key.parent == table.c.id)
                    yield (
                        f"is named by {NAMING.get(child.name, child.name)} that stays",
                        naming.correlate(table).exists(),
                    )

    def _by_owner(self, model: type[SQLModel], number: sa.ColumnElement[int]) -> Condition:
        touched = (
            sa.select(col(ContactChange.subject_id))
            .join(ContactOperation, col(ContactOperation.id) == col(ContactChange.operation_id))
            .where(
                col(ContactOperation.kind) == OperationKind.OWNER,
                col(ContactOperation.id) > self.operation.id,
                col(ContactChange.subject) == str(model.__tablename__),
            )
        )
        return number.in_(touched)

    def _execute(self, statement: Any) -> Any:
        return self.session.connection().execute(statement)


def _suppressed_since(
    session: Session, operation: ContactOperation, *, keyring: Keyring
) -> list[int]:
    """The addresses that the operation brought and that somebody else has suppressed since."""
    added = sa.select(col(ContactChange.subject_id)).where(
        col(ContactChange.operation_id) == operation.id,
        col(ContactChange.subject) == "address",
        col(ContactChange.action) == ChangeAction.ADDED,
    )
    closed = (
        sa.select(col(Address.id), col(Address.normalised))
        .where(col(Address.id).in_(added))
        .where(col(Address.state).not_in((AddressState.OK, AddressState.SOFT)))
        .execution_options(yield_per=AT_ONCE)
    )
    found: list[int] = []
    for some in session.execute(closed).partitions():
        by_hash = {
            hashed: number
            for number, normalised in some
            for hashed in keyring.address_hashes(normalised)
        }
        rows = session.execute(
            sa.select(col(Suppression.address_hash)).where(
                col(Suppression.address_hash).in_(by_hash),
                col(Suppression.created_at) >= operation.done_at,
                # What it suppressed itself is as before: that stays by its hash.
                col(Suppression.source) != operation.source,
            )
        )
        found += {by_hash[hashed] for (hashed,) in rows}
    return found
