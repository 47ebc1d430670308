"""From a table of text to typed rows: which column is which, what stands for nothing, and what is
wrong with a row. Nothing is looked up here.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mailer import addresses, clock, languages
from mailer.addresses import MailAddress
from mailer.contacts.importing.reading import Line, Table
from mailer.contacts.importing.report import UnusableRow
from mailer.contacts.places import parse_country
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput
from mailer.models import MediaType, TrackingMode

#: What people write into a cell that they leave empty.
BLANKS = {"", ".", "-", "–", "—", "n/a", "#n/a", "n.a.", "null"}
YES = {"yes", "y", "true", "1", "x"}
NO = {"no", "n", "false", "0"}
#: Marks that are not seen and spell nothing: joiners of lines, byte order, direction.
UNSEEN = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)


@dataclass(frozen=True)
class ContactRow:
    """One row of the file, typed; empty or None is what the row does not say."""

    row: int
    email: MailAddress
    given_name: str = ""
    family_name: str = ""
    job_title: str = ""
    desk: str = ""
    outlet: str = ""
    media_type: MediaType | None = None
    outlet_languages: tuple[str, ...] = ()
    outlet_country: str = ""
    city: str = ""
    zone: str = ""
    languages: tuple[str, ...] = ()
    beats: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    phone: str = ""
    mobile: str = ""
    do_not_contact: bool | None = None
    embargo_trusted: bool | None = None
    tracking: TrackingMode | None = None
    note: str = ""

    @property
    def is_person(self) -> bool:
        """Whether the row names somebody; a desk has no name of a person."""
        return bool(self.given_name or self.family_name)


@dataclass
class TypedRows:
    """The rows that can be used, those that cannot, and what the list keeper should know."""

    rows: list[ContactRow] = field(default_factory=list)
    unusable: list[UnusableRow] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def type_rows(table: Table) -> TypedRows:
    """Read each row of the table; a bad one is told with its number and reason.

    Raises BadInput for a header that cannot be used at all.
    """
    columns = name_columns(table.header)
    typed = TypedRows()
    for line in table.rows:
        if _repeats(table.header, line):
            typed.notices.append(f"row {line.number} repeats the header and is left out")
            continue
        try:
            typed.rows.append(_typed(line, columns=columns))
        except BadInput as wrong:
            typed.unusable.append(UnusableRow(row=line.number, reason=str(wrong)))
    return typed


def name_columns(header: tuple[str, ...]) -> list[str]:
    """The columns of the file by our names, in its order.

    Raises BadInput naming the nearest known column, or the one that is missing or stands twice.
    """
    typed = [_clean(cell) for cell in header]
    while typed and not typed[-1]:
        typed.pop()
    names = [re.sub(r"[\s-]+", "_", cell.casefold()) for cell in typed]
    for place, name in enumerate(names, start=1):
        if not name:
            raise BadInput(f"column {place} has no name: name it in the first row, or delete it")
        if name not in READERS:
            nearest = did_you_mean(name, READERS, shown=len(READERS))
            raise BadInput(f"unknown column {typed[place - 1]!r}: {nearest}")
        if names.count(name) > 1:
            raise BadInput(f"column {name!r} stands twice in the header: delete one of them")
    if "email" not in names:
        raise BadInput("there is no column 'email': the first row must name the columns")
    return names


def _repeats(header: tuple[str, ...], line: Line) -> bool:
    return [spelling(cell) for cell in line.cells] == [spelling(cell) for cell in header]


def _typed(line: Line, *, columns: list[str]) -> ContactRow:
    if line.problem:
        raise BadInput(line.problem)
    cells = list(line.cells)
    _refuse_damage(cells)
    if any(_clean(cell) for cell in cells[len(columns) :]):
        wide = f"the row has {len(cells)} cells and the header {len(columns)}"
        raise BadInput(f"{wide}: put cells that hold the delimiter into quotation marks")
    values: dict[str, Any] = {}
    # A row may be shorter than the header: spreadsheets drop empty cells at the end.
    for column, cell in zip(columns, cells, strict=False):
        text = _clean(cell)
        if text.casefold() not in BLANKS:
            values[column] = _read(column, text)
    if "email" not in values:
        raise BadInput("there is no e-mail address in the row")
    return ContactRow(row=line.number, **values)


def _refuse_damage(cells: list[str]) -> None:
    if any("\0" in cell for cell in cells):
        raise BadInput("there is a NUL byte in the row, the file is damaged here: export it again")
    if any("\ufffd" in cell for cell in cells):
        raise BadInput("there are letters in no known encoding: save the file as UTF-8")


def _clean(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell.translate(UNSEEN))
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())


def _read(column: str, text: str) -> object:
    try:
        return READERS[column](text)
    except BadInput as wrong:
        raise BadInput(f"{column}: {wrong}") from wrong


def _several(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Reads cells like `da|en`."""

    def read_all(text: str) -> tuple[str, ...]:
        parts = [part.strip() for part in text.split("|")]
        found: dict[str, str] = {}
        for value in (read(part) for part in parts if part.casefold() not in BLANKS):
            found.setdefault(spelling(value), value)
        return tuple(found.values())

    return read_all


def _zone(text: str) -> str:
    clock.zone(text)
    return text


def _media_type(text: str) -> MediaType:
    try:
        return MediaType(text.casefold())
    except ValueError:
        known = did_you_mean(text, list(MediaType), shown=len(MediaType))
        raise BadInput(f"{text!r} is not a kind of outlet: {known}") from None


def _tracking(text: str) -> TrackingMode:
    try:
        return TrackingMode(text.casefold())
    except ValueError:
        raise BadInput(f"{text!r}: write none, aggregate or individual") from None


def _flag(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise BadInput(f"{text!r}: write yes or no")
    return word in YES


#: The columns of the simple import, and how the text of each is read.
READERS: dict[str, Callable[[str], object]] = {
    "email": addresses.parse,
    "given_name": str,
    "family_name": str,
    "job_title": str,
    "desk": str,
    "outlet": str,
    "media_type": _media_type,
    "outlet_languages": _several(languages.parse),
    "outlet_country": parse_country,
    "city": str,
    "zone": _zone,
    "languages": _several(languages.parse),
    "beats": _several(str.lower),
    "lists": _several(str),
    "phone": str,
    "mobile": str,
    "do_not_contact": _flag,
    "embargo_trusted": _flag,
    "tracking": _tracking,
    "note": str,
}
