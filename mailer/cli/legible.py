"""Words of the command line that are no text: octets of another encoding, and NUL. No database
keeps them, so they are refused before anything is done with them.
"""

from collections.abc import Iterable
from pathlib import Path

from mailer.errors import BadInput


def refuse_what_is_no_text(words: Iterable[str]) -> None:
    """Raises BadInput for such a word. The name of a file that is there may be in any encoding."""
    for word in words:
        if "\0" in word:
            raise BadInput(f"{word!r} holds a NUL, which is in no text: leave it out")
        if not _is_text(word) and not Path(word).exists():
            raise BadInput(
                f"{word!r} is not in UTF-8: set the terminal to it, or write the letters anew"
            )


def _is_text(word: str) -> bool:
    # What Python could not read stands as halves of letters, which UTF-8 has none of (PEP 383).
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True
