"""A file whose first row is a contact and no header. Its columns get numbers for names, so that
nobody's name or address is taken, asked about or remembered as the name of a column.
"""

import re
from collections.abc import Sequence

from mailer.contacts.importing.columns.header_words import all_keys, cleaned, key

ADDRESS = re.compile(r"[^@\s|;,<>]+@[^@\s|;,<>]+\.\w{2,}")
#: What stands in a cell of the first row is shown to whoever says what its column is.
LONGEST_SAMPLE = 60
NOTICE = (
    "the first row is a contact, and there is no header: it is imported like all others, and the"
    " columns are called by their number"
)


def is_contact(cells: Sequence[str]) -> bool:
    """Whether a first row is a contact: it holds an address, and hardly a word for a column."""
    filled = [text for text in map(cleaned, cells) if text]
    known = sum(key(text) in all_keys() for text in filled)
    return any(map(ADDRESS.search, filled)) and 2 * known < len(filled)


def numbered(cells: Sequence[str]) -> tuple[str, ...]:
    """Names for the columns of that row: "email" where the addresses are, else "column 3".

    Two files whose rows are alike in this have the same columns.
    """
    names: list[str] = []
    addresses = 0
    for place, text in enumerate(cells, start=1):
        if ADDRESS.search(text):
            addresses += 1
            names.append("email" if addresses == 1 else f"email {addresses}")
        else:
            names.append(f"column {place}")
    return tuple(names)


def sample(cells: Sequence[str], place: int) -> str:
    """What stands in that cell of the first row, shortened."""
    return cleaned(cells[place])[:LONGEST_SAMPLE]
