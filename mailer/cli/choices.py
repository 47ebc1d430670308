"""Options that take one of a few words: any other is refused in one line that names them."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from mailer.errors import BadInput

Word = TypeVar("Word", bound=StrEnum)


def one_of(words: type[Word], *, option: str) -> Callable[[str], Word]:
    """Reads one of these words for that option. The reader raises BadInput."""

    def read(text: str) -> Word:
        try:
            return words(text.strip().lower())
        except ValueError:
            *others, last = words
            allowed = f"{', '.join(others)} or {last}"
            raise BadInput(f"{option} takes {allowed}, and not {text!r}") from None

    return read


def shown(words: type[StrEnum]) -> str:
    """The words as the help shows them."""
    return f"[{'|'.join(words)}]"
