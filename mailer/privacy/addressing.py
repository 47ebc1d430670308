"""E-mail addresses in free text, whatever stands around them, found in one go through the text."""

import re
from collections.abc import Callable

#: What an address has none of, unless its first part is in quotes (RFC 5322 section 3.4.1).
RUN = r"[^\s<>\"'(),;:\[\]]++"
#: The first part of an address has at most 64 octets (RFC 5321 section 4.5.3.1.1).
QUOTED = r"\"[^\"\n]{1,64}\"@"
ADDRESS = re.compile(rf"(?P<quoted>{QUOTED}{RUN})|{RUN}")


def without_addresses(text: str, instead: Callable[[str], str]) -> str:
    """The text with something in the place of each address."""

    def one(found: re.Match[str]) -> str:
        run = found.group()
        end = _end(run)
        is_address = found["quoted"] or 0 < run.find("@", 1) < end - 2
        return instead(run[:end]) + run[end:] if is_address else run

    return ADDRESS.sub(one, text) if "@" in text else text


def _end(run: str) -> int:
    """Where the last sign is that may be of an address; all after it is punctuation."""
    end = len(run)
    while end and not (run[end - 1].isalnum() or run[end - 1] == "_"):
        end -= 1
    return end
