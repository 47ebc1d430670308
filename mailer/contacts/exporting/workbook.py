"""Contacts as a spreadsheet. Every cell is a text: nothing is calculated, and neither a phone
number nor the number of a contact loses its zeros.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from mailer.contacts.exporting.cells import cell
from mailer.contacts.exporting.columns import Column
from mailer.contacts.exporting.reading import Contact
from mailer.errors import BadInput

#: What a sheet of Excel holds: rows, and characters of a cell.
MOST_ROWS, LONGEST = 1_048_576, 32_767
#: What spreadsheets call a tab by themselves: such a name says nothing to an import.
TAB = "Sheet"
#: Rows are written to disk as they come; what looks like a number, a formula or a link is a text.
OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


def write(path: Path, columns: Sequence[Column], contacts: Iterable[Contact]) -> int:
    """Write the header and a row for each contact, on further tabs where one is full; how many.

    Raises BadInput for a text that no cell of a spreadsheet can hold.
    """
    book = Workbook(path, OPTIONS)
    try:
        count = _fill(book, columns, contacts)
    finally:
        try:
            book.close()
        except XlsxWriterException as wrong:
            raise BadInput(f"{path.name} cannot be written: {wrong}") from wrong
    return count


def _fill(book: Workbook, columns: Sequence[Column], contacts: Iterable[Contact]) -> int:
    count, row = 0, MOST_ROWS
    sheet: Worksheet | None = None
    for contact in contacts:
        if sheet is None or row == MOST_ROWS:
            sheet, row = _sheet(book, columns), 1
        _write_row(sheet, row, contact, columns)
        row, count = row + 1, count + 1
    if sheet is None:
        _sheet(book, columns)
    return count


def _sheet(book: Workbook, columns: Sequence[Column]) -> Worksheet:
    sheet: Worksheet = book.add_worksheet(f"{TAB}{len(book.worksheets()) + 1}")
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.header)
    return sheet


def _write_row(sheet: Worksheet, row: int, contact: Contact, columns: Sequence[Column]) -> None:
    for place, value in enumerate(contact.values):
        text = cell(value)
        if len(text) > LONGEST:
            whose = cell(contact.values[0]) or "a contact"
            raise BadInput(
                f"{columns[place].header} of {whose} is longer than the {LONGEST:,} characters of a"
                " cell in a spreadsheet: export as CSV"
            )
        if text:
            sheet.write_string(row, place, text)
