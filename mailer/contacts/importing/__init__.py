"""The list keeper's daily work: a file of contacts read, typed, put in order and written.

files: bytes → lines · columns: the header → what each column means · values: a cell → a value ·
rows: a line → contacts · typists: lines → contacts, by several processes · spool: contacts in
order, on disk · placing: contacts × what we know → what is said of each · applying: what is said →
the address book.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.contacts.fallen import fallen
from mailer.contacts.history import operation
from mailer.contacts.importing.applying import Origin
from mailer.contacts.importing.columns import Columns, recall, remember
from mailer.contacts.importing.files import ContactFile, open_contacts
from mailer.contacts.importing.report import FieldChange, ImportReport, RowFate, Tally, UnusableRow
from mailer.contacts.importing.sheets import read_sheets
from mailer.contacts.importing.spool import Spool
from mailer.contacts.importing.vocabulary import Vocabulary
from mailer.contacts.importing.writing import Progress, Writing
from mailer.contacts.young import close_young
from mailer.database import reading
from mailer.memory import rarely_searched
from mailer.models import ContactImport, LegalBasis, OperationKind
from mailer.tokens import Keyring

__all__ = ["FieldChange", "Given", "ImportReport", "RowFate", "UnusableRow", "import_contacts"]


def _unseen(_done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Given:
    """What the list keeper says beside the file."""

    source: str = ""
    #: Why we may hold what is new.
    legal_basis: LegalBasis = LegalBasis.LEGITIMATE_INTEREST
    #: What those read who are new and of whom the file does not say it, as a tag.
    language: str = ""
    #: By header cell, what it means.
    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    officer_id: int | None = None
    #: A file with more is refused; 0: it may have any number.
    most_lines: int = 0


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
    changes nothing. Raises BadInput for a file or a header that cannot be used at all; it is
    UnknownColumns when somebody has to say what columns mean, and TooManyLines.
    """
    given = given or Given(source=source)
    at, tally = clock.now(), Tally()
    with (
        rarely_searched(),
        Spool() as spool,
        open_contacts(path, encoding=given.encoding, delimiter=given.delimiter) as file,
    ):
        mapped = _read(session, file, spool, tally, given, today=at.date())
        name = given.source or file.name
        with operation(
            session, OperationKind.IMPORT, source=name, officer_id=given.officer_id
        ) as recording:
            for columns in mapped:
                remember(session, columns)
            Writing(
                session,
                spool,
                tally,
                keyring=keyring,
                recording=recording,
                origin=_origin(session, file, given),
                at=at,
            ).write(progress=progress)
            close_young(session, since=at, keyring=keyring)
        return _record(session, file, tally, given, operation_id=recording.id)


def _origin(session: Session, file: ContactFile, given: Given) -> Origin:
    return Origin(
        given.source or file.name,
        given.legal_basis,
        given.language,
        is_repeated=_was_taken(session, file.digest),
    )


def _read(
    session: Session, file: ContactFile, spool: Spool, tally: Tally, given: Given, *, today: date
) -> list[Columns]:
    """Put the file's rows on the spool; the columns that the mapping decided."""
    vocabulary = Vocabulary()
    mapped = read_sheets(
        file,
        spool,
        tally,
        vocabulary=vocabulary,
        mapping=given.mapping,
        recall=partial(_recalled, session),
        today=today,
        most_lines=given.most_lines,
    )
    for notice in vocabulary.notices(session):
        tally.notice(0, notice)
    return mapped


def _recalled(session: Session, fingerprint: str) -> Mapping[str, str] | None:
    """Asked beside the session: it must not hold the database while a long file is read."""
    with reading(session.get_bind().engine) as aside:
        return recall(aside, fingerprint)


def _was_taken(session: Session, digest: str) -> bool:
    """Whether a file of the same octets was imported, and that import stands."""
    same = sa.select(col(ContactImport.operation_id)).where(
        col(ContactImport.digest) == digest, col(ContactImport.operation_id).is_not(None)
    )
    return not fallen(session).issuperset(session.scalars(same))


def _record(
    session: Session, file: ContactFile, tally: Tally, given: Given, *, operation_id: int
) -> ImportReport:
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
    return tally.report(import_id=record.id or 0, operation_id=operation_id, file_name=file.name)
