"""Free text that somebody may be named in: notes, sources, reasons, documents. House rule: a column
of text is either swept here, or goes with its row, or is ours and nobody's contact data.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from mailer.contacts.keeping.undoing.rows import table_of
from mailer.contacts.privacy.wording import Words
from mailer.models import (
    Address,
    ContactChange,
    ContactImport,
    ContactOperation,
    Delivery,
    Desk,
    Distribution,
    ImportMapping,
    InboundMessage,
    Journalist,
    MediaList,
    Outlet,
    PersonalNote,
    Role,
    StillValid,
    Suppression,
    Waiver,
)

#: Text about anybody, by table.
FREE_TEXT: dict[type[SQLModel], tuple[str, ...]] = {
    Address: ("state_reason",),
    ContactChange: ("before", "after"),
    ContactImport: ("file_name",),
    ContactOperation: ("source", "note"),
    Delivery: ("reasons", "reason", "reply_text", "notice_source"),
    Desk: ("public_note", "private_note", "details", "source", "basis_source"),
    Distribution: ("note",),
    # Older mappings have cells of the row, which may be a contact.
    ImportMapping: ("name", "columns"),
    InboundMessage: ("note",),
    Journalist: ("public_note", "private_note", "details", "source", "basis_source"),
    MediaList: ("note",),
    Outlet: ("public_note", "details"),
    PersonalNote: ("text",),
    Role: ("job_title", "details"),
    StillValid: ("note",),
    Suppression: ("note", "source"),
    Waiver: ("reason",),
}


def sweep(session: Session, words: Words) -> int:
    """Take names and addresses out of all free text; how many rows held one."""
    return sum(_sweep(session, model, names, words) for model, names in FREE_TEXT.items())


def _sweep(session: Session, model: type[SQLModel], names: tuple[str, ...], words: Words) -> int:
    table = table_of(model)
    columns = [table.c[name] for name in names]
    holding = sa.or_(*(words.condition(column) for column in columns))
    found = session.execute(sa.select(table.c.id, *columns).where(holding)).all()
    count = 0
    for number, *values in found:
        without = {name: words.out_of(value) for name, value in zip(names, values, strict=True)}
        if list(without.values()) != values:
            count += 1
            _write(session, table, number, without)
    return count


def _write(session: Session, table: sa.Table, number: int, values: dict[str, Any]) -> None:
    session.connection().execute(sa.update(table).where(table.c.id == number).values(values))
