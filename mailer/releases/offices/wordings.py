"""The office's own wording of covers and public pages: in each language, its own words for ours."""

import string
from typing import Any

from mailer import languages
from mailer.errors import BadInput
from mailer.releases.manuscripts.front_matter import one_line, unknown

EXAMPLE = '[wordings.da] with "Unsubscribe" = "Frameld" below it'


def read_wordings(value: object) -> dict[str, dict[str, str]]:
    """The tables of a description, checked.

    Raises BadInput for a language without a cover, for English words that we do not say, and for
    words in which a place such as {date} is missing.
    """
    if not isinstance(value, dict):
        raise BadInput(f"must be a table for each language, such as {EXAMPLE}")
    return {_language(tag): _words(tag, words) for tag, words in value.items()}


def _language(tag: str) -> str:
    known = languages.parse(tag)
    if known not in languages.cover_languages():
        raise BadInput(unknown("cover language", tag, languages.cover_languages()))
    return known


def _words(tag: str, words: Any) -> dict[str, str]:
    if not isinstance(words, dict):
        raise BadInput(f"{tag} must be a table of our English words, such as {EXAMPLE}")
    return {_known(english): _own(tag, english, own) for english, own in words.items()}


def _known(english: str) -> str:
    known = languages.cover_words() | languages.page_words()
    if english not in known:
        raise BadInput(unknown("words of ours", english, sorted(known)))
    return english


def _own(tag: str, english: str, own: object) -> str:
    if not isinstance(own, str) or not own.strip():
        raise BadInput(f"{tag}: {english!r} must be text in quotes; leave it out to keep ours")
    told = one_line(own, where=f"{tag}: {english!r}")
    if _places(told) != _places(english):
        places = ", ".join(f"{{{name}}}" for name in _places(english)) or "no {place}"
        raise BadInput(f"{tag}: {english!r} must have {places} in it, once each: it has {told!r}")
    return told


def _places(text: str) -> list[str]:
    """The names in braces, in the order of the alphabet."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return ["?"]
    return sorted(
        name + (spec or "") + (turned or "") for _, name, spec, turned in parts if name is not None
    )
