"""Reads a foreign message within limits: hostile or broken mail must cost little and never crash.

What comes out are plain values: decoded headers, the text of each part, and the headers of the
message that is enclosed. The raw bytes stay in the inbound store.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import compat32

#: What stands behind the first megabyte of a report is the returned original.
READ_BYTES = 1_000_000
READ_LINES = 20_000
HEADER_CHARACTERS = 4000
#: Counted before parsing: the parser of the standard library recurses for each level.
MAX_CONTENT_TYPES = 50
#: Codecs that Python knows and no mail may ask for: slow, or not text at all.
REFUSED_CODECS = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}

CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
# The standard library takes these for enclosed messages and forgets their transfer encoding.
REPORT_TYPES = re.compile(rb"message/(?:global-)?(delivery-status|feedback-report)", re.IGNORECASE)
Headers = dict[str, list[str]]


@dataclass(frozen=True)
class Part:
    """A part of a message that is neither a container nor an enclosed message."""

    content_type: str
    text: str


@dataclass(frozen=True)
class ForeignMessage:
    """A message as far as we read it; names of headers and types are lower case."""

    headers: Headers
    content_type: str
    parts: tuple[Part, ...]
    #: The headers of the first enclosed message, mostly the one that we sent.
    enclosed: Headers

    def first(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return first(self.headers, name)

    def texts(self, *content_types: str) -> list[str]:
        """The text of every part of these types, in order."""
        return [part.text for part in self.parts if part.content_type in content_types]


class OverTheLimit(Exception):
    """The message is built to be expensive; it is kept and not read."""


def read(raw: bytes) -> ForeignMessage:
    """The message in `raw`. Raises OverTheLimit for one with too many parts."""
    lines = raw[:READ_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    lines = b"\n".join(lines.split(b"\n", READ_LINES)[:READ_LINES])
    if lines.startswith(b"From "):
        # The line with which an mbox begins each message.
        lines = lines.partition(b"\n")[2]
    if len(CONTENT_TYPE.findall(lines)) > MAX_CONTENT_TYPES:
        raise OverTheLimit("too many parts")
    message = BytesParser(policy=compat32).parsebytes(REPORT_TYPES.sub(rb"text/x-\1", lines))
    leaves = list(_leaves(message))
    return ForeignMessage(
        headers=_headers(message),
        content_type=message.get_content_type(),
        parts=tuple(
            Part(part.get_content_type(), _text(part))
            for part in leaves
            if part.get_content_maintype() == "text"
        ),
        enclosed=next(_enclosed(leaves), {}),
    )


def first(headers: Headers, name: str) -> str:
    """The first header of that name, or nothing."""
    return headers.get(name, [""])[0]


def cleaned(text: str) -> str:
    """The text without what no database takes: NUL and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _leaves(message: Message) -> Iterator[Message]:
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(_inner(part)))
        else:
            yield part


def _inner(part: Message) -> list[Message]:
    # Asked for anything but a list, the library decodes it in whatever charset the sender claims.
    payload = part.get_payload() if part.is_multipart() else []
    return [inner for inner in payload if isinstance(inner, Message)]


def _enclosed(leaves: list[Message]) -> Iterator[Headers]:
    for part in leaves:
        if part.get_content_maintype() == "message":
            yield from (_headers(inner) for inner in _inner(part)[:1])
        elif part.get_content_type() == "text/rfc822-headers":
            yield _headers(HeaderParser(policy=compat32).parsestr(_text(part).lstrip()))


def _headers(message: Message) -> Headers:
    headers: Headers = {}
    for name, value in message.items():
        text = str(value)[:HEADER_CHARACTERS]
        headers.setdefault(name.strip().lower(), []).append(_decoded(text))
    return headers


def _decoded(value: str) -> str:
    try:
        readable = str(make_header(decode_header(value)))
    except (MessageError, LookupError, ValueError):
        readable = value
    return cleaned(" ".join(readable.split()))


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        text = content.decode(_codec(part.get_content_charset()), errors="replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    return cleaned(text)


def _codec(charset: str | None) -> str:
    name = codecs.lookup(charset or "utf-8").name
    return "latin-1" if name in REFUSED_CODECS else name
