"""XLSX, XLS and ODS: each tab is a sheet. The workbook is read by a child process with limits, so
that no file can take the memory or the time of ours.
"""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from mailer.contacts.importing.files import workbook_program
from mailer.contacts.importing.files.headings import (
    MOST_LOOKED_AT,
    header_at,
    told_titles,
)
from mailer.contacts.importing.files.sheets import NO_ROWS, Line, Sheet, broken
from mailer.errors import BadInput

#: A row as the child gives it: text, or a number where the sheet holds one; None when too long.
Row = list[str | float] | None
TOO_LONG = f"it is longer than {workbook_program.MOST_OF_A_ROW:,} characters"
#: Columns whose values lose leading zeros and plus signs when they are numbers.
DIGITS_MATTER = re.compile(
    r"phone|mobil|\btel|\bfax|\bcell\b|handy|gsm|téléphone|teléfono|cellulare|portable|celular"
    r"|телефон|\bzip\b|post\s?code|\bplz\b|postal",
    re.IGNORECASE,
)


class Workbook:
    """The child process that reads one workbook, and its messages (see workbook_program)."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.kind = ""
        self.tabs: tuple[str, ...] = ()
        self.child = subprocess.Popen(
            [sys.executable, "-I", workbook_program.__file__, str(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.child.kill()
        self.child.communicate()

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the child says, to its end. Raises BadInput when it refuses the file or dies."""
        for line in cast("IO[bytes]", self.child.stdout):
            message = json.loads(line)
            if "refused" in message:
                raise BadInput(f"{self.name} cannot be read: {message['refused']}")
            if "end" in message:
                return
            if "kind" in message:
                self.kind = message["kind"]
            elif "tabs" in message:
                self.tabs = tuple(message["tabs"])
            else:
                yield message
        raise BadInput(f"{self.name} cannot be read: {self._why_it_died()}")

    def _why_it_died(self) -> str:
        ended = self.child.wait()
        if ended == -signal.SIGXCPU:
            return f"it takes more than {workbook_program.MOST_SECONDS} seconds: save it as CSV"
        # The parser aborts where there is no memory for it.
        too_much = ended == -signal.SIGABRT
        return workbook_program.TOO_MUCH if too_much else workbook_program.DAMAGED


def read_sheets(book: Workbook, *, notices: list[str]) -> Iterator[Sheet]:
    """The tabs that hold rows. What is left of one is skipped when the next one is asked for."""
    messages = _Messages(book.messages())
    while about := messages.take():
        if about["hidden"]:
            notices.append(f"sheet “{about['sheet']}” is hidden in the spreadsheet and read too")
        rows = _numbered(messages)
        first = next(rows, None)
        if first is None:
            notices.append(f"sheet “{about['sheet']}” is empty and left out")
            continue
        lines = _lines(chain([first], rows), name=about["sheet"], notices=notices)
        yield Sheet(about["sheet"], lines)
        lines.close()
        for _ in rows:
            pass


class _Messages:
    """Messages with one that can be looked at before it is taken."""

    def __init__(self, messages: Iterator[dict[str, Any]]) -> None:
        self.messages = messages
        self.ahead: dict[str, Any] | None = None

    def take(self) -> dict[str, Any] | None:
        message, self.ahead = self.ahead, None
        return message or next(self.messages, None)

    def take_rows(self) -> list[Row] | None:
        """The next rows of this sheet, None after its last."""
        message = self.take()
        if message is None or "rows" not in message:
            self.ahead = message
            return None
        rows: list[Row] = message["rows"]
        return rows


def _numbered(messages: _Messages) -> Iterator[tuple[int, Row]]:
    """The rows of one sheet that are not blank, with their numbers."""
    number = 0
    while (rows := messages.take_rows()) is not None:
        for row in rows:
            number += 1
            if row is None or any(type(cell) is not str or cell.strip() for cell in row):
                yield number, row


def _lines(rows: Iterator[tuple[int, Row]], *, name: str, notices: list[str]) -> Generator[Line]:
    first = list(islice(rows, MOST_LOOKED_AT))
    texts = [_texts(row or []) for _, row in first]
    at = header_at(texts)
    if at:
        titles = [(number, _texts(row or [])) for number, row in first[:at]]
        notices.append(told_titles(titles, sheet=name))
    width = len(texts[at])
    columns = [column for column, text in enumerate(texts[at]) if DIGITS_MATTER.search(text)]
    spoiled: dict[int, int] = {}
    given = 0
    for number, row in chain(first[at:], rows):
        given += 1
        if row is None:
            yield broken(number, "", TOO_LONG)
            continue
        _count_numbers(row, columns, spoiled)
        yield Line(number, _texts(row, width))
    if given == 1:
        notices.append(f"sheet “{name}”: {NO_ROWS}")
    notices.extend(_told_numbers(texts[at][column], count) for column, count in spoiled.items())


def _count_numbers(
    row: Sequence[str | float], columns: Sequence[int], spoiled: dict[int, int]
) -> None:
    for column in columns:
        if column < len(row) and not isinstance(row[column], str):
            spoiled[column] = spoiled.get(column, 0) + 1


def _told_numbers(header: str, count: int) -> str:
    rows = "1 row" if count == 1 else f"{count} rows"
    return (
        f"column “{header.strip()}” holds numbers in {rows}: a spreadsheet drops leading zeros and"
        " plus signs from numbers. Check them, or give the column the format “text”"
    )


def _texts(row: Sequence[str | float], width: int = 0) -> tuple[str, ...]:
    """The cells as text, filled up with blank ones to the width of the header."""
    texts = tuple([cell if type(cell) is str else str(cell) for cell in row])
    return texts + ("",) * (width - len(texts))
