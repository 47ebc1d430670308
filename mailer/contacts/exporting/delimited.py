"""Contacts as CSV (RFC 4180), in UTF-8."""

import csv
from collections.abc import Iterable, Sequence
from typing import IO

from mailer.contacts.exporting.cells import BREAK, cell, defused
from mailer.contacts.exporting.columns import Column
from mailer.contacts.exporting.reading import Contact

#: A longer cell would be taken for a quotation mark that nobody closed.
MOST_LINES = 10
#: A line end that is none to a reader of CSV.
SOFT = "\u2028"


def write(text: IO[str], columns: Sequence[Column], contacts: Iterable[Contact]) -> int:
    """Write the header and a row for each contact; how many."""
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow([one.header for one in columns])
    count = 0
    for contact in contacts:
        count += 1
        rows.writerow([_text(value) for value in contact.values])
    return count


def _text(value: object) -> str:
    text = defused(cell(value))
    if text.isprintable() or len(lines := BREAK.split(text)) <= MOST_LINES:
        return text
    return SOFT.join(lines)
