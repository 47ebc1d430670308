"""The list keeper's daily work: a file of contacts read, typed, put in order and written.

files: bytes → lines · columns: the header → what each column means · values: a cell → a value ·
rows: a line → contacts · spool: contacts in order, on disk · placing: contacts × what we know →
what is said of each · applying: what is said → the address book.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlmodel import Session

from mailer import clock
from mailer.contacts.history import operation
from mailer.contacts.importing.columns import recall, remember
from mailer.contacts.importing.files import ContactFile, open_contacts
from mailer.contacts.importing.report import FieldChange, ImportReport, RowFate, Tally, UnusableRow
from mailer.contacts.importing.sheets import read_sheets
from mailer.contacts.importing.spool import Spool
from mailer.contacts.importing.writing import Progress, Writing
from mailer.database import reading
from mailer.models import ContactImport, OperationKind
from mailer.tokens import Keyring

__all__ = ["FieldChange", "Given", "ImportReport", "RowFate", "UnusableRow", "import_contacts"]


def _unseen(_done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Given:
    """What the list keeper says beside the file."""

    source: str = ""
    #: By header cell, what it means.
    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    officer_id: int | None = None


def import_contacts(
    session: Session,
    path: Path,
    *,
    keyring: Keyring,
    source: str = "",
    given: Given | None = None,
    progress: Progress = _unseen,
) -> ImportReport:
    """Take the contacts of a file into the address book. The caller commits; a preview rolls back.

    Blank never overwrites, a suppressed address stays closed, and the same file a second time
    changes nothing. Raises BadInput for a file or a header that cannot be used at all.
    """
    given = given or Given(source=source)
    at, tally = clock.now(), Tally()
    with (
        Spool() as spool,
        open_contacts(path, encoding=given.encoding, delimiter=given.delimiter) as file,
    ):
        mapped = read_sheets(
            file,
            spool,
            tally,
            mapping=given.mapping,
            recall=partial(_recalled, session),
            today=at.date(),
        )
        with operation(
            session,
            OperationKind.IMPORT,
            source=given.source or file.name,
            officer_id=given.officer_id,
        ) as recording:
            for columns in mapped:
                remember(session, columns)
            Writing(
                session,
                spool,
                tally,
                keyring=keyring,
                recording=recording,
                source=given.source or file.name,
                at=at,
            ).write(progress=progress)
        record = _record(session, file, tally, given, operation_id=recording.id)
        return tally.report(import_id=record.id or 0, file_name=file.name)


def _recalled(session: Session, fingerprint: str) -> Mapping[str, str] | None:
    """Asked beside the session: it must not hold the database while a long file is read."""
    with reading(session.get_bind().engine) as aside:
        return recall(aside, fingerprint)


def _record(
    session: Session, file: ContactFile, tally: Tally, given: Given, *, operation_id: int
) -> ContactImport:
    record = ContactImport(
        file_name=file.name,
        digest=file.digest,
        counts=tally.counts(),
        imported_at=clock.now(),
        officer_id=given.officer_id,
        operation_id=operation_id,
    )
    session.add(record)
    session.flush()
    return record
