"""The address book as a file: CSV, a spreadsheet or vCards, in the columns that an import of ours
reads. To import an export changes nothing.
"""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import IO

from sqlmodel import Session

from mailer.contacts.exporting import cards, delimited, workbook
from mailer.contacts.exporting.columns import columns
from mailer.contacts.exporting.reading import Chosen, contacts
from mailer.errors import BadInput

__all__ = ["Chosen", "Form", "form_of", "write_file", "write_text"]


class Form(StrEnum):
    """What kind of file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    VCARD = "vcard"


SUFFIXES = {".csv": Form.CSV, ".xlsx": Form.XLSX, ".vcf": Form.VCARD, ".vcard": Form.VCARD}
WRITERS = {Form.CSV: delimited.write, Form.VCARD: cards.write}


def form_of(path: Path | None, form: Form | None) -> Form:
    """What kind of file it becomes: as somebody says, else by the name. Raises BadInput."""
    if form is None and path is not None:
        form = SUFFIXES.get(path.suffix.lower())
        if form is None:
            known = ", ".join(SUFFIXES)
            told = f"{path.name} ends with none of {known}"
            raise BadInput(f"{told}: say --format csv, xlsx or vcard")
    if form is Form.XLSX and path is None:
        raise BadInput("a spreadsheet is no text: say where it goes with --to FILE.xlsx")
    return form or Form.CSV


def write_text(
    session: Session,
    text: IO[str],
    form: Form,
    *,
    chosen: Iterable[Chosen] | None = None,
    private_notes: bool = False,
) -> int:
    """Write the contacts, or the chosen ones, as CSV or vCards; how many jobs and desks."""
    shown = columns(private_notes=private_notes)
    return WRITERS[form](text, shown, contacts(session, shown, chosen=chosen))


def write_file(
    session: Session,
    path: Path,
    form: Form,
    *,
    chosen: Iterable[Chosen] | None = None,
    private_notes: bool = False,
) -> int:
    """The same into a new file that only its owner may read; half a file is not left behind.

    Raises BadInput when the file is there already or cannot be written.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise BadInput(f"{path} is there already: choose another name, or delete it") from None
    except OSError as wrong:
        raise BadInput(f"{path} cannot be written: {wrong.strerror}") from wrong
    try:
        if form is Form.XLSX:
            shown = columns(private_notes=private_notes)
            return workbook.write(path, shown, contacts(session, shown, chosen=chosen))
        # The mark at the beginning tells spreadsheets that a CSV is UTF-8; cards have none.
        encoding = "utf-8-sig" if form is Form.CSV else "utf-8"
        with path.open("w", encoding=encoding, newline="") as text:
            return write_text(session, text, form, chosen=chosen, private_notes=private_notes)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
