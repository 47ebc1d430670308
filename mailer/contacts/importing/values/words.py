"""Words that people write for the same thing in many languages, from the data file beside."""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any, cast

#: Letters that are letters of their own to Unicode and an accent to whoever has no such key.
LOOK_ALIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
MARKS = re.compile(r"[\u0300-\u036f]")
NO_LETTERS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """What spellings of one word have in common: case, accents and punctuation do not count."""
    if text.isascii():
        return NO_LETTERS.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return NO_LETTERS.sub(" ", MARKS.sub("", plain).translate(LOOK_ALIKE)).strip()


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """A part of the data file: for each word of ours what people write for it."""
    text = (files(__package__) / "words.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text)[name])


@cache
def spellings(name: str) -> frozenset[str]:
    """The entries of one list in the data file, by their spelling in lower case."""
    return frozenset(word.casefold() for word in vocabulary("lists")[name])


@cache
def index(name: str) -> dict[str, str]:
    """Each folded word of a part of the data file, and the word of ours that it means."""
    return {folded(word): ours for ours, words in vocabulary(name).items() for word in words}
