"""What a contact file of any kind is read into: a file of sheets, a sheet of lines of cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field

NO_ROWS = "there are no rows below the header: nothing to import"
NUL = "it holds a NUL byte, which no text has: delete it"
#: A broken line is quoted in a report up to here, in characters.
LONGEST_QUOTE = 500


@dataclass(frozen=True)
class Line:
    """One record with its row number, as a spreadsheet counts (in vCards: the number of the card).

    `problem` says why its cells cannot be trusted; they then hold the beginning of the line as it
    stands in the file.
    """

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """Lines that belong together, the header first. Blank lines are counted, not given.

    The name is that of a tab, and empty for text. The lines can be read once.
    """

    name: str
    lines: Iterator[Line]


@dataclass(frozen=True)
class ContactFile:
    """A file that is being read. Sheets and lines come one by one, in the order of the file.

    The digest is the SHA-256 of its bytes in hex. Encoding and delimiter are empty where the kind
    has none. Notices say what was odd; they grow while the lines are read.
    """

    name: str
    digest: str
    kind: str
    sheets: Iterator[Sheet]
    encoding: str = ""
    delimiter: str = ""
    #: What all tabs of a workbook are called, empty ones too.
    tabs: tuple[str, ...] = ()
    notices: list[str] = field(default_factory=list)


def broken(number: int, text: str, problem: str) -> Line:
    """A line that cannot be used, with the beginning of its text."""
    return Line(number=number, cells=(text[:LONGEST_QUOTE],), problem=problem)
