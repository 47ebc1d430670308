"""From a file's bytes to a table of text: encoding, delimiter, quotes. What a column means is not
known here.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mailer.errors import BadInput

DELIMITERS = (",", ";", "\t")
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: A record over more lines than this is a quotation mark that nobody closed.
MOST_LINES = 20


@dataclass(frozen=True)
class Line:
    """One record with its row number; `problem` says why its cells cannot be trusted."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A file as it was read: the header, the rows below it, and what was odd about the file."""

    header: tuple[str, ...]
    rows: tuple[Line, ...]
    file_name: str = ""
    digest: str = ""
    notices: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """The table in a CSV file: comma, semicolon or tab; UTF-8, UTF-16 with its mark, Windows-1252.

    Raises BadInput for a file that cannot be read, is empty or is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise BadInput(f"cannot read {path}: {wrong.strerror}") from wrong
    return read_csv(data, file_name=path.name)


def read_csv(data: bytes, *, file_name: str) -> Table:
    """The table in a CSV file's bytes. Raises BadInput for an empty file and for no text."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadInput(f"{file_name} is a spreadsheet: save it as CSV (UTF-8) and import that")
    if b"\0" in data[:64] and not data.startswith(UTF16_MARKS):
        raise BadInput(f"{file_name} is not a text file: save it as CSV (UTF-8) and import that")
    text, notices = _decoded(data)
    lines = list(io.StringIO(text, newline=""))
    delimiter = _announced(lines[0]) if lines else ""
    if delimiter:
        del lines[0]
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise BadInput(f"{file_name} is empty: the first row must name the columns, email first")
    delimiter = delimiter or _likeliest(lines[first:])
    records = _records(lines[first:], delimiter=delimiter, number=first + 1)
    header = next(records).cells
    rows = tuple(record for record in records if any(cell.strip() for cell in record.cells))
    if not rows:
        notices.append("there are no rows below the header: nothing to import")
    return Table(
        header=header,
        rows=rows,
        file_name=file_name,
        digest=sha256(data).hexdigest(),
        notices=tuple(notices),
    )


def _decoded(data: bytes) -> tuple[str, list[str]]:
    if data.startswith(UTF16_MARKS):
        return data.decode("utf-16", errors="replace"), []
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(), []
    except UnicodeDecodeError:
        return _decoded_by_line(data)


def _decoded_by_line(data: bytes) -> tuple[str, list[str]]:
    # Files glued together from two exports are common: each line is read for itself.
    lines, foreign = [], 0
    for line in data.splitlines(keepends=True):
        try:
            lines.append(line.decode())
        except UnicodeDecodeError:
            foreign += 1
            lines.append(line.decode("cp1252", errors="replace"))
    which = "1 line is" if foreign == 1 else f"{foreign} lines are"
    notice = f"{which} not UTF-8 and read as Windows-1252: check the accented letters"
    return "".join(lines), [notice]


def _announced(line: str) -> str:
    """The delimiter that a spreadsheet's own first line names, as in `sep=;`."""
    word = line.strip().strip('"')
    return word[4] if len(word) == 5 and word.lower().startswith("sep=") else ""


def _likeliest(lines: list[str]) -> str:
    widths = {d: len(next(_records(lines, delimiter=d, number=1)).cells) for d in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: widths[delimiter])


def _records(lines: list[str], *, delimiter: str, number: int) -> Iterator[Line]:
    """The records one by one; a broken one costs its own line and none of those below it."""
    at, width = 0, 0
    while at < len(lines):
        window = lines[at : at + MOST_LINES + 1]
        cells, used, problem = _first_record(window, delimiter=delimiter)
        if not problem and width and _swallows_rows(window[:used], cells, width, delimiter):
            problem = f"a quotation mark joins {used} lines: close it, or double it"
        if problem:
            cells, used = (lines[at],), 1
        width = width or len(cells)
        yield Line(number=number, cells=tuple(cells), problem=problem)
        at, number = at + used, number + 1


def _swallows_rows(lines: list[str], cells: tuple[str, ...], width: int, delimiter: str) -> bool:
    """Whether a record of several lines is two stray quotation marks with rows between them.

    Its width gives it away, or a line in it that is a row by itself, with an address.
    """
    if len(lines) == 1:
        return False
    inner = [line for line in lines[1:] if "@" in line]
    return len(cells) != width or any(
        len(row) == width for row in csv.reader(inner, delimiter=delimiter)
    )


def _first_record(window: list[str], *, delimiter: str) -> tuple[tuple[str, ...], int, str]:
    reader = csv.reader(window, delimiter=delimiter)
    try:
        cells = next(reader)
    except csv.Error as wrong:
        return (), 1, f"it cannot be read: {wrong}"
    used = reader.line_num
    if used > MOST_LINES or (used == len(window) and _ends_inside_quotes(window, delimiter)):
        return (), 1, "a quotation mark is opened and never closed: close it, or double it"
    return tuple(cells), used, ""


def _ends_inside_quotes(window: list[str], delimiter: str) -> bool:
    try:
        next(csv.reader(window, delimiter=delimiter, strict=True))
    except csv.Error as wrong:
        return "end of data" in str(wrong)
    return False
