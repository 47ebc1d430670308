"""What came of an import, row by row: the numbers and the reasons that the list keeper reads."""

from dataclasses import dataclass
from enum import StrEnum


class RowFate(StrEnum):
    """What became of one row of the file; each row has exactly one fate."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class UnusableRow:
    """A row that was left out, and why. Rows count as in a spreadsheet: the header is row 1."""

    row: int
    reason: str


@dataclass(frozen=True)
class FieldChange:
    """What a row changed in a contact that was known; `field` is the column of the file."""

    row: int
    email: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one file, kept or only previewed."""

    import_id: int
    file_name: str
    counts: dict[str, int]
    unusable: tuple[UnusableRow, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    #: The rows whose address must not be written to.
    suppressed: tuple[int, ...] = ()
    #: What the list keeper should know of the file beside its rows.
    notices: tuple[str, ...] = ()
