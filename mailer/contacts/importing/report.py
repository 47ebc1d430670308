"""What came of an import, line by line: the numbers and the reasons that the list keeper reads."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from itertools import islice

from mailer.contacts.importing.columns import Columns
from mailer.models import SuppressionReason

#: So many lines of each kind are told one by one; the numbers count all of them.
MOST_TOLD = 10_000
#: Of rows of which the same is to be said, so many are named.
NAMED = 3

WHY_CLOSED = {
    SuppressionReason.UNSUBSCRIBED: "has left",
    SuppressionReason.COMPLAINED: "complained",
    SuppressionReason.BOUNCED: "bounced",
    SuppressionReason.MANUAL: "was suppressed by hand",
    SuppressionReason.ERASED: "was erased, and nothing of it is kept",
}


class RowFate(StrEnum):
    """What became of one line of the file; each has exactly one fate."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    SUPPRESSED = "suppressed"
    UNUSABLE = "unusable"


class Mark(IntFlag):
    """What was found out of a line; several may be true of one."""

    USED = 1
    #: It says something that no line before it said.
    TELLS = 2
    CHANGED = 4
    NEW = 8
    SUPPRESSED = 16
    UNUSABLE = 32


#: The first that is true of a line is its fate.
FATES = (
    (Mark.UNUSABLE, RowFate.UNUSABLE),
    (Mark.SUPPRESSED, RowFate.SUPPRESSED),
    (Mark.NEW, RowFate.NEW),
    (Mark.CHANGED, RowFate.CHANGED),
    (Mark.TELLS, RowFate.UNCHANGED),
    (Mark.USED, RowFate.DUPLICATE),
)


@dataclass(frozen=True)
class UnusableRow:
    """A row that was left out, and why. Rows count as in a spreadsheet: the header is row 1."""

    row: int
    reason: str
    #: The tab of a spreadsheet, where there are several.
    sheet: str = ""


@dataclass(frozen=True)
class ClosedRow:
    """A row whose address must not be written to, and why; nothing else of it is told."""

    row: int
    reason: str
    sheet: str = ""


@dataclass(frozen=True)
class FieldChange:
    """What a row changed in a contact that was known; `field` is the column of the file."""

    row: int
    #: The address, or the name of a contact without one.
    email: str
    field: str
    before: str
    after: str
    sheet: str = ""


@dataclass(frozen=True)
class ColumnRead:
    """How a column was understood; `found_by` says how that is known."""

    header: str
    target: str
    found_by: str
    #: The first different values that stand in it.
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetRead:
    """The columns of a sheet; its name is empty where a file has no tabs."""

    name: str
    columns: tuple[ColumnRead, ...]


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one file, kept or only previewed."""

    #: The row that keeps the import; what people are told, and undo, is the operation's number.
    import_id: int
    file_name: str
    counts: dict[str, int]
    operation_id: int = 0
    unusable: tuple[UnusableRow, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    #: The rows whose address must not be written to.
    suppressed: tuple[int, ...] = ()
    #: The same, each with the reason.
    closed: tuple[ClosedRow, ...] = ()
    #: What the list keeper should know of the file beside its rows.
    notices: tuple[str, ...] = ()
    sheets: tuple[SheetRead, ...] = ()


class Tally:
    """What is known of each line so far: an octet for each, and the first words on some."""

    def __init__(self) -> None:
        self._marks = bytearray()
        self._sheets: list[tuple[int, str]] = []
        self._unusable: dict[int, str] = {}
        self._changes: list[tuple[int, str, str, str, str]] = []
        self._closed: dict[int, SuppressionReason] = {}
        #: By sheet and words: the first lines of which it is said, and how many there are.
        self._notices: dict[tuple[str, str], tuple[list[int], int]] = {}
        self._read: list[SheetRead] = []

    def begin_sheet(self, name: str) -> int:
        """The number that is added to the rows of this sheet, so that each line has one number."""
        self._sheets.append((len(self._marks), name))
        return len(self._marks)

    def understand(self, sheet: str, columns: Columns, samples: Sequence[tuple[str, ...]]) -> None:
        """The columns of a sheet are known, and what stands in each."""
        each = zip(columns.header, columns.targets, columns.found_by, samples, strict=True)
        self._read.append(SheetRead(sheet, tuple(ColumnRead(*one) for one in each)))

    def mark(self, line: int, mark: Mark) -> None:
        """Add what was found out of a line."""
        if line >= len(self._marks):
            self._marks.extend(bytes(line + 1 - len(self._marks)))
        self._marks[line] |= mark

    def refuse(self, line: int, reason: str) -> None:
        """The line cannot be used."""
        self.mark(line, Mark.UNUSABLE)
        if len(self._unusable) < MOST_TOLD:
            self._unusable[line] = reason

    def close(self, line: int, reason: SuppressionReason) -> None:
        """Nobody may write to the address of the line."""
        self.mark(line, Mark.SUPPRESSED)
        if len(self._closed) < MOST_TOLD:
            self._closed[line] = reason

    def change(self, line: int, email: str, field: str, before: str, after: str) -> None:
        """The line changed a contact that was known."""
        self.mark(line, Mark.CHANGED)
        if len(self._changes) < MOST_TOLD:
            self._changes.append((line, email, field, before, after))

    def notice(self, line: int, text: str) -> None:
        """What the list keeper should know of a line; line 0 is the whole file."""
        key = (self._sheet(line)[1] if line else "", text)
        first, number = self._notices.get(key, ([], 0))
        if number or len(self._notices) < MOST_TOLD:
            self._notices[key] = (sorted([*first, line])[:NAMED], number + 1)

    def counts(self) -> dict[str, int]:
        """How many lines have which fate."""
        counted = Counter(dict.fromkeys((fate.value for fate in RowFate), 0))
        for marks, number in Counter(self._marks).items():
            fate = next((fate for mark, fate in FATES if marks & mark), None)
            if fate is not None:
                counted[fate.value] += number
        return dict(counted)

    def report(self, *, import_id: int, operation_id: int, file_name: str) -> ImportReport:
        """All of it, in the order of the file."""
        closed = (n for n, m in enumerate(self._marks) if m & Mark.SUPPRESSED and m < Mark.UNUSABLE)
        return ImportReport(
            import_id=import_id,
            operation_id=operation_id,
            file_name=file_name,
            counts=self.counts(),
            unusable=tuple(self._told_unusable()),
            changes=tuple(
                FieldChange(self.row(line), email, field, before, after, self.sheet(line))
                for line, email, field, before, after in sorted(self._changes, key=_line)
            ),
            suppressed=tuple(self.row(line) for line in islice(closed, MOST_TOLD)),
            closed=tuple(self._told_closed()),
            notices=tuple(self._told_notices()),
            sheets=tuple(self._read),
        )

    def _told_closed(self) -> list[ClosedRow]:
        return [
            ClosedRow(self.row(line), WHY_CLOSED[reason], self.sheet(line))
            for line, reason in sorted(self._closed.items())
            if not self._marks[line] & Mark.UNUSABLE
        ]

    def _told_unusable(self) -> list[UnusableRow]:
        return [
            UnusableRow(self.row(line), reason, self.sheet(line))
            for line, reason in sorted(self._unusable.items())
        ]

    def _told_notices(self) -> list[str]:
        """Each once, whatever the number of its rows, in the order of the file."""
        noticed = [(first, number, text) for (_, text), (first, number) in self._notices.items()]
        return [f"{self._where(first, number)}{text}" for first, number, text in sorted(noticed)]

    def _where(self, first: list[int], number: int) -> str:
        if not first[0]:
            return ""
        named = ", ".join(str(self.row(line)) for line in first)
        more = " …" if number > len(first) else ""
        rows = f"row {named}" if number == 1 else f"{number:,} rows ({named}{more})"
        sheet = self.sheet(first[0])
        return f"{rows}{f' of {sheet!r}' if sheet else ''}: "

    def row(self, line: int) -> int:
        """The line as its sheet counts."""
        return line - self._sheet(line)[0]

    def sheet(self, line: int) -> str:
        """The name of its sheet; empty when the file has only one."""
        return self._sheet(line)[1] if len(self._sheets) > 1 else ""

    def _sheet(self, line: int) -> tuple[int, str]:
        place = bisect_right(self._sheets, line, key=lambda sheet: sheet[0])
        return self._sheets[max(place - 1, 0)]


def _line(change: tuple[int, str, str, str, str]) -> int:
    return change[0]
