"""Several values in one cell: where they part, and how they are written back so that they part
there again.
"""

import re
from collections.abc import Callable, Iterable

from mailer.contacts.beats import labels
from mailer.contacts.importing.values.cleaning import LINE_BREAK, clean, is_blank

STRONG = re.compile(rf"[|;]|{LINE_BREAK.pattern}")
#: In a cell of names: what parts them or escapes that, an escape, and a name with its escapes.
PARTING = re.compile(r"[|;\\]")
ESCAPED = re.compile(r"\\([|;\\])")
NAME = re.compile(r"(?:\\[|;\\]|[^|;\r\n\v\f\x85\u2028\u2029])+")
BETWEEN_WORDS = re.compile(r"\s/\s|\s*,\s*")
#: A comma inside one of the shared terms, or of the words for one, parts nothing; the longest is
#: looked for first.
TOP_TERM = re.compile(
    "(?:{})(?=\\s*(?:,|\\s/\\s|$))".format(
        "|".join(
            re.escape(term).replace(r"\ ", r"\s+")
            for term in sorted((term for term in labels() if "," in term), key=len, reverse=True)
        )
    ),
    re.IGNORECASE,
)


def split(text: str, *, delimiter: str = "", commas: bool = True) -> list[str]:
    """The clean values of a cell, blank ones left out.

    They part at the delimiter of the file's maker, "|", ";" and line breaks; where none of these
    stands, at a comma or " / ". Whoever writes "|" means the comma in "arts, culture" as it is.
    """
    parts = _at(STRONG.split(text), delimiter)
    if commas and len(parts) == 1:
        parts = _at_commas(text)
    return [part for part in map(clean, parts) if not is_blank(part)]


def split_names(text: str, *, delimiter: str = "") -> list[str]:
    """The clean names in a cell: no comma parts them, nor what stands behind a backslash."""
    parts = (ESCAPED.sub(r"\1", part) for part in _at(NAME.findall(text), delimiter))
    return [part for part in map(clean, parts) if not is_blank(part)]


def escaped(name: str) -> str:
    """A name as it comes back from `split_names`."""
    return PARTING.sub(r"\\\g<0>", name)


def _at(parts: list[str], delimiter: str) -> list[str]:
    if not delimiter or delimiter in "|;,":
        return parts
    return [part for whole in parts for part in whole.split(delimiter)]


def _at_commas(text: str) -> list[str]:
    """The parts between commas, the commas of shared terms not counted."""
    text = text.strip()
    parts: list[str] = []
    start = 0
    while True:
        term = TOP_TERM.match(text, start)
        comma = BETWEEN_WORDS.search(text, term.end() if term else start)
        if comma is None:
            return [*parts, text[start:]]
        parts.append(text[start : comma.start()])
        start = comma.end()


def each_once(values: Iterable[str], *, by: Callable[[str], str]) -> tuple[str, ...]:
    """The values in order, of two spellings of one the first."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(by(value), value)
    return tuple(found.values())


def joined(values: Iterable[str]) -> str:
    """Several values as one cell; a single one that looks like several ends with a bar."""
    values = list(values)
    if len(values) == 1 and BETWEEN_WORDS.search(values[0]):
        return f"{values[0]}|"
    return "|".join(values)
