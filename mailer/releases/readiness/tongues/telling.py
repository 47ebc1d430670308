"""Which language a text is in, by its script and by the words that its language uses most."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import langcodes

from mailer.releases.readiness.tongues.words import read

#: Each script by the signs of it that texts of today are written in.
SCRIPTS: Final = {
    "Latn": r"A-Za-zªº\u00c0-\u024f\u1e00-\u1eff",
    "Cyrl": r"\u0400-\u052f",
    "Grek": r"\u0370-\u03ff\u1f00-\u1fff",
    "Armn": r"\u0530-\u058f",
    "Geor": r"\u10a0-\u10ff\u1c90-\u1cbf",
    "Arab": r"\u0620-\u06ff\u0750-\u077f",
    "Hebr": r"\u05d0-\u05ea",
    "Thai": r"\u0e01-\u0e5b",
    "Deva": r"\u0900-\u097f",
    "Hang": r"\uac00-\ud7af\u1100-\u11ff",
    "Kana": r"\u3040-\u30ff",
    "Hani": r"\u3400-\u9fff",
}
IN_SCRIPT: Final = {name: re.compile(f"[{signs}]") for name, signs in SCRIPTS.items()}
#: Scripts that CLDR names by what they mix.
MIXED: Final = {
    "Jpan": ("Kana", "Hani"),
    "Kore": ("Hang", "Hani"),
    "Hans": ("Hani",),
    "Hant": ("Hani",),
}
#: Too close to be told by common words.
NEIGHBOURS: Final = ({"da", "nb"}, {"bs", "hr", "sr-Latn"})
WORD: Final = re.compile(r"[^\W\d_]+")
#: Shorter texts are titles and names.
FEWEST_WORDS, FEWEST_LETTERS = 12, 40
#: How many words must be common in the other language and not in the own one, and how many times
#: more than the other way round.
FEWEST_HITS, LEAST_SHARE, TIMES_OWN = 5, 0.12, 4


@cache
def scripts_of(language: str) -> tuple[str, ...]:
    """The scripts that a language is written in; none that we know: nothing is told of it."""
    script = langcodes.Language.get(language).maximize().script or ""
    known = MIXED.get(script, (script,))
    return known if all(name in SCRIPTS for name in known) else ()


def other_script(text: str, language: str) -> str:
    """The script of most letters when hardly one is in a script of the language, or nothing."""
    own = scripts_of(language)
    counts = {name: len(pattern.findall(text)) for name, pattern in IN_SCRIPT.items()}
    total = sum(counts.values())
    if not own or total < FEWEST_LETTERS or sum(counts[name] for name in own) > total / 5:
        return ""
    return max(counts, key=lambda name: counts[name])


def other_language(text: str, language: str) -> str:
    """The language whose common words a text is full of though it has hardly one of its own.

    Nothing for a short text, for a language whose common words we do not know, and for a close
    neighbour of the language: names and titles alone tell nothing.
    """
    own = _own(language)
    words = [word.lower() for word in WORD.findall(text)]
    if not own or len(words) < FEWEST_WORDS:
        return ""
    lead = {tag: _lead(words, tag, own) for tag in read("function_words") if not _near(tag, own)}
    best = max(lead, key=lambda tag: lead[tag], default="")
    return best if best and lead[best] > 0 else ""


def _lead(words: Sequence[str], tag: str, own: str) -> int:
    """How far another language is ahead of the own one, by the words that only one of them has."""
    theirs, ours = _common(tag), _common(own)
    left = sum(word in theirs and word not in ours for word in words)
    right = sum(word in ours and word not in theirs for word in words)
    is_ahead = left >= max(FEWEST_HITS, LEAST_SHARE * len(words)) and left >= TIMES_OWN * right
    return left - right if is_ahead else 0


def _own(language: str) -> str:
    tags = (language, language.partition("-")[0])
    return next((tag for tag in tags if tag in read("function_words")), "")


def _near(language: str, other: str) -> bool:
    return language == other or any({language, other} <= group for group in NEIGHBOURS)


@cache
def _common(language: str) -> frozenset[str]:
    return frozenset(str(read("function_words")[language]).split())
