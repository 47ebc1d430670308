"""The wire to one SMTP server: octets out, whole replies in, and an end that comes but once.

It knows what has certainly not left us when the connection is lost, and how long to wait for the
server. What the replies mean is the `pipeline`'s affair.
"""

import asyncio

from mailer.delivery.outcome import CLOSING
from mailer.delivery.smtp.replies import Replies, words_of
from mailer.settings.sections import RelaySettings

#: How often it is looked whether the server keeps us waiting too long.
TICK_SECONDS = 1.0
#: More than the buffers take at once that are filled without our knowing.
LARGE_OCTETS = 65_536


class Wire(asyncio.Protocol):
    """A connection that is greeted, secured and logged in."""

    def __init__(self, transport: asyncio.Transport, *, relay: RelaySettings) -> None:
        """Take the connection over."""
        self._transport, self._relay = transport, relay
        self._loop = asyncio.get_running_loop()
        self._replies = Replies()
        self.is_over = False
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._is_paused = False
        #: Octets that were written behind the last dot.
        self._trailing = 0
        self._ticker: asyncio.TimerHandle | None = None
        patience = min(relay.reply_timeout_seconds, relay.final_dot_timeout_seconds)
        self._tick_seconds = min(TICK_SECONDS, patience / 4)
        self._silent_ticks = self._unsent = 0
        # So that we hear when the last octet has left for the network. Not high=0: the transports
        # of TLS would pause when they are empty, and never go on.
        transport.set_write_buffer_limits(high=1, low=0)

    # ---------------------------------------------------------------- what the pipeline adds

    def _heard(self, reply: bytes) -> None:
        """Do what follows from a reply."""
        raise NotImplementedError

    def _ended(self, words: str, *, code: int | None, is_odd: bool) -> None:
        """Say what the end means for what is in flight."""
        raise NotImplementedError

    def _failed(self, fault: Exception) -> None:
        """Bear a fault of our own."""
        raise NotImplementedError

    def _patience(self) -> float | None:
        """How many seconds the next reply may take; None: no reply is waited for."""
        raise NotImplementedError

    # ---------------------------------------------------------------- what the loop calls

    def data_received(self, data: bytes) -> None:
        """Take the replies that are complete."""
        replies = self._replies
        replies.read(data)
        if replies.ready:
            self._silent_ticks = 0
        try:
            while replies.ready and not self.is_over:
                reply = replies.ready.popleft()
                if reply[:3] == b"421":
                    self._end(words_of(reply), code=CLOSING)
                else:
                    self._heard(reply)
        except Exception as fault:  # noqa: BLE001 – whatever a journal may raise
            self._failed(fault)
        if replies.is_endless:
            self._end("the server's answer had no end", is_odd=True)

    def eof_received(self) -> None:
        """Nothing more will come, so nothing in flight will be answered."""
        self._end("the server closed the connection")

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self._end(str(error or "") or "the server closed the connection")
        if not self._gone.done():
            self._gone.set_result(None)

    def pause_writing(self) -> None:
        """The network takes no more for now: while this lasts, the last dot has not left."""
        self._is_paused = True
        self._unsent = self._transport.get_write_buffer_size()
        self._transport.set_write_buffer_limits(high=self._trailing + 1, low=self._trailing)

    def resume_writing(self) -> None:
        """The last dot has left."""
        self._is_paused = False
        self._silent_ticks = 0

    # ---------------------------------------------------------------- what the pipeline calls

    def _write(self, octets: bytes) -> None:
        """Write, unless the server has said more than it was asked."""
        if self._replies.has_more:
            self._end("the server answered out of step", is_odd=True)
            return
        self._trailing = 0
        self._transport.write(octets)

    def _write_body(self, body: bytes, end: bytes, *, trailing: int) -> None:
        """Write a body and its end, behind whose dot so many octets follow."""
        self._trailing = trailing
        if len(body) < LARGE_OCTETS:
            self._transport.write(body + end)
        else:
            # TLS hands all that it is given to the transport below, whose buffer we cannot see. But
            # while that is full, what comes in a second write waits where we do see it.
            self._transport.write(body)
            self._transport.write(end)

    def _end(self, words: str, *, code: int | None = None, is_odd: bool = False) -> None:
        """Hang up at once. `is_odd`: the server did what no server should."""
        if not self.is_over:
            self.is_over = True
            self._transport.abort()
            self._ended(words, code=code, is_odd=is_odd)

    def _watch(self) -> None:
        """Begin to count how long the server is silent."""
        self._silent_ticks = 0
        if self._ticker is None:
            self._ticker = self._loop.call_later(self._tick_seconds, self._tick)

    def _tick(self) -> None:
        """One timer for all messages: a deadline costs nothing but a number set to zero."""
        self._ticker = None
        patience = self._patience()
        if patience is None or self.is_over:
            return
        self._silent_ticks += 1
        if self._is_paused:
            unsent = self._transport.get_write_buffer_size()
            if unsent < self._unsent:
                self._silent_ticks = 1
            self._unsent = unsent
        if (self._silent_ticks - 1) * self._tick_seconds >= patience:
            self._end(f"no answer within {patience:g} seconds", is_odd=True)
        else:
            self._ticker = self._loop.call_later(self._tick_seconds, self._tick)
