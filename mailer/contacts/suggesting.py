"""Words that people type: which known one they may have meant, and when two spell the same."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str], *, shown: int = 12) -> str:
    """The end of an error message: the nearest known word, else the first known ones."""
    choices = [str(choice) for choice in known]
    by_key = {spelling(choice): choice for choice in choices}
    if near := get_close_matches(spelling(word), by_key, n=1, cutoff=0.6):
        return f"did you mean {by_key[near[0]]!r}?"
    if not choices:
        return "there is none yet"
    more = ", …" if len(choices) > shown else ""
    return f"known are: {', '.join(choices[:shown])}{more}"


def spelling(text: str) -> str:
    """What two spellings of one name have in common: case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
