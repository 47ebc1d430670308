"""The words that stand in header rows: the sets of known exports, and what list keepers write by
hand in the languages of our covers.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from mailer.contacts.importing.values.cleaning import clean
from mailer.contacts.importing.values.words import folded
from mailer.contacts.suggesting import spelling

#: What the mark of UTF-8 looks like to whoever reads the file as Windows-1252.
GLUED = ("ï»¿", "þÿ", "ÿþ")
#: This set of columns is ours: what our own files and templates use.
OURS = "press_mailer"
#: Words of this set say nothing about contacts elsewhere: an author is no contact yet.
NO_SYNONYMS = "muckrack_coverage"
NUMBERED = re.compile(r"^(?P<word>.*[^\d\s_-])[\s_-]*\d{1,2}$")
LONGEST_ENDING = 3


@dataclass(frozen=True)
class HeaderSet:
    """The columns of one known export: what each means, by its spelling."""

    name: str
    delimiter: str
    headers: Mapping[str, str]
    targets: Mapping[str, str]


def cleaned(cell: str) -> str:
    """A header cell as it stands, without the marks that files and spreadsheets put before it."""
    text = clean(cell)
    for mark in GLUED:
        text = text.removeprefix(mark)
    return clean(text)


@lru_cache(maxsize=8192)
def key(header: str) -> str:
    """What two spellings of a header have in common.

    Case, spaces, accents, punctuation and the plural do not count: "E-mail addresses" is
    "email address".
    """
    return "".join(map(_singular, folded(header).split()))


def _singular(word: str) -> str:
    if word == "s":  # what is left of "language(s)"
        return ""
    if len(word) <= LONGEST_ENDING or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("sses"):
        return word[:-2]
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]


def without_number(header: str) -> str:
    """ "Email 2" is one more "Email"; empty when there is no number."""
    match = NUMBERED.match(header)
    return match["word"] if match else ""


@cache
def _read(name: str) -> Any:
    return json.loads((files(__package__) / name).read_text(encoding="utf-8"))


@cache
def header_sets() -> tuple[HeaderSet, ...]:
    """The known sets; of two that fit alike the first counts."""
    return tuple(
        HeaderSet(
            name=name,
            delimiter=known["delimiter"],
            headers=known["headers"],
            targets={spelling(header): target for header, target in known["headers"].items()},
        )
        for name, known in _read("header_sets.json").items()
    )


def fitting_set(headers: Sequence[str]) -> HeaderSet | None:
    """The set to which most of these columns belong, spelled as the set spells them.

    A file may lack columns of the set and have more of its own; but two of them at least, and two
    in five of all, are the set's.
    """
    named = [header for header in headers if header]
    best = max(header_sets(), key=lambda known: _fit(named, known))
    matched, _ = _fit(named, best)
    return best if matched >= min(2, len(named)) and matched * 5 >= len(named) * 2 else None


def _fit(headers: Sequence[str], known: HeaderSet) -> tuple[int, int]:
    """How many of the columns the set has, and how many of these in the very letters."""
    matched = sum(spelling(header) in known.targets for header in headers)
    return matched, sum(header in known.headers for header in headers)


@cache
def synonyms() -> Mapping[str, str]:
    """What each word means by its key, of the sets and of all languages."""
    words = {
        key(word): target
        for target, words in _read("synonyms.json")["words"].items()
        for word in words
    }
    for known in header_sets():
        if known.name != NO_SYNONYMS:
            for header, target in known.headers.items():
                words.setdefault(key(header), target)
    return {word: target for word, target in words.items() if word and word not in in_context()}


@cache
def in_context() -> Mapping[str, str]:
    """The words, such as "name", that mean one thing or another beside other columns."""
    return {
        key(word): sense
        for sense, words in _read("synonyms.json")["in_context"].items()
        for word in words
    }


@cache
def all_keys() -> frozenset[str]:
    """Every word that we know as a header."""
    sets = (key(header) for known in header_sets() for header in known.headers)
    return frozenset(synonyms()) | frozenset(in_context()) | frozenset(filter(None, sets))
