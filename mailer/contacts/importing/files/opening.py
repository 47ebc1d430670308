"""Opens a contact file of any kind. The bytes tell the kind: names of files promise much."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mailer.contacts.importing.files.cards import read_cards
from mailer.contacts.importing.files.delimited import read_delimited
from mailer.contacts.importing.files.encodings import find_encoding, marked_encoding
from mailer.contacts.importing.files.guards import (
    checked_size,
    digest_of,
    refuse_binary,
    refuse_foreign,
)
from mailer.contacts.importing.files.lines import read_lines
from mailer.contacts.importing.files.sheets import ContactFile, Sheet
from mailer.contacts.importing.files.spreadsheets import Workbook, read_sheets
from mailer.errors import BadInput

ZIP = b"PK"
OLE = b"\xd0\xcf\x11\xe0"
#: So many bytes tell the kind of a file.
HEAD = 4096
SPREADSHEETS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}


@contextmanager
def open_contacts(path: Path, *, encoding: str = "", delimiter: str = "") -> Iterator[ContactFile]:
    """The contacts in a CSV, XLSX, XLS, ODS or vCard file, to be read once and in order.

    `encoding` and `delimiter` are what the list keeper knows better; they matter for text only.
    Raises BadInput for a file that cannot be used; so may the lines while they are read, when what
    is wrong lies further down. Nothing is kept open afterwards.
    """
    checked_size(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
    with ExitStack() as closing_all:
        if head.startswith((ZIP + b"\x03\x04", ZIP + b"\x05\x06", OLE)):
            yield _workbook(path, closing_all)
        else:
            yield _text(path, head, encoding, delimiter, closing_all)


def _workbook(path: Path, closing_all: ExitStack) -> ContactFile:
    notices: list[str] = []
    book = closing_all.enter_context(Workbook(path))
    sheets = read_sheets(book, notices=notices)
    first = next(sheets, None)
    if first is None:
        raise BadInput(
            f"{path.name} is empty: the first row of a sheet must name the columns, email first"
        )
    return ContactFile(
        name=_called(path),
        digest=digest_of(path),
        kind=book.kind,
        sheets=_again(first, sheets),
        tabs=book.tabs,
        notices=notices,
    )


def _called(path: Path) -> str:
    """The name of the file as text, which it need not be: it is kept with the import."""
    return os.fsencode(path.name).decode("utf-8", errors="replace")


def _again(first: Sheet, others: Iterator[Sheet]) -> Iterator[Sheet]:
    yield first
    yield from others


def _text(
    path: Path, head: bytes, encoding: str, delimiter: str, closing_all: ExitStack
) -> ContactFile:
    refuse_foreign(head, name=path.name)
    if not encoding and not marked_encoding(path):
        refuse_binary(head, name=path.name)
    notices: list[str] = []
    if path.suffix.lower() in SPREADSHEETS:
        notices.append(f"{_called(path)} is no spreadsheet, whatever its name says: read as text")
    found = find_encoding(path, given=encoding, notices=notices)
    lines = read_lines(path, found, notices=notices)
    closing_all.callback(lines.close)
    first = _first_with_text(lines)
    if first[-1].strip().upper() == "BEGIN:VCARD":
        kind, delimiter, read = "vcard", "", read_cards(_joined(first, lines), notices=notices)
    else:
        kind = "csv"
        layout, read = read_delimited(
            _joined(first, lines), name=path.name, delimiter=delimiter, notices=notices
        )
        delimiter = layout.delimiter
    return ContactFile(
        name=_called(path),
        digest=digest_of(path),
        kind=kind,
        sheets=iter([Sheet("", read)]),
        encoding=found.label,
        delimiter=delimiter,
        notices=notices,
    )


def _first_with_text(lines: Iterator[str]) -> list[str]:
    """The lines up to the first that is not blank; at least one, and not for ever."""
    found = [""]
    while not found[-1].strip() and len(found) <= 100:
        line = next(lines, None)
        if line is None:
            break
        found.append(line)
    return found


def _joined(first: list[str], lines: Iterator[str]) -> Iterator[str]:
    yield from first[1:]
    yield from lines
