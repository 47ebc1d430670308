"""The list keeper's daily work: a file of contacts read, typed, placed and written, in that order.

reading: bytes → table · rows: table → typed rows · placing: rows × what we know → what is said of
each contact · applying: what is said → the address book.
"""

from collections.abc import Mapping
from pathlib import Path

from sqlmodel import Session

from mailer import clock
from mailer.contacts.importing.applying import Applied, apply
from mailer.contacts.importing.known import Known, look_up
from mailer.contacts.importing.placing import place
from mailer.contacts.importing.plans import Placement
from mailer.contacts.importing.reading import Line, Table, read_table
from mailer.contacts.importing.report import FieldChange, ImportReport, RowFate, UnusableRow
from mailer.contacts.importing.rows import ContactRow, TypedRows, type_rows
from mailer.models import ContactImport, SuppressionReason
from mailer.tokens import Keyring

__all__ = [
    "FieldChange",
    "ImportReport",
    "Line",
    "RowFate",
    "Table",
    "UnusableRow",
    "import_contacts",
    "read_table",
]


def import_contacts(
    session: Session, path: Path, *, keyring: Keyring, source: str = ""
) -> ImportReport:
    """Take the contacts of a file into the address book. The caller commits; a preview rolls back.

    Blank never overwrites, a suppressed address stays closed, and the same file a second time
    changes nothing. Raises BadInput for a file or a header that cannot be used at all.
    """
    at = clock.now()
    table = read_table(path)
    typed = type_rows(table)
    known = look_up(session, typed.rows, keyring=keyring)
    placement = place(_welcome(typed.rows, known=known), known=known, today=at.date())
    applied = apply(
        session,
        placement,
        emails={row.row: row.email for row in typed.rows},
        known=known,
        keyring=keyring,
        source=source or table.file_name,
        at=at,
    )
    fates = _fates(typed, placement, applied, known=known)
    counts = {fate.value: list(fates.values()).count(fate) for fate in RowFate}
    record = ContactImport(
        file_name=table.file_name, digest=table.digest, counts=counts, imported_at=at
    )
    session.add(record)
    session.flush()
    return ImportReport(
        import_id=record.id or 0,
        file_name=table.file_name,
        counts=counts,
        unusable=tuple(sorted(typed.unusable + placement.unusable, key=lambda bad: bad.row)),
        changes=tuple(sorted(applied.changes, key=lambda change: change.row)),
        suppressed=tuple(row for row, fate in fates.items() if fate == RowFate.SUPPRESSED),
        notices=(*table.notices, *typed.notices, *placement.notices),
    )


def _welcome(rows: list[ContactRow], *, known: Known) -> list[ContactRow]:
    """The rows that may be kept. Of an erased person nothing is, not even the name."""
    erased = SuppressionReason.ERASED
    return [row for row in rows if known.suppressed.get(row.email.normalised) != erased]


def _fates(
    typed: TypedRows, placement: Placement, applied: Applied, *, known: Known
) -> Mapping[int, RowFate]:
    changed = {change.row for change in applied.changes}
    fates = {bad.row: RowFate.UNUSABLE for bad in typed.unusable + placement.unusable}
    for row in typed.rows:
        if row.row in fates:
            continue
        if row.email.normalised in known.suppressed:
            fates[row.row] = RowFate.SUPPRESSED
        elif row.row in applied.new_rows:
            fates[row.row] = RowFate.NEW
        elif row.row in changed:
            fates[row.row] = RowFate.CHANGED
        else:
            silent = row.row in placement.silent
            fates[row.row] = RowFate.DUPLICATE if silent else RowFate.UNCHANGED
    return fates
