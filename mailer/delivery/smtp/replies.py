"""The server's replies, cut out of the stream: whole ones only, however they dribble in."""

from collections import deque

from mailer.delivery.legibility import legible

#: Far more than any honest reply; one that never ends must not fill the memory.
REPLY_OCTETS = 32_768


class Replies:
    """What was read of the stream: whole replies that wait to be heard, and the rest."""

    __slots__ = ("_beginning", "_rest", "is_endless", "ready")

    def __init__(self) -> None:
        """Nothing was read."""
        #: Whole replies that nobody has taken yet.
        self.ready: deque[bytes] = deque()
        #: Whether the server speaks and does not come to an end.
        self.is_endless = False
        self._rest = b""
        #: The lines of a reply that goes on.
        self._beginning = b""

    @property
    def has_more(self) -> bool:
        """Whether the server has said more than the replies that were taken."""
        return bool(self.ready or self._rest or self._beginning)

    def read(self, data: bytes) -> None:
        """Take more of the stream: `ready` then has what is complete."""
        lines = (self._rest + data).split(b"\n") if self._rest else data.split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if line[3:4] == b"-":
                self._beginning += line + b"\n"
                if len(self._beginning) > REPLY_OCTETS:
                    break
            elif self._beginning:
                self.ready.append(self._beginning + line)
                self._beginning = b""
            else:
                self.ready.append(line)
        self.is_endless = len(self._rest) + len(self._beginning) > REPLY_OCTETS


def code_of(reply: bytes) -> int:
    """The code of a reply; 0 when what the server says is no reply at all."""
    code = reply[:3]
    return int(code) if code.isdigit() and reply[3:4] in SEPARATORS else 0


SEPARATORS = {b"", b" ", b"-", b"\r"}


def words_of(reply: bytes) -> str:
    """What the reply says behind its code, line by line."""
    if b"\n" not in reply:
        return _words(reply)
    return "\n".join(map(_words, reply.split(b"\n")))


def _words(line: bytes) -> str:
    return legible(line[4:].decode("utf-8", "backslashreplace").strip())
