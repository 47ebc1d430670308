"""One name in all its spellings: in any case and any Unicode form, with a Turkish i, with ss for ß,
and East Asian names, whose parts stand with or without a space.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

#: Letters that are one to whoever changes the case: Turkish has two i, German capitals write SS for
#: ß, Greek ones have no accents and no final sigma; an apostrophe is straight or curly.
ALIKE = (
    ("i", "I", "ı", "İ", "i̇"),
    ("ß", "ẞ", "ss"),
    ("'", "’", "ʼ"),
    ("σ", "ς"),
    ("α", "ά"),
    ("ε", "έ"),
    ("η", "ή"),
    ("ι", "ί", "ϊ", "ΐ"),
    ("ο", "ό"),
    ("υ", "ύ", "ϋ", "ΰ"),
    ("ω", "ώ"),
)
#: What Python makes of a capital i with a dot.
DOTTED = "İ".lower()
#: What is read as one letter.
UNIT = re.compile(r"[sS]{2}|.", re.DOTALL)
#: The scripts of Chinese, Japanese and Korean, whose text has no spaces around a name.
EAST_ASIAN = re.compile(
    r"[\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+"
)
#: ASCII letters that may stand for others.
FOLDED_OTHERWISE = re.compile(r"i|I|'|ss|SS|Ss")
#: Another name alone, if shorter, is a word like any other.
SHORTEST = 4
SHORTEST_EAST_ASIAN = 2


def units(word: str) -> list[str]:
    """The letters of a word, each composed."""
    return UNIT.findall(unicodedata.normalize("NFC", word))


@cache
def writings(unit: str) -> frozenset[str]:
    """All that is written for that letter, the letter itself, too."""
    cases = _in_each_case(unit)
    alike = {one for group in ALIKE if not cases.isdisjoint(group) for one in group}
    written = {case for one in alike for case in _in_each_case(one)} | cases
    return _composed_and_apart(written)


def _in_each_case(unit: str) -> set[str]:
    if len(unit) == 2 and unit.isascii():
        return {"ss", "SS", "Ss", "sS"}
    return {unit, unit.lower(), unit.upper(), unit.title()}


def _composed_and_apart(texts: Iterable[str]) -> frozenset[str]:
    """Both ways in which Unicode keeps a letter with a mark."""
    pairs = (
        (unicodedata.normalize("NFC", one), unicodedata.normalize("NFD", one)) for one in texts
    )
    return frozenset(form for pair in pairs for form in pair)


def pattern(word: str) -> str:
    """The word in any spelling, as a regular expression that Python and PostgreSQL read alike."""
    return "".join(map(_either, units(word)))


def capital_pattern(word: str) -> str:
    """The same, but beginning as it is kept or with a capital: a word written small is no name."""
    first, *rest = units(word)
    small = {one for one in writings(first) if one == one.lower() != one.upper()}
    kept = _composed_and_apart({first})
    return f"(?-i:{_one_of((writings(first) - small) | kept)})" + "".join(map(_either, rest))


@cache
def _either(unit: str) -> str:
    return _one_of(writings(unit))


def _one_of(written: frozenset[str] | set[str]) -> str:
    # The longer first: a letter is not taken for all of it when a mark follows.
    longest = sorted(written, key=lambda one: (-len(one), one))
    return f"(?:{'|'.join(map(re.escape, longest))})" if len(longest) > 1 else re.escape(*longest)


def folded(text: str) -> str:
    """What all spellings of a text have in common."""
    return "".join(map(_folded, units(text))).replace(DOTTED, DOTTED[0])


@cache
def _folded(unit: str) -> str:
    small = (unicodedata.normalize("NFC", one.lower()) for one in writings(unit))
    return min(small, key=lambda one: (len(one), one))


def cases(word: str) -> frozenset[str]:
    """The usual ways to write a whole word, but for the case of ASCII letters, which any database
    folds: small, in capitals, with one in front; in Turkish, too.
    """
    if word.isascii() and not FOLDED_OTHERWISE.search(word):
        return frozenset((word,))
    turkish = word.replace("İ", "i").replace("I", "ı")
    others = {word.replace(*pair) for pair in (("'", "’"), ("’", "'"), ("ss", "ß"), ("SS", "ß"))}
    written = {
        case
        for one in (word, turkish, *others)
        for small in (one, one.lower())
        for case in (small, small.upper(), small.title(), small.replace("i", "İ").upper())
    }
    return _composed_and_apart(written)


def is_east_asian(word: str) -> bool:
    """Whether the whole word is of those scripts."""
    return EAST_ASIAN.fullmatch(unicodedata.normalize("NFC", word)) is not None


def is_short(name: str) -> bool:
    """Whether it is no name to look for, but a word like any other."""
    letters = "".join(name.split())
    if is_east_asian(letters):
        return len(letters) < SHORTEST_EAST_ASIAN
    return len(name) < SHORTEST
