"""CSV and its relatives: one sheet, header first, read line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from mailer.contacts.importing.files.delimiters import announced, likeliest, named_delimiter
from mailer.contacts.importing.files.headings import header_at, told_titles
from mailer.contacts.importing.files.records import first_records, read_records
from mailer.contacts.importing.files.sheets import NO_ROWS, Line
from mailer.errors import BadInput

#: The header and the delimiter are found in the beginning of a file: lines, and characters.
MOST_LINES = 300
MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out: what parts its cells, where its header is, how wide it is."""

    delimiter: str
    header: int
    width: int


def read_delimited(
    lines: Iterator[str], *, name: str, delimiter: str, notices: list[str]
) -> tuple[Layout, Iterator[Line]]:
    """The layout and the lines from the header on. Raises BadInput when there is no header."""
    first = list(_beginning(lines))
    named = named_delimiter(delimiter) if delimiter else ""
    told = announced(first[0]) if first else ""
    if told:
        del first[0]
    layout = _layout(first, named or told, name=name, notices=notices)
    records = read_records(
        chain(first, lines),
        delimiter=layout.delimiter,
        header=layout.header,
        width=layout.width,
    )
    return layout, _from_header(records, layout, notices=notices)


def _beginning(lines: Iterator[str]) -> Iterator[str]:
    """The first lines; blank ones do not count, as many as there may be above the header."""
    count = characters = 0
    for line in lines:
        yield line
        count += bool(line.strip())
        characters += len(line)
        if count == MOST_LINES or characters > MOST_CHARACTERS:
            return


def _layout(first: list[str], delimiter: str, *, name: str, notices: list[str]) -> Layout:
    delimiter = delimiter or likeliest(first)
    records = first_records(first, delimiter=delimiter)
    if not records:
        raise BadInput(f"{name} is empty: the first row must name the columns, email first")
    at = header_at([record.cells for record in records])
    header = records[at]
    if header.problem:
        raise BadInput(
            f"{name}: row {header.number} must name the columns and is not usable: {header.problem}"
        )
    if at:
        notices.append(told_titles([(record.number, record.cells) for record in records[:at]]))
    return Layout(delimiter, header.number, len(header.cells))


def _from_header(records: Iterator[Line], layout: Layout, *, notices: list[str]) -> Iterator[Line]:
    given = 0
    for record in records:
        if record.number >= layout.header:
            given += 1
            yield record
    if given == 1:
        notices.append(NO_ROWS)
