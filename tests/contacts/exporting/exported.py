"""An address book exported and imported again."""

from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from mailer.contacts.exporting import form_of, write_file
from mailer.contacts.importing import ImportReport, import_contacts
from mailer.tokens import Keyring


def come_back(
    session: Session, path: Path, *, keyring: Keyring, private_notes: bool = True
) -> ImportReport:
    """What importing the export at that path says."""
    path.unlink(missing_ok=True)
    write_file(session, path, form_of(path, None), private_notes=private_notes)
    report = import_contacts(session, path, keyring=keyring)
    session.flush()
    return report


def news(report: ImportReport) -> dict[str, int]:
    """What there should be none of."""
    told = Counter(report.counts)
    return {word: told[word] for word in ("new", "changed", "unusable") if told[word]}


def kept(session: Session, *tables: type[SQLModel]) -> list[dict[str, Any]]:
    """All the rows of these tables, by number."""
    session.flush()
    return [
        dict(row._mapping)
        for table in map(sa.inspect, tables)
        for row in session.connection().execute(
            sa.select(table.local_table).order_by(table.primary_key[0])
        )
    ]
