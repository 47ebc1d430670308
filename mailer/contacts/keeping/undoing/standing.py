"""Who has stood since for what an import brought: a later file that names it, too, somebody who
changed it, a message that went there. Taking the import back leaves that in the address book.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts.fallen import fallen, undone_once
from mailer.contacts.keeping.undoing.chain import first_done
from mailer.contacts.keeping.undoing.rows import table_of
from mailer.models import (
    ChangeAction,
    ContactChange,
    ContactImport,
    ContactOperation,
    Delivery,
    DeliveryStatus,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
)

Condition = sa.ColumnElement[bool]
Reasons = Iterator[tuple[str, Condition]]
#: Done by somebody who saw the contact, or holds a source of her own for it.
KINDS = (
    OperationKind.IMPORT,
    OperationKind.EDIT,
    OperationKind.MOVE,
    OperationKind.MERGE,
    OperationKind.OWNER,
)
NAMED = (Outlet, Journalist, Role, Desk, MediaListEntry)
CHANGED = (Outlet, Journalist, Role, Desk, MediaList)
#: Nothing went out.
NOT_SENT = (DeliveryStatus.WITHHELD, DeliveryStatus.CANCELLED, DeliveryStatus.EXPIRED)


class Standing:
    """What speaks since for the rows that one operation added; nothing unless it is an import."""

    def __init__(self, session: Session, operation: ContactOperation) -> None:
        self._root = first_done(session, operation)
        self._in_effect = _in_effect(session, operation, root=self._root)

    def of(self, model: type[SQLModel]) -> Reasons:
        """What keeps rows of a table, each with its words."""
        if self._root.kind is not OperationKind.IMPORT:
            return
        number = table_of(model).c.id
        if model in NAMED:
            yield "a later import names it, too", self._touched(model, number, ChangeAction.NAMED)
        if model in CHANGED:
            yield "was changed since", self._touched(model, number, ChangeAction.CHANGED)
        if model is Role:
            owner = table_of(Role).c.journalist_id
            by_hand = self._touched(
                Journalist, owner, ChangeAction.CHANGED, kinds=(OperationKind.EDIT,)
            )
            yield "belongs to a person who was changed by hand since", by_hand
        if model in (Role, Desk):
            yield "a message went there", _sent(model)

    def _touched(
        self,
        model: type[SQLModel],
        number: sa.ColumnElement[int],
        action: ChangeAction,
        *,
        kinds: tuple[OperationKind, ...] = KINDS,
    ) -> Condition:
        """Whether a later operation that counts has touched that row.

        Asked row by row through an index: a later file may have named half a million.
        """
        touched = (
            sa.select(sa.literal(1))
            .select_from(ContactChange)
            .join(ContactOperation, col(ContactOperation.id) == col(ContactChange.operation_id))
            .where(
                col(ContactChange.subject) == str(model.__tablename__),
                col(ContactChange.subject_id) == number,
                col(ContactChange.action) == action,
                col(ContactOperation.kind).in_(kinds),
                self._in_effect,
            )
        )
        return touched.correlate(number.table).exists()


def _sent(model: type[Any]) -> Condition:
    """Whether a message went to that job or desk, at the address that it has."""
    table, delivery = table_of(model), table_of(Delivery)
    named = delivery.c.role_id if model is Role else delivery.c.desk_id
    went = sa.select(sa.literal(1)).where(
        delivery.c.address_id == table.c.address_id,
        named == table.c.id,
        delivery.c.status.not_in(NOT_SENT),
    )
    return went.correlate(table).exists()


def _in_effect(
    session: Session, operation: ContactOperation, *, root: ContactOperation
) -> Condition:
    """Which operations came later, hold still, and are more than the same file once more."""
    digest = sa.select(col(ContactImport.digest)).where(col(ContactImport.operation_id) == root.id)
    same_file = sa.select(col(ContactImport.operation_id)).where(
        col(ContactImport.digest).in_(digest),
        col(ContactImport.digest) != "",
        col(ContactImport.operation_id).is_not(None),
    )
    number, undone_by = col(ContactOperation.id), col(ContactOperation.undone_by_id)
    again = {one for one in undone_once(session) if one > (operation.id or 0)} - fallen(session)
    return sa.and_(
        number > operation.id,
        sa.or_(undone_by.is_(None), number.in_(again)),
        number.not_in(session.execute(same_file).scalars().all()),
    )
