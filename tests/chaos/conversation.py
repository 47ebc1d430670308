"""The relay's half of one SMTP connection (RFC 5321): quick, and as ill-mannered as it is told."""

import asyncio
import os
import re
import signal
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

from tests.chaos.log import Fact, LogWriter
from tests.chaos.manners import GOOD, Manners

END = b"\r\n.\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
IN_ANGLES = re.compile(rb"<([^>]*)>")
#: Lines of the EHLO answer besides the name and PIPELINING.
EXTENSIONS = (b"8BITMIME", b"SMTPUTF8", b"ENHANCEDSTATUSCODES")
CRUMB, CRUMB_SECONDS = 16, 0.001
#: So long the other side has to close its half.
LEAVE_SECONDS = 1.0


@dataclass
class Relay:
    """What all connections share."""

    log: LogWriter
    manners: Manners = GOOD
    counts: Counter[str] = field(default_factory=Counter)
    deferred: set[bytes] = field(default_factory=set)
    #: When the next message may be taken, where so many a second are.
    free_at: float = 0.0
    connections: set["Conversation"] = field(default_factory=set)
    #: How many conversations have something to answer, later.
    waiting: int = 0

    def is_turn(self, what: str, *, every: int) -> bool:
        """Whether this one is the one in `every`."""
        if not every:
            return False
        self.counts[what] += 1
        return self.counts[what] % every == 0

    def is_among(self, recipient: bytes, *, share: float, salt: bytes) -> bool:
        """Whether this recipient belongs to that share of all; always the same ones do."""
        return bool(share) and zlib.crc32(salt + recipient) % 10_000 < share * 10_000

    def wait(self, now: float, *, is_message: bool) -> float:
        """How long the next answer takes."""
        if not is_message or not self.manners.per_second:
            return self.manners.answer_seconds
        self.free_at = max(self.free_at, now) + 1 / self.manners.per_second
        return self.free_at - now


class Conversation(asyncio.Protocol):
    """One connection. What has come is worked off step by step, each step one answer."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._in = bytearray()
        self._out: list[bytes] = []
        self._crumbs = bytearray()
        self._is_body = self._has_begun = self._is_over = self._has_waited = False
        self._timer: asyncio.TimerHandle | None = None
        self._searched = 0
        self._recipient = b""

    # ------------------------------------------------------------ what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have the methods, but not the base.
        self._transport = cast("asyncio.Transport", transport)
        self._relay.connections.add(self)
        self._say(b"220 relay.example ESMTP")
        self._flush()

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        self._in += data
        if self._timer is None:
            self._advance()

    def connection_lost(self, error: Exception | None) -> None:
        # What has come whole is still worked off: a server finds out only when it answers.
        self._relay.connections.discard(self)

    def abort(self) -> None:
        """Cut the connection, now."""
        self._is_over = True
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------ step by step

    def _go_on(self) -> None:
        self._timer = None
        self._relay.waiting -= 1
        self._advance()

    def _advance(self) -> None:
        while not self._is_over and (end := self._end()) >= 0:
            if not self._has_waited and self._must_wait():
                break
            self._has_waited = False
            if self._is_body:
                self._take(end)
            else:
                self._obey(end)
        self._flush()

    def _must_wait(self) -> bool:
        """Whether the next answer comes later, and not from here."""
        wait = self._relay.wait(self._loop.time(), is_message=self._is_body)
        if wait > 0:
            self._has_waited = True
            self._relay.waiting += 1
            self._timer = self._loop.call_later(wait, self._go_on)
        return wait > 0

    def _end(self) -> int:
        """Where the line or the message that is being read ends; -1: not all of it has come."""
        if not self._is_body:
            return self._in.find(b"\r\n")
        end = self._in.find(END, self._searched)
        if end < 0:
            self._searched = max(0, len(self._in) - len(END) + 1)
        if self._in and not self._has_begun:
            self._has_begun = True
            self._cut_in_the_middle()
        return -1 if self._is_over else end

    def _cut_in_the_middle(self) -> None:
        """Cut while the body comes. The sender may have written all of it: it cannot know."""
        if self._relay.is_turn("before", every=self._relay.manners.cut_before_dot_every):
            self._relay.log.note(Fact.UNTOLD, self._recipient)
            self._relay.log.write()
            self.abort()

    def _obey(self, end: int) -> None:
        line = bytes(self._in[:end])
        del self._in[: end + 2]
        verb = line[:4].upper()
        if verb == b"MAIL":
            self._begin()
        elif verb == b"RCPT":
            self._hear_recipient(line)
        elif verb == b"DATA":
            self._open_body()
        elif verb == b"EHLO":
            self._greet()
        elif verb == b"QUIT":
            self._say(b"221 2.0.0 Bye")
            self._hang_up()
        else:
            self._recipient = b""
            self._say(b"250 2.0.0 Ok")

    def _greet(self) -> None:
        words = [b"PIPELINING"] if self._relay.manners.pipelining else []
        lines = [b"relay.example", *words, *EXTENSIONS]
        self._say(*(b"250-" + line for line in lines[:-1]), b"250 " + lines[-1])

    def _begin(self) -> None:
        self._recipient = b""
        self._relay.log.note(Fact.MAIL)
        if self._relay.is_turn("leave", every=self._relay.manners.leave_every):
            self._say(b"421 4.3.2 relay.example is shutting down")
            self._hang_up()
            return
        self._say(b"250 2.1.0 Ok")

    def _hear_recipient(self, line: bytes) -> None:
        named = IN_ANGLES.search(line)
        recipient = named.group(1) if named else b""
        relay, manners = self._relay, self._relay.manners
        if relay.is_among(recipient, share=manners.reject_share, salt=b"reject"):
            self._say(b"550 5.1.1 User unknown")
        elif recipient not in relay.deferred and relay.is_among(
            recipient, share=manners.defer_share, salt=b"defer"
        ):
            relay.deferred.add(recipient)
            self._say(b"451 4.7.1 Greylisted, try again later")
        else:
            self._recipient = recipient
            self._say(b"250 2.1.5 Ok")

    def _open_body(self) -> None:
        if not self._recipient:
            self._say(b"554 5.5.1 no valid recipients")
            return
        if self._relay.is_turn("body", every=self._relay.manners.cut_before_dot_every):
            self._hang_up()
            return
        self._relay.log.note(Fact.BODY, self._recipient)
        self._is_body, self._has_begun, self._searched = True, False, 0
        self._say(b"354 End data with <CR><LF>.<CR><LF>")

    def _take(self, end: int) -> None:
        """The message has come whole: take it, and say so – or be torn from the line."""
        relay, manners = self._relay, self._relay.manners
        found = MESSAGE_ID.search(self._in, 0, end + 2)
        message_id = bytes(found.group(1)) if found else b"-"
        recipient, self._recipient, self._is_body = self._recipient, b"", False
        del self._in[: end + len(END)]
        is_cut = relay.is_turn("after", every=manners.cut_after_dot_every)
        if not is_cut or manners.takes_before_cut:
            relay.log.note(Fact.TOOK, recipient, message_id)
        if is_cut:
            relay.log.note(Fact.UNTOLD, recipient, message_id)
            relay.log.write()
            self.abort()
            return
        if manners.kills:
            self._kill(manners)
        self._say(b"250 2.0.0 Ok: queued as 4F")

    def _kill(self, manners: Manners) -> None:
        """The sender dies at the worst moment: we have its message, and it does not know."""
        self._relay.log.write()
        self._relay.manners = GOOD
        os.kill(manners.kills, signal.SIGKILL)

    # ------------------------------------------------------------ answers

    def _say(self, *lines: bytes) -> None:
        if self._relay.manners.dribbles and len(lines) == 1 and lines[0].startswith(b"250 "):
            lines = (b"250-well", lines[0])
        self._out.extend(line + b"\r\n" for line in lines)

    def _flush(self) -> None:
        """The log is written before the answer goes out: so it never knows less than the sender."""
        self._relay.log.write()
        if self._transport is None or self._transport.is_closing():
            return
        answer = b"".join(self._out)
        self._out.clear()
        if self._relay.manners.dribbles or self._crumbs:
            is_first = not self._crumbs
            self._crumbs += answer
            if is_first:
                self._dribble()
            return
        if answer:
            self._transport.write(answer)
        if self._is_over:
            self._leave()

    def _dribble(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(bytes(self._crumbs[:CRUMB]))
        del self._crumbs[:CRUMB]
        if self._crumbs:
            self._loop.call_later(CRUMB_SECONDS, self._dribble)
        elif self._is_over:
            self._leave()

    def _leave(self) -> None:
        """Close our half first: closing at once would take back what the other has not read."""
        assert self._transport is not None
        self._transport.write_eof()
        self._loop.call_later(LEAVE_SECONDS, self._transport.abort)

    def _hang_up(self) -> None:
        self._is_over = True
        self._in.clear()
