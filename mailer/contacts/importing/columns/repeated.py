"""Lines further down that are no contact: the header once more, or the heading of a block."""

from collections.abc import Sequence

from mailer.contacts.importing.columns.header_words import all_keys, cleaned, key
from mailer.contacts.importing.columns.named import Columns
from mailer.contacts.importing.columns.targets import names_somebody
from mailer.contacts.importing.values.country_names import find_country
from mailer.contacts.importing.values.words import folded, index

#: A heading such as "Newspapers" or "Germany" fills one cell of so many at least.
FEWEST_COLUMNS = 3
DECORATION = "-–—=_*#~:. "
#: No header cell is longer.
LONGEST = 60


def is_header(cells: Sequence[str], columns: Columns) -> bool:
    """Whether a line repeats the header row, in whatever case, or heads the lines below it.

    Exports that were glued together have the header in the middle; lists kept by hand have lines
    such as "Newspapers" between their blocks.
    """
    first = next((cell for cell in cells if cell and not cell.isspace()), "")
    if not first or len(first) > LONGEST:
        return False
    named = [cell for cell in cells if cell and not cell.isspace()]
    if len(named) == 1:
        return _is_heading(cleaned(first), columns) or _is_title(cells[0], columns)
    # The first cell decides for almost every line, and costs little.
    return _is_known(first, columns) and all(_is_known(cell, columns) for cell in named)


def _is_known(cell: str, columns: Columns) -> bool:
    if len(cell) > LONGEST:
        return False
    word = key(cleaned(cell))
    return word in columns.keys or word in all_keys()


def _is_heading(text: str, columns: Columns) -> bool:
    """One cell alone in its line: a line of dashes, a word of the header, or what follows."""
    if not text.strip(DECORATION):
        return True
    if len(columns.targets) < FEWEST_COLUMNS or "@" in text:
        return False
    if key(text) in columns.keys or text.endswith(":"):
        return True
    bare = text.strip(DECORATION)
    return folded(bare) in index("media_type") or bool(find_country(bare))


def _is_title(text: str, columns: Columns) -> bool:
    """Whether the first cell is filled, alone, where nothing makes a contact: "List of Bavaria"."""
    if len(columns.targets) < FEWEST_COLUMNS or not text.strip() or "@" in text:
        return False
    target = columns.targets[0]
    return not names_somebody([target]) and target != "desk.name"
