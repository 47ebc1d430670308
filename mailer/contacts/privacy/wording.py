"""Finding a person in free text, and taking her out of it: names and addresses, in any case, in
plain columns and inside of documents.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

#: What stands where a name or an address stood.
ERASED = "[erased]"


class Words:
    """Names and addresses to look for."""

    def __init__(self, given: Iterable[str], *, instead: str = ERASED) -> None:
        """Longer ones are found first: an address is not cut by the name that it holds."""
        self.words = sorted({one for one in given if one.strip()}, key=len, reverse=True)
        self._instead = instead
        self._pattern = re.compile("|".join(map(_pattern, self.words)), re.IGNORECASE)

    def whole(self) -> "Words":
        """The addresses and the names of several words: they are no word like any other."""
        return Words((one for one in self.words if " " in one or "@" in one), instead=self._instead)

    def __bool__(self) -> bool:
        return bool(self.words)

    def is_in(self, text: str) -> bool:
        """Whether one of them stands in the text."""
        return bool(self.words) and self._pattern.search(text) is not None

    def out_of(self, value: Any) -> Any:
        """The value without them: a text, or a document with texts at any depth."""
        if not self.words:
            return value
        if isinstance(value, str):
            return self._pattern.sub(self._instead, value)
        if isinstance(value, dict):
            return {self.out_of(key): self.out_of(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.out_of(one) for one in value]
        return value

    def condition(self, column: Any) -> sa.ColumnElement[bool]:
        """Rows whose column may hold one of them; Python then looks closer.

        SQLite folds only ASCII and keeps documents with escapes, so each spelling is asked for.
        """
        text = sa.func.lower(sa.cast(column, sa.Text()))
        # Whatever stands between its parts: another space, a line break, a comma.
        parts = {frozenset(word.replace(",", " ").split()) for word in self.words}
        return sa.or_(sa.false(), *(_all_in(text, one) for one in sorted(parts, key=sorted)))


def _all_in(text: Any, parts: Iterable[str]) -> sa.ColumnElement[bool]:
    spelt = [sorted(_spellings(one)) for one in sorted(parts)]
    either = (sa.or_(*(text.contains(one, autoescape=True) for one in some)) for some in spelt)
    return sa.and_(sa.true(), *either)


def _pattern(word: str) -> str:
    """Where the word stands for itself: not inside of a longer word, name or address."""
    if "@" in word:
        return rf"(?<![\w.+-]){re.escape(word)}(?!\w)"
    parts = word.split()
    spelt = r"\s+".join(map(re.escape, parts))
    if len(parts) == 1:
        # A single name may be a word like any other, which is written small.
        cases = sorted({word, word.title(), word.upper()})
        spelt = f"(?-i:{'|'.join(map(re.escape, cases))})(?![.+-]*@)"
    return rf"(?<![\w@])(?<!\w-)(?:{spelt})(?!\w)"


def _spellings(word: str) -> set[str]:
    cases = {word, word.lower(), word.upper()}
    escaped = {json.dumps(one)[1:-1] for one in cases}
    return {_ascii_lower(one) for one in cases | escaped} | {one.lower() for one in cases}


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
