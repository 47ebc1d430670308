"""The rows that the history of one contact is about: the person, her jobs and addresses, the desks,
the lists; those too that are gone by now, as the history kept them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from mailer import addresses
from mailer.contacts import history
from mailer.contacts.inserting import chunked
from mailer.contacts.keeping.merging import former_numbers
from mailer.contacts.keeping.numbers import row_number
from mailer.errors import NotFound
from mailer.models import (
    Address,
    ChangeAction,
    ContactChange,
    Desk,
    DifferentPeople,
    Journalist,
    MediaListEntry,
    Role,
)
from mailer.models.history import is_kept, kept


@dataclass
class Subjects:
    """Rows by table, as they stand now or as they stood last."""

    session: Session
    rows: dict[str, dict[int, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in history.TABLES}
    )
    #: Whether rows that are gone are looked for, too.
    remembers: bool = True

    def take(self, model: type[SQLModel], column: str, values: Iterable[Any]) -> list[int]:
        """Take in the rows whose column holds one of the values, or held it when they went."""
        found: dict[int, dict[str, Any]] = {}
        wanted = sorted(set(values) - {None})
        for chunk in chunked(wanted):
            if self.remembers:
                found |= self._gone(model, column, chunk)
            there = getattr(model, column)
            for row in self.session.exec(select(model).where(there.in_(chunk))):
                found[row.id] = row.model_dump()  # type: ignore[attr-defined]
        self.rows[str(model.__tablename__)].update(found)
        return list(found)

    def _gone(
        self, model: type[SQLModel], column: str, values: Sequence[Any]
    ) -> dict[int, dict[str, Any]]:
        # A row's own number stands beside the document; each other column has an index of its own.
        held = (
            col(ContactChange.subject_id).in_(values)
            if column == "id"
            else sa.and_(kept(column).in_(list(map(str, values))), is_kept(column))
        )
        changes = self.session.exec(
            select(ContactChange.subject_id, ContactChange.before)
            .where(
                ContactChange.subject == str(model.__tablename__),
                ContactChange.action == ChangeAction.REMOVED,
                held,
            )
            .order_by(col(ContactChange.id))
        )
        return {number: dict(before) for number, before in changes}

    def column(self, model: type[SQLModel], name: str) -> set[Any]:
        """What stands in one column of the rows of a table."""
        return {row.get(name) for row in self.rows[str(model.__tablename__)].values()} - {None}


def find_subjects(session: Session, text: str, *, remembers: bool = True) -> Subjects:
    """Everything that belongs to the contact at that address, or with that number.

    Raises NotFound for what we never knew, and BadInput for what is no address.
    """
    found = Subjects(session, remembers=remembers)
    if (number := row_number(text)) is not None:
        people = {number}
    else:
        normalised = addresses.parse(text).normalised
        numbers = found.take(Address, "normalised", [normalised])
        found.take(Desk, "address_id", numbers)
        found.take(Role, "address_id", numbers)
        people = found.column(Role, "journalist_id")
    people |= {former for number in people for former in former_numbers(session, number)}
    found.take(Journalist, "id", people)
    roles = found.take(Role, "journalist_id", people)
    found.take(Address, "id", found.column(Role, "address_id"))
    found.take(MediaListEntry, "role_id", roles)
    found.take(MediaListEntry, "desk_id", found.column(Desk, "id"))
    for column in ("first_id", "second_id"):
        found.take(DifferentPeople, column, people)
    if not any(found.rows.values()):
        raise NotFound(f"nobody is known at {text}, and nobody was: see `mailer contacts import`")
    return found
