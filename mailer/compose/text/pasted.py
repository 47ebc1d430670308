"""Tables as they are pasted: rows between bars, with empty lines between them, without the line
below the heading, or with more cells than the heading has.

Markdown would print the bars, or leave cells out.
"""

import re
from collections.abc import Iterator

from markdown_it.rules_core import StateCore

ROW = re.compile(r" {0,3}\|.*\|\s*")
#: The line below a heading; it says how columns are aligned.
RULE = re.compile(r"[\s|:-]+")
BAR = re.compile(r"(?<!\\)\|")
FENCE = re.compile(r" {0,3}(```|~~~)")
#: A single row between bars is a sentence with bars.
FEWEST_ROWS = 2


def mend_tables(state: StateCore) -> None:
    """Write pasted tables as Markdown wants them."""
    if "|" in state.src:
        state.src = "\n".join(_mended(state.src.split("\n")))


def _mended(lines: list[str]) -> Iterator[str]:
    fence = ""
    place = 0
    while place < len(lines):
        line = lines[place]
        if mark := FENCE.match(line):
            # A fence is closed by its own kind only.
            fence = {"": mark[1], mark[1]: ""}.get(fence, fence)
        rows, after = ([], place) if fence else _rows(lines, place)
        if len(rows) >= FEWEST_ROWS:
            yield from _table(rows)
            place = after
        else:
            yield line
            place += 1


def _rows(lines: list[str], place: int) -> tuple[list[str], int]:
    """The rows that begin there, and the place of the first line behind them."""
    rows: list[str] = []
    after = place
    while place < len(lines):
        if ROW.fullmatch(lines[place]):
            rows.append(lines[place])
            after = place = place + 1
        elif rows and not lines[place].strip() and after == place:
            place += 1
        else:
            break
    return rows, after


def _table(rows: list[str]) -> Iterator[str]:
    head, *others = [row.strip() for row in rows]
    has_rule = "-" in others[0] and RULE.fullmatch(others[0]) is not None
    rule = others.pop(0) if has_rule else ""
    width = max(map(_width, (head, *others)))
    if not has_rule:
        # What stood above is no part of its heading.
        yield ""
    yield head + " |" * (width - _width(head))
    yield (rule or "|") + "---|" * (width - _width(rule))
    yield from others


def _width(row: str) -> int:
    """The cells of a row."""
    return max(len(BAR.findall(row)) - 1, 0)
