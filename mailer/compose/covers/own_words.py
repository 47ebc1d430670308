"""Words that stand in one reader's message alone: the line that greets her, and a note to her.

They come as somebody typed them, and are made fit here once, for all ways of composing a message.
"""

import re
from binascii import b2a_qp
from functools import lru_cache

from mailer.compose.covers.notice import AS_INLINED
from mailer.compose.wire import BIDI_MARKS, one_line, quoted_printable

#: A longer greeting is cut off: it is one line above the text.
LONGEST_GREETING = 200
#: One in which there is nothing to be made fit; and one that needs no care on the wire.
PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
USUAL = re.compile(r"(?![.]|From )[^&<>\u00a0]+\Z")
#: So long that it needs no soft break in either part.
SHORT = 60
EMPTY_LINE = re.compile(r"\n\s*\n")


@lru_cache(maxsize=4096)
def told_line(text: str) -> str:
    """A greeting on one line, as a reader is told it; told once more it stays the same."""
    line = text if PLAIN.fullmatch(text) else _plain(text)
    if len(line) <= LONGEST_GREETING:
        return line
    return f"{line[: LONGEST_GREETING - 1].rstrip()}…"


def told_note(text: str) -> tuple[str, ...]:
    """The paragraphs of a note, the lines of each as they were typed."""
    typed = text.replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = (map(_plain, one.split("\n")) for one in EMPTY_LINE.split(typed))
    return tuple(told for one in paragraphs if (told := "\n".join(filter(None, one))))


@lru_cache(maxsize=4096)
def greeting_lines(greeting: str) -> tuple[bytes, bytes]:
    """The line of a greeting in the text and in the HTML of a message, as they are on the wire.

    The templates give each a line of its own, so that nothing around it breaks elsewhere.
    """
    if USUAL.match(greeting):
        coded = b2a_qp(greeting.encode("utf-8", "replace"))
        if len(coded) <= SHORT:
            return coded, b"<bdi>%s</bdi>" % coded
    shown = f"<bdi>{greeting.translate(AS_INLINED)}</bdi>"
    text, html = (
        quoted_printable(line).replace("\n", "\r\n").encode("ascii") for line in (greeting, shown)
    )
    return text, html


def _plain(text: str) -> str:
    return one_line("".join(one for one in text if one not in BIDI_MARKS)).strip()
