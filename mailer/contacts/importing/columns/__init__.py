"""What the columns of a file mean: by its header row, by what the list keeper says, and by what was
said about the same row before.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from mailer.contacts.importing.columns.context import settle
from mailer.contacts.importing.columns.finding import Finder, by_spelling
from mailer.contacts.importing.columns.header_words import cleaned, fitting_set, key
from mailer.contacts.importing.columns.mapping import (
    by_header,
    fingerprint,
    load_mapping,
    recall,
    remember,
)
from mailer.contacts.importing.columns.named import Columns, Found, UnknownColumn
from mailer.contacts.importing.columns.repeated import is_header
from mailer.contacts.importing.columns.similar import nearest_targets
from mailer.contacts.importing.columns.targets import (
    IGNORE,
    TARGETS,
    kind_of,
    names_somebody,
    parse_target,
    takes_several,
)
from mailer.contacts.importing.columns.unnamed import NOTICE, is_contact, numbered, sample
from mailer.contacts.suggesting import spelling
from mailer.errors import BadInput

__all__ = [
    "IGNORE",
    "TARGETS",
    "Columns",
    "UnknownColumn",
    "UnknownColumns",
    "fingerprint",
    "is_header",
    "kind_of",
    "load_mapping",
    "parse_target",
    "read_header",
    "recall",
    "remember",
    "takes_several",
]

NOTHING_SAID: Mapping[str, str] = MappingProxyType({})
#: A contact list has some dozens of columns. What each may mean takes milliseconds to find out, and
#: a page that asks of each sends three fields back, of a thousand that a form may have.
MOST_COLUMNS = 300
#: So many of the unknown ones are named in one message.
MOST_TOLD = 20


class UnknownColumns(BadInput):
    """Columns that nobody knows; `columns` are those that somebody has to explain."""

    def __init__(self, message: str, columns: tuple[UnknownColumn, ...]) -> None:
        super().__init__(message)
        self.columns = columns


def read_header(
    cells: Sequence[str],
    *,
    mapping: Mapping[str, str] = NOTHING_SAID,
    remembered: Callable[[str], Mapping[str, str] | None] | None = None,
) -> Columns:
    """What each column of the header row means.

    What `mapping` says counts before all, then what was said about this row before; then known
    exports, words in many languages, and words that are almost spelled like one. Raises BadInput
    for a row too long to be a header; and naming the unknown columns, with the nearest meanings.

    Where the row is a contact, the columns are called by their number.
    """
    first_row = tuple(cells) if is_contact(cells) else ()
    header = _not_too_long(numbered(first_row) or tuple(cleaned(cell) for cell in cells))
    mark = fingerprint(header)
    known = fitting_set(header)
    before = (remembered(mark) if remembered else None) or NOTHING_SAID
    in_targets = any("." in cell and spelling(cell) in TARGETS for cell in header)
    finder = Finder(by_spelling(mapping), by_spelling(by_header(before, header)), known, in_targets)
    columns, notices = settle([finder.find(cell) for cell in header])
    _refuse_unknown(columns, first_row)
    _refuse_silent(columns)
    return Columns(
        header=header,
        targets=tuple(column.target for column in columns),
        found_by=tuple(column.found_by for column in columns),
        delimiter_inside_cell=known.delimiter if known else "",
        fingerprint=mark,
        notices=(
            *([NOTICE] if first_row else []),
            *_odd(columns),
            *notices,
            *_twice(columns),
            *_not_there(mapping, header),
        ),
        is_unnamed=bool(first_row),
        keys=frozenset(key(cell) for cell in header if key(cell)),
    )


def _not_too_long(header: tuple[str, ...]) -> tuple[str, ...]:
    named = sum(1 for cell in header if cell)
    if named > MOST_COLUMNS:
        raise BadInput(
            f"the header row names {named:,} columns and {MOST_COLUMNS} are the most: look whether"
            " the first row is the header, and delete columns that are not about contacts"
        )
    return header


def _refuse_unknown(columns: Sequence[Found], first_row: Sequence[str]) -> None:
    unknown = tuple(
        _asked(column, first_row, place)
        for place, column in enumerate(columns)
        if not column.target
    )
    if not unknown:
        return
    what = "column is" if len(unknown) == 1 else "columns are"
    told = "; ".join(map(_choices, unknown[:MOST_TOLD]))
    if len(unknown) > MOST_TOLD:
        told += f"; and {len(unknown) - MOST_TOLD} more"
    raise UnknownColumns(
        f"{len(unknown)} {what} not known: {told}. Say in a mapping file (YAML) what each means, a"
        f" line for each: `{_quoted(unknown[0].header)}: {IGNORE}` leaves it out",
        unknown,
    )


def _asked(column: Found, first_row: Sequence[str], place: int) -> UnknownColumn:
    if first_row:
        return UnknownColumn(column.header, sample=sample(first_row, place), place=place)
    near = () if column.doubt else tuple(nearest_targets(column.header))
    return UnknownColumn(column.header, column.doubt, near, place=place)


def _choices(column: UnknownColumn) -> str:
    if column.doubt:
        return f"{column.header!r} (may be {column.doubt})"
    if column.sample:
        return f"{column.header!r} (the first row has {column.sample!r})"
    near = ", ".join(column.nearest)
    return f"{column.header!r}" + (f" (nearest: {near})" if near else "")


def _quoted(header: str) -> str:
    """A header as YAML takes it."""
    escaped = header.replace("\\", "\\\\").replace('"', '\\"')
    return header if header.replace(" ", "").isalnum() else f'"{escaped}"'


def _refuse_silent(columns: Sequence[Found]) -> None:
    if not names_somebody(column.target for column in columns):
        raise BadInput(
            "no column has an e-mail address, a person or an outlet: the first row must name the"
            " columns, such as email, given_name, family_name, outlet"
        )


def _odd(columns: Sequence[Found]) -> list[str]:
    """What the list keeper should look at: columns without a name, and guesses."""
    told = []
    for place, column in enumerate(columns, start=1):
        if not column.header and any(later.header for later in columns[place:]):
            told.append(f"column {place} has no name and is left out: name it in the header row")
        elif column.found_by == "similar":
            told.append(
                f"column {column.header!r} is read as {column.target}, which is spelled almost the"
                " same: say otherwise in a mapping file"
            )
    return told


def _twice(columns: Sequence[Found]) -> list[str]:
    """Columns that mean the same where one contact has one value."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for column in columns:
        if not takes_several(column.target):
            named[column.target].append(column.header)
    return [
        f"columns {' and '.join(map(repr, headers))} all mean {target}: the first that is not blank"
        " is taken in each row"
        for target, headers in named.items()
        if len(headers) > 1
    ]


def _not_there(mapping: Mapping[str, str], header: Sequence[str]) -> list[str]:
    there = {spelling(cell) for cell in header}
    return [
        f"the mapping names the column {said!r}, which is not in the file"
        for said in mapping
        if spelling(cleaned(said)) not in there
    ]
