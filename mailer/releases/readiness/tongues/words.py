"""Words that tell something wherever they stand: what languages use most, and what they say for
here, draft, copy and embargo.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from mailer import languages

#: The phrases of the cover that say how a release may be used (standards 8).
HELD, AT_ONCE = "Embargoed until {datetime}", "For immediate release"
#: Shorter set phrases stand in ordinary sentences.
SHORTEST_PHRASE: Final = 8


def folded(text: str) -> str:
    """A text in which two spellings of the same words are the same signs."""
    composed = unicodedata.normalize("NFC", text).casefold()
    return " ".join(composed.replace("'", "’").split())


@cache
def read(name: str) -> dict[str, object]:
    """One of the collections beside this file."""
    text = (files(__package__) / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def terms(of: str, language: str = "") -> frozenset[str]:
    """The words for something, folded: in that language, or in all of them."""
    by_language = read("terms")[of]
    if not isinstance(by_language, dict):
        return frozenset(map(folded, by_language if isinstance(by_language, list) else ()))
    chosen = by_language.values() if not language else [_closest(by_language, language)]
    return frozenset(folded(word) for words in chosen for word in words)


def _closest(by_language: dict[str, list[str]], language: str) -> list[str]:
    tags = (language, language.partition("-")[0])
    return next((by_language[tag] for tag in tags if tag in by_language), [])


@cache
def openings() -> str:
    """A pattern of what stands in brackets while something is still to come."""
    words = read("terms")["open"]
    return "|".join(str(word) for word in words) if isinstance(words, list) else ""


@cache
def cover_phrases(message: str) -> frozenset[str]:
    """What the covers of all languages say for that, without the part that varies."""
    said = (
        languages.catalog(tag).pgettext("cover", message) for tag in languages.cover_languages()
    )
    fixed = (folded(re.split(r"[:{]", words)[0]) for words in said)
    return frozenset(words for words in fixed if len(words) >= SHORTEST_PHRASE)


@cache
def embargo_pattern() -> re.Pattern[str]:
    """The word embargo in any language, in a folded text; in Spanish it is also a however."""
    words = terms("embargo") | cover_phrases(HELD)
    no_embargo = "|".join(re.escape(word) for word in terms("not an embargo"))
    return re.compile(rf"(?:{no_embargo})|(?P<word>(?<!\w)(?:{either(words)})\w*)")


def either(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(unicodedata.normalize("NFC", word)) for word in longest_first)
