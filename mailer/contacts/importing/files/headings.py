"""Which line is the header: people put titles and dates above it."""

import re
from collections.abc import Sequence

#: The header is looked for among so many lines that are not blank.
MOST_LOOKED_AT = 15
TITLE = re.compile(r":$|\b\d")


def is_blank(cells: Sequence[str]) -> bool:
    """Whether no cell holds more than white space."""
    return not any(map(str.strip, cells))


def header_at(lines: Sequence[Sequence[str]]) -> int:
    """Which of the first lines (none of them blank) names the columns; 0 unless titles precede it.

    A title fills one or two cells of a wider table. A line with an e-mail address is a contact, so
    the header is above it.
    """
    above = next((at for at, cells in enumerate(lines) if _has_address(cells)), len(lines))
    candidates = [_filled(cells) for cells in lines[:above]]
    widest = max(map(len, candidates), default=0)
    for at, filled in enumerate(candidates):
        if not _is_title(filled, widest):
            return at
    return 0


def told_titles(titles: Sequence[tuple[int, Sequence[str]]], *, sheet: str = "") -> str:
    """The notice on lines above the header, each with its number."""
    where = f" of sheet “{sheet}”" if sheet else ""
    which = f"row {titles[0][0]}" if len(titles) == 1 else f"rows {titles[0][0]}–{titles[-1][0]}"
    first = " ".join(_filled(titles[0][1]))[:60]
    return f"{which}{where} above the header left out: “{first}”"


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _is_title(filled: Sequence[str], widest: int) -> bool:
    if len(filled) == 1:
        return widest > 2 or (widest == 2 and " " in filled[0])
    # “Exported: | 12 May” and the like.
    return len(filled) == 2 and widest > 3 and any(TITLE.search(text) for text in filled)


def _has_address(cells: Sequence[str]) -> bool:
    return any("@" in cell and " " not in cell.strip() for cell in cells)
