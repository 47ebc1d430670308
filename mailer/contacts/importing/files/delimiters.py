"""What stands between the cells of a text file: named by the list keeper, by the file's own first
line (`sep=;`), or found by trying.
"""

from collections.abc import Sequence

from mailer.contacts.importing.files.headings import header_at
from mailer.contacts.importing.files.records import first_records
from mailer.errors import BadInput

USUAL = (",", ";", "\t", "|")
#: Tried only when no usual one parts the lines.
UNUSUAL = ("^", "~", "\x1f", "¦", "§", "¬", "#", "*", ":")
WORDS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "bar": "|",
    "colon": ":",
}


def named_delimiter(given: str) -> str:
    """The delimiter that a person typed, by sign or by word. Raises BadInput."""
    delimiter = WORDS.get(given.strip().lower(), given if len(given) == 1 else given.strip())
    if len(delimiter) != 1 or delimiter in '"\r\n\0\ufeff' or delimiter.isalnum():
        raise BadInput(
            f"“{given[:20]}” cannot be a delimiter: name one sign such as , or ; or |,"
            " or the word tab"
        )
    return delimiter


def announced(line: str) -> str:
    """The delimiter that a spreadsheet's own first line names, as in `sep=;`."""
    word = line.strip("\r\n ").strip('"')
    if len(word) != 5 or not word.lower().startswith("sep=") or word[4] in '"\r\n':
        return ""
    return word[4]


def likeliest(lines: Sequence[str]) -> str:
    """The delimiter that makes the widest header, and lines below it that are as wide."""
    usual = {delimiter: _score(lines, delimiter) for delimiter in USUAL}
    best = max(USUAL, key=lambda delimiter: usual[delimiter])
    if usual[best]:
        return best
    # A sign that every line holds equally often is a delimiter; one in a header alone is not.
    agreed = [delimiter for delimiter in UNUSUAL if _parts_every_line(lines, delimiter)]
    return max(agreed, key=lambda delimiter: _score(lines, delimiter), default=best)


def _score(lines: Sequence[str], delimiter: str) -> float:
    titles, widths = _widths(lines, delimiter)
    if not widths or widths[0] < 2:
        return 0
    # With commas inside of cells, the true header looks like a title above wider rows.
    likelier_without_titles = 1 if titles else 1.5
    return widths[0] * (1 + _agreement(widths)) * likelier_without_titles


def _widths(lines: Sequence[str], delimiter: str) -> tuple[int, list[int]]:
    """How many titles there are, and the widths of the lines from the header on."""
    rows = [record.cells for record in first_records(lines, delimiter=delimiter)]
    header = header_at(rows)
    return header, [len(cells) for cells in rows[header:]]


def _agreement(widths: Sequence[int]) -> float:
    """The share of lines that are as wide as the header."""
    return widths[1:].count(widths[0]) / max(1, len(widths) - 1)


def _parts_every_line(lines: Sequence[str], delimiter: str) -> bool:
    _, widths = _widths(lines, delimiter)
    return len(widths) > 1 and widths[0] > 1 and _agreement(widths) == 1
