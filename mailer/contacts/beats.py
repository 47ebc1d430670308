"""The beats that all offices share, and the words for them in the languages of newsrooms.

What somebody wrote stays as it was written; two words for one beat are compared by what they mean.
"""

import json
import re
from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files

from mailer.contacts.letters import unmarked
from mailer.contacts.suggesting import spelling

#: The top terms of the IPTC Media Topics; other beats are free tags.
TOP_BEATS = (
    "arts, culture, entertainment and media",
    "conflict, war and peace",
    "crime, law and justice",
    "disaster, accident and emergency incident",
    "economy, business and finance",
    "education",
    "environment",
    "health",
    "human interest",
    "labour",
    "lifestyle and leisure",
    "politics",
    "religion",
    "science and technology",
    "society",
    "sport",
    "weather",
)
#: What is typed for these letters where a keyboard has none; `unmarked` knows the other way.
TRANSCRIBED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "æ": "ae", "ø": "oe", "œ": "oe"}
)
NO_LETTERS = re.compile(r"[\W_]+")


@lru_cache(maxsize=16384)
def meaning(beat: str) -> str:
    """What all words for one beat have in common: the shared term, else the spelling of the word.

    "Wirtschaft" and "Économie" mean "economy, business and finance"; a free tag means itself.
    """
    return _terms().get(_plain(beat)) or spelling(beat)


def is_shared(beat: str) -> bool:
    """Whether it is one of the shared terms, or a word for one in some language."""
    return _plain(beat) in _terms()


def words_for(beat: str) -> frozenset[str]:
    """All spellings of all words that mean the same; of a free tag its own spelling."""
    return _words().get(meaning(beat), frozenset()) | {spelling(beat)}


@cache
def labels() -> tuple[str, ...]:
    """The shared terms and every word for one, as they are written."""
    written = (word for _, words in _vocabulary() for word in words)
    return tuple(dict.fromkeys((*TOP_BEATS, *written)))


def _plain(word: str) -> str:
    """A word without what does not count: case, accents, punctuation."""
    return NO_LETTERS.sub(" ", unmarked(word.casefold())).strip()


def _vocabulary() -> list[tuple[str, list[str]]]:
    """Each shared term with the words for it, language by language."""
    text = (files(__package__) / "beats.json").read_text(encoding="utf-8")
    return [pair for language in json.loads(text).values() for pair in language.items()]


@cache
def _terms() -> dict[str, str]:
    """By each spelling of each word, without accents or with two letters for one, the term."""
    found = {_plain(term): term for term in TOP_BEATS}
    for term, words in _vocabulary():
        for word in words:
            found |= dict.fromkeys((_plain(word), _plain(_transcribed(word))), term)
    return found


@cache
def _words() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for term in TOP_BEATS:
        found[term] |= {term, _plain(term)}
    for term, words in _vocabulary():
        for word in words:
            found[term] |= {spelling(word), _plain(word), _plain(_transcribed(word))}
    return {term: frozenset(words) for term, words in found.items()}


def _transcribed(word: str) -> str:
    return word.casefold().translate(TRANSCRIBED)
