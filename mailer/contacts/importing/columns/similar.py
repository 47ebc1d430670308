"""Headers that are spelled almost like a known one; and the nearest ones, for whoever has to say
what a column means.
"""

from rapidfuzz import fuzz, process

from mailer.contacts.importing.columns.header_words import in_context, key, synonyms
from mailer.contacts.importing.columns.targets import TARGETS

#: Of 100: one wrong letter in seven.
ALIKE, NEAR_WORD = 85, 70
SWAPPED = 98.0
#: Other words so close to the nearest one have to mean the same.
MARGIN = 8
#: In a shorter word each letter counts: "by" is no "bay".
SHORTEST = 5
NEAREST_SHOWN, NEAR = 3, 50


def similar(header: str) -> str:
    """The target, or the sense, of the known header that this one almost spells; empty for none.

    Never a guess between two meanings: "outlet emial" must not become anybody's own address.
    """
    word = key(header)
    if len(word) < SHORTEST:
        return ""
    meanings = {**synonyms(), **in_context()}
    found = {
        known: _likeness(word, known, score)
        for known, score, _ in process.extract(
            word, meanings.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_WORD, limit=None
        )
    }
    best = max(found.values(), default=0)
    meant = {meanings[known] for known, score in found.items() if score >= best - MARGIN}
    return meant.pop() if best >= ALIKE and len(meant) == 1 else ""


def _likeness(word: str, known: str, score: float) -> float:
    """How alike two words are; the same letters in another order, as in "emial", are a slip."""
    return SWAPPED if len(word) == len(known) and sorted(word) == sorted(known) else score


def nearest_targets(header: str) -> list[str]:
    """What the column may mean, the nearest first."""
    words = {**synonyms(), **{key(target): target for target in TARGETS}}
    found = process.extract(
        key(header), words.keys(), scorer=fuzz.WRatio, score_cutoff=NEAR, limit=4 * NEAREST_SHOWN
    )
    return list(dict.fromkeys(words[known] for known, _, _ in found))[:NEAREST_SHOWN]
