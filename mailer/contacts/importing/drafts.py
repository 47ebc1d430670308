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
    number = sa.inspect(table).primary_key[0]
    statement = sa.insert(table).returning(number, sort_by_parameter_order=True)
    numbers = session.connection().execute(statement, [vars(one) for one in drafts]).scalars()
    added: list[Noted] = []
    for one, row_id in zip(drafts, numbers, strict=True):
        one.id = row_id
        added.append((table, row_id, ChangeAction.ADDED, {}, {}))
    history.note_rows(session, added)
