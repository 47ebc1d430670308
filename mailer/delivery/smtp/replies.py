"""The server's replies, cut out of the stream: whole ones only, however they dribble in."""

from collections.abc import Iterator

#: Far more than any honest reply; one that never ends must not fill the memory.
REPLY_OCTETS = 32_768
#: Signs that no database column takes, or that would break a line of a listing.
UNPRINTABLE = dict.fromkeys((*range(32), 127), " ") | {ord("\n"): "\n"}


class ReplyTooLong(Exception):
    """The server speaks and does not come to an end."""


class Replies:
    """What was read of the stream and is not a whole reply yet."""

    __slots__ = ("_beginning", "_is_last", "_rest")

    def __init__(self) -> None:
        """Nothing was read."""
        self._rest = b""
        #: The lines of a reply that goes on.
        self._beginning = b""
        self._is_last = True

    @property
    def has_more(self) -> bool:
        """Whether the server has said more than the reply that was read last."""
        return not self._is_last or self._rest != b"" or self._beginning != b""

    def read(self, data: bytes) -> Iterator[bytes]:
        """The replies that are complete with `data`. Raises ReplyTooLong."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        last = len(lines) - 1
        for number, line in enumerate(lines):
            self._is_last = number == last
            if line[3:4] == b"-":
                self._beginning += line + b"\n"
            elif self._beginning:
                reply, self._beginning = self._beginning + line, b""
                yield reply
            else:
                yield line
            if len(self._beginning) > REPLY_OCTETS:
                raise ReplyTooLong
        if len(self._rest) + len(self._beginning) > REPLY_OCTETS:
            raise ReplyTooLong


def code_of(reply: bytes) -> int:
    """The code of a reply; 0 when what the server says is no reply at all."""
    code = reply[:3]
    return int(code) if code.isdigit() and reply[3:4] in SEPARATORS else 0


SEPARATORS = {b"", b" ", b"-", b"\r"}


def words_of(reply: bytes) -> str:
    """What the reply says behind its code, line by line."""
    if b"\n" not in reply:
        return _clean(reply[4:].decode("utf-8", "backslashreplace"))
    lines = [line[4:].decode("utf-8", "backslashreplace") for line in reply.split(b"\n")]
    return "\n".join(_clean(line) for line in lines)


def _clean(words: str) -> str:
    words = words.strip()
    return words if words.isprintable() else words.translate(UNPRINTABLE)
