"""Names of people that two editions spell in two ways."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mailer.contacts.letters import unmarked
from mailer.releases.readiness.known import known

#: A word with a capital, and the small words inside of a name.
WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
PARTICLES: Final = known("name particles")
SHORTEST: Final = 5
#: Languages change the end of a name, not what stands before.
ENDING: Final = 3


def misspelt(ours: str, theirs: str) -> list[tuple[str, str]]:
    """Pairs of a name of ours and a like one of theirs: the same first name before a family name
    that differs in a letter or two, but not only at its end, as where a language inflects it.
    """
    left, right = _people(ours), _people(theirs)
    known, there = {name for _, name in left}, {name for _, name in right}
    found = {
        (f"{first} {name}", f"{first} {other}")
        for first, name in left
        for again, other in right
        if first == again and name not in there and other not in known and _is_slip(name, other)
    }
    return sorted(found)


def _people(text: str) -> set[tuple[str, str]]:
    """Each two names that follow each other, particles between them left out."""
    return {pair for line in re.split(r"[\n.;:!?,()]", text) for pair in _pairs(line)}


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    words = [word for word in WORD.findall(line) if word.lower() not in PARTICLES]
    for first, second in pairwise(words):
        if first[0].isupper() and second[0].isupper() and len(second) >= SHORTEST:
            yield first, second


def _is_slip(name: str, other: str) -> bool:
    plain, seen = unmarked(name.casefold()), unmarked(other.casefold())
    if plain == seen or plain[0] != seen[0] or abs(len(plain) - len(seen)) > 1:
        return False
    shared = next((n for n, (a, b) in enumerate(zip(plain, seen, strict=False)) if a != b), None)
    if shared is None or shared >= min(len(plain), len(seen)) - ENDING:
        return False
    return _is_one_step(plain, seen)


def _is_one_step(name: str, other: str) -> bool:
    """Whether one letter more, less or other makes the one of the other, or two that changed."""
    short, long = sorted((name, other), key=len)
    if len(short) < len(long):
        return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
    places = [place for place, (a, b) in enumerate(zip(short, long, strict=True)) if a != b]
    is_swap = len(places) == 2 and places[1] == places[0] + 1
    return len(places) == 1 or (
        is_swap and short[places[0]] == long[places[1]] and short[places[1]] == long[places[0]]
    )
