"""The tables of a text, as the checks that compare figures read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mailer.releases.readiness.wording import blocks, plain_words

#: So many signs of its first row name a table.
NAMED: Final = 60


@dataclass(frozen=True)
class Table:
    """A table by its cells."""

    #: The first row names the columns.
    rows: tuple[tuple[str, ...], ...]
    #: The numbers of its cells among the paragraphs of the text.
    places: frozenset[int]

    @property
    def name(self) -> str:
        """Its first row, as far as it tells one from others."""
        told = ", ".join(cell for cell in self.rows[0] if cell)
        return told if len(told) <= NAMED else f"{told[:NAMED].rstrip()}…"

    @property
    def said(self) -> str:
        """All its cells, one a line."""
        return "\n".join(cell for row in self.rows for cell in row)

    @property
    def columns(self) -> Iterator[Sequence[str]]:
        """What stands below the name of each column."""
        yield from zip(*self.rows[1:], strict=True)


def tables(body: str) -> list[Table]:
    """All of them, in order."""
    found: list[Table] = []
    rows: list[list[str]] = []
    place = first = 0
    for token in blocks(body):
        if token.type == "table_open":
            rows, first = [], place
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            if rows:
                rows[-1].append(plain_words(token).strip())
            place += 1
        elif token.type == "table_close":
            whole = tuple(tuple(row) for row in rows)
            found.append(Table(whole, frozenset(range(first, place))))
            rows = []
    return found
