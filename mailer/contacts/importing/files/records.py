"""From lines of text to records of cells. A broken record costs its own line and none below it."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from mailer.contacts.importing.files.headings import MOST_LOOKED_AT, is_blank
from mailer.contacts.importing.files.lines import LONGEST_LINE
from mailer.contacts.importing.files.sheets import NUL, Line, broken

#: A record over more lines than this is a quotation mark that nobody closed.
MOST_LINES = 20
UNCLOSED = "a quotation mark is opened and never closed: close it, or double it"
TOO_LONG = f"it is longer than {LONGEST_LINE:,} characters: a line end or a quotation mark is lost"


def read_records(
    lines: Iterable[str], *, delimiter: str, header: int = 0, width: int = 0
) -> Iterator[Line]:
    """The records that are not blank, numbered as a spreadsheet does.

    Below the row `header`, a record over several lines must be as wide as the header.
    """
    source = _Lines(iter(lines))
    number = 0
    while (line := source.take()) is not None:
        number += 1
        record = _record(line, source, delimiter, number, width if number > header else 0)
        if record.problem or not is_blank(record.cells):
            yield record


def first_records(lines: Sequence[str], *, delimiter: str) -> list[Line]:
    """The records among which the header is."""
    return list(islice(read_records(lines, delimiter=delimiter), MOST_LOOKED_AT))


class _Lines:
    """Lines that can be given back when a record turns out to have taken too many."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.ahead: deque[str] = deque()

    def take(self) -> str | None:
        return self.ahead.popleft() if self.ahead else next(self.lines, None)

    def give_back(self, lines: Sequence[str]) -> None:
        self.ahead.extendleft(reversed(lines))


def _record(line: str, source: _Lines, delimiter: str, number: int, width: int) -> Line:
    if len(line) > LONGEST_LINE:
        return broken(number, line, TOO_LONG)
    if "\0" in line:
        return broken(number, line, NUL)
    if '"' not in line:
        # What the csv module would do, several times faster.
        return Line(number, tuple(line.rstrip("\r\n").split(delimiter)))
    used = [line]
    cells, problem = _quoted(used, source, delimiter)
    if not problem and width and _swallows_rows(used, cells, width, delimiter):
        problem = f"a quotation mark joins {len(used)} lines: close it, or double it"
    if not problem and any("\0" in taken for taken in used):
        problem = NUL
    if problem:
        source.give_back(used[1:])
        return broken(number, line, problem)
    return Line(number, cells)


def _quoted(used: list[str], source: _Lines, delimiter: str) -> tuple[tuple[str, ...], str]:
    """The cells of a record with quotation marks; the lines that it takes are added to `used`."""
    wants_more = False

    def lines() -> Iterator[str]:
        nonlocal wants_more
        yield used[0]
        while len(used) <= MOST_LINES and (line := source.take()) is not None:
            used.append(line)
            yield line
        wants_more = True

    try:
        cells = next(csv.reader(lines(), delimiter=delimiter))
    except csv.Error as wrong:
        return (), f"it cannot be read: {wrong}"
    return tuple(cells), UNCLOSED if wants_more or len(used) > MOST_LINES else ""


def _swallows_rows(lines: Sequence[str], cells: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a record of several lines is two stray quotation marks with rows between them.

    Its width gives it away, or a line in it that is a row by itself, with an address.
    """
    if len(lines) == 1:
        return False
    return len(cells) != width or any(
        _is_row(line, width, delimiter) for line in lines[1:] if "@" in line
    )


def _is_row(line: str, width: int, delimiter: str) -> bool:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), [])) == width
    except csv.Error:
        return False
