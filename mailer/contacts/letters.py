"""Letters as people type them who have no key for their accents and strokes."""

import unicodedata

#: Letters that Unicode does not take apart, and what people type for them.
STROKED = {
    "ø": "o",
    "œ": "o",
    "æ": "a",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
}
_PLAIN = str.maketrans(STROKED)


def unmarked(text: str) -> str:
    """The text, in small letters, without its accents, strokes and other marks."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)
