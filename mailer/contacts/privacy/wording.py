"""Finding a person in free text, and taking her out of it: names and addresses, in any case, in
plain columns and inside of documents.
"""

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from mailer.contacts.privacy.candidates import may_hold
from mailer.contacts.privacy.spelling import capital_pattern, is_east_asian, pattern

#: What stands where a name or an address stood.
ERASED = "[erased]"
#: White space, and signs that nobody sees.
SPACE = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]"
#: What may stand between two parts of a name: space or a comma, then initials, as in Karen A. Holm.
BETWEEN = rf"(?:{SPACE}+|{SPACE}*,{SPACE}*)(?:[^\W\d_]\.{SPACE}*){{0,3}}"
#: East Asian names need nothing between their parts; a comma or brackets are also full-width ones.
TOGETHER = rf"(?:{SPACE}|[・·])*"
COMMA = rf"{SPACE}*[,，]{SPACE}*"
#: Names of so many letters of those scripts are found inside of running text, which has no spaces;
#: two letters that happen to stand side by side are often no name.
SURE_EAST_ASIAN = 3
NO_WORD_BEFORE = r"(?<![\w@])(?<!\w-)"
NO_WORD_AFTER = r"(?![\w\u0300-\u036f])"


class Words:
    """Names and addresses to look for."""

    def __init__(
        self, given: Iterable[str], *, instead: str = ERASED, anywhere: Iterable[str] = ()
    ) -> None:
        """Longer ones are found first: an address is not cut by the name that it holds.

        East Asian names among those that go `anywhere` are found inside of a longer word, too,
        however short they are.
        """
        self._anywhere, self._instead = set(anywhere), instead
        self.words = sorted({one for one in given if one.strip()}, key=_by_length)
        patterns = (_pattern(one, anywhere=one in self._anywhere) for one in self.words)
        self._pattern = re.compile("|".join(dict.fromkeys(patterns)), re.IGNORECASE)

    def whole(self) -> "Words":
        """The addresses and the names of several words: they are no word like any other."""
        whole = (one for one in self.words if " " in one or "@" in one)
        return Words(whole, instead=self._instead, anywhere=self._anywhere)

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
        """Rows whose column may hold one of them; Python then looks closer."""
        # Whatever stands between its parts: another space, a line break, a comma.
        parts = {frozenset(word.replace(",", " ").split()) for word in self.words}
        return sa.or_(sa.false(), *(may_hold(column, one) for one in sorted(parts, key=sorted)))


def _by_length(word: str) -> tuple[int, str]:
    return -len(word), word


def _pattern(word: str, *, anywhere: bool) -> str:
    """Where the word stands for itself: not inside of a longer word, name or address."""
    if "@" in word:
        return rf"(?<![\w.+-]){re.escape(word)}(?!\w)"
    parts = word.replace(",", " ").split() or [word]
    letters = "".join(parts)
    if is_east_asian(letters):
        is_long = len(parts) > 1 and len(letters) >= SURE_EAST_ASIAN
        return _east_asian(list(map(pattern, parts)), anywhere=anywhere, is_long=is_long)
    if len(parts) == 1:
        # A single name may be a word like any other, which is written small.
        return rf"{NO_WORD_BEFORE}{capital_pattern(word)}(?![.+-]*@){NO_WORD_AFTER}"
    return rf"{NO_WORD_BEFORE}(?:{_of_several(list(map(pattern, parts)))}){NO_WORD_AFTER}"


def _east_asian(parts: list[str], *, anywhere: bool, is_long: bool) -> str:
    """The parts together, or with a comma, or the last of them in brackets."""
    together = TOGETHER.join(parts)
    apart = [COMMA.join(parts), *_bracketed(parts, TOGETHER)] if len(parts) > 1 else []
    inside = [together] if anywhere or is_long else []
    if is_long:
        return "|".join((*inside, *apart))
    alone = apart if anywhere else [together, *apart]
    return "|".join((*inside, *(rf"(?<!\w){one}(?!\w)" for one in alone)))


def _bracketed(parts: list[str], between: str) -> list[str]:
    """Some of the parts in brackets after the others."""
    return [
        rf"{between.join(parts[:at])}{SPACE}*[(（]{SPACE}*{between.join(parts[at:])}{SPACE}*[)）]"
        for at in range(1, len(parts))
    ]


def _of_several(parts: list[str]) -> str:
    """The parts of a name side by side, or some of them in brackets after the others."""
    return "|".join((BETWEEN.join(parts), *_bracketed(parts, BETWEEN)))
