"""From a file to the rows on disk: each sheet's header, then its lines one by one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice

from mailer.contacts.importing.columns import Columns, UnknownColumns, is_header, read_header
from mailer.contacts.importing.files import ContactFile, Line, Sheet
from mailer.contacts.importing.report import Mark, Tally
from mailer.contacts.importing.samples import LOOKED_AT, samples_of, with_samples
from mailer.contacts.importing.spool import Spool
from mailer.contacts.importing.tabs import meaning_of
from mailer.contacts.importing.typists import Numbered, Typed, Typists
from mailer.contacts.importing.vocabulary import Vocabulary
from mailer.errors import BadInput

#: What was said about a header row before, by its fingerprint.
Recall = Callable[[str], Mapping[str, str] | None]


class TooManyLines(BadInput):
    """The file has more lines than the caller has time for."""


def read_sheets(
    file: ContactFile,
    spool: Spool,
    tally: Tally,
    *,
    vocabulary: Vocabulary,
    mapping: Mapping[str, str],
    recall: Recall,
    today: date,
    most_lines: int = 0,
) -> list[Columns]:
    """Type every line of the file and put it on the spool; the columns that the mapping decided.

    Raises BadInput when no sheet has a header that can be used, TooManyLines for more than
    `most_lines` unless that is 0.
    """
    with Typists(today=today) as typists:
        reading = _Reading(spool, tally, typists, mapping=mapping, recall=recall)
        reading.most_lines, reading.vocabulary, reading.tabs = most_lines, vocabulary, file.tabs
        for sheet in file.sheets:
            reading.read(sheet)
    if not reading.is_usable and reading.refusal is not None:
        raise reading.refusal
    for notice in file.notices:
        tally.notice(0, notice)
    spool.finish()
    return reading.mapped


class _Reading:
    """One file's reading: what is needed for each of its sheets."""

    def __init__(
        self,
        spool: Spool,
        tally: Tally,
        typists: Typists,
        *,
        mapping: Mapping[str, str],
        recall: Recall,
    ) -> None:
        self.spool, self.tally, self.typists = spool, tally, typists
        self.mapping, self.recall = mapping, recall
        self.most_lines = self.taken = 0
        self.vocabulary = Vocabulary()
        self.tabs: Sequence[str] = ()
        self.is_usable = False
        self.mapped: list[Columns] = []
        self.refusal: BadInput | None = None

    def read(self, sheet: Sheet) -> None:
        """Take the lines of a sheet; one that has no header of contacts is left out and told."""
        first = next(sheet.lines, None)
        if first is None:
            return
        base = self.tally.begin_sheet(sheet.name)
        below = list(islice(sheet.lines, LOOKED_AT))
        try:
            columns = self._columns(sheet.name, first, below)
        except UnknownColumns as wrong:
            self._leave_out(sheet.name, with_samples(wrong, below))
            return
        except BadInput as wrong:
            self._leave_out(sheet.name, wrong)
            return
        self.is_usable = True
        tab = meaning_of(sheet.name, among=self.tabs)
        if tab.notice:
            self.tally.notice(0, tab.notice)
        lines = chain([first] if columns.is_unnamed else [], below, sheet.lines)
        contacts = self._contacts(lines, columns, base)
        for typed in self.typists.type(contacts, columns, tab):
            self._lay(typed)

    def _leave_out(self, sheet: str, wrong: BadInput) -> None:
        self.refusal = self.refusal or wrong
        self.tally.notice(0, f"sheet {sheet!r} is left out: {wrong}")

    def _columns(self, sheet: str, header: Line, below: Sequence[Line]) -> Columns:
        columns = read_header(header.cells, mapping=self.mapping, remembered=self.recall)
        rows = [header, *below] if columns.is_unnamed else below
        self.tally.understand(sheet, columns, samples_of(rows, len(columns.header)))
        for notice in columns.notices:
            self.tally.notice(0, notice)
        if "mapping" in columns.found_by:
            self.mapped.append(columns)
        return columns

    def _contacts(self, lines: Iterable[Line], columns: Columns, base: int) -> Iterator[Numbered]:
        """The lines that are to be typed; headings on the way are told."""
        for line in lines:
            number = base + line.number
            if not line.problem and is_header(line.cells, columns):
                is_heading = sum(1 for cell in line.cells if cell.strip()) == 1
                what = "a heading between blocks" if is_heading else "repeats the header and"
                self.tally.notice(number, f"{what} is left out")
                continue
            self.taken += 1
            if self.most_lines and self.taken > self.most_lines:
                raise TooManyLines(f"the file has more than {self.most_lines:,} rows")
            self.tally.mark(number, Mark.USED)
            yield Numbered(number, line)

    def _lay(self, typed: Typed) -> None:
        if typed.refusal:
            self.tally.refuse(typed.number, typed.refusal)
            return
        for notice in typed.notices:
            self.tally.notice(typed.number, notice)
        self.vocabulary.hear(typed.words)
        for row in typed.laid:
            self.spool.lay(row)
