"""New rows on their way into the address book: many in one statement, and none of them an object of
the session. A file may bring a hundred thousand people.
"""

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from pydantic_core import PydanticUndefined
from sqlmodel import Session, SQLModel

from mailer.contacts import history
from mailer.contacts.history import Noted
from mailer.contacts.inserting import insert_numbered, new_numbers
from mailer.models import ChangeAction


class Draft(SimpleNamespace):
    """A row that has no number yet; its columns are its attributes."""


def draft(table: type[SQLModel], **values: Any) -> Draft:
    """A row with the defaults of the table."""
    return Draft(**(_defaults(table) | values))


@cache
def _defaults(table: type[SQLModel]) -> dict[str, Any]:
    found = {
        name: field.get_default(call_default_factory=True)
        for name, field in table.model_fields.items()
        if name != "id"
    }
    return {name: value for name, value in found.items() if value is not PydanticUndefined}


def insert_drafts(session: Session, table: type[SQLModel], drafts: Sequence[Draft]) -> None:
    """Write the rows, give each its number, and keep that they were added."""
    if not drafts:
        return
    added: list[Noted] = []
    for one, row_id in zip(drafts, _written(session, table, drafts), strict=True):
        one.id = row_id
        added.append((table, row_id, ChangeAction.ADDED, {}, {}))
    history.note_rows(session, added)


def _written(session: Session, table: type[SQLModel], drafts: Sequence[Draft]) -> Sequence[int]:
    """Write the rows; the number of each."""
    if session.get_bind().dialect.name != "postgresql":
        number = sa.inspect(table).primary_key[0]
        statement = sa.insert(table).returning(number, sort_by_parameter_order=True)
        return (
            session.connection().execute(statement, [vars(one) for one in drafts]).scalars().all()
        )
    # Its driver reads through each of ten thousand parameters; here there is one.
    numbers = new_numbers(session, table, count=len(drafts))
    numbered = zip(drafts, numbers, strict=True)
    insert_numbered(session, table, [{**vars(one), "id": number} for one, number in numbered])
    return numbers
