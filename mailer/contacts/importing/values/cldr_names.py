"""What languages and countries are called, in every language in which we write covers and in their
own: the names of CLDR by their spelling.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from babel import Locale
from babel.localedata import locale_identifiers
from rapidfuzz import fuzz, process

from mailer import languages
from mailer.contacts.importing.values.words import folded

NEAR_ENOUGH = 70
#: Of a code any other code is near.
SHORTEST_WORD = 3


def from_cover_languages(part: str) -> Iterator[tuple[str, str]]:
    """Each name that the cover languages have in that part of CLDR, and its code."""
    for tag in languages.cover_languages():
        names: Mapping[str, str] = getattr(languages.locale(tag), part)
        for code, name in names.items():
            yield name, code


def agreed(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The code of each name by its spelling, without the names that mean two things."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for name, code in names:
        codes[folded(name)].add(code)
    return {name: codes.pop() for name, codes in codes.items() if len(codes) == 1 and name}


@cache
def own_names() -> dict[str, str]:
    """What each language calls itself, of all that CLDR knows."""
    return agreed(_own_names())


def _own_names() -> Iterator[tuple[str, str]]:
    for code in locale_identifiers():
        if "_" not in code and (name := Locale.parse(code).languages.get(code)):
            yield name, code


def nearest(text: str, names: Mapping[str, str]) -> str:
    """The end of an error message: the name that may have been meant."""
    if len(text) <= SHORTEST_WORD:
        return ""
    found = process.extractOne(
        folded(text), list(names), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH
    )
    return f"did you mean {found[0]} ({names[found[0]]})?" if found else ""
