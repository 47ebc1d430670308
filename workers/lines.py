"""The lines to the relay: each sender thread keeps an event loop and its open connections."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import dramatiq

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome
from mailer.delivery.transport import MayBegin, Transport


class Line:
    """What one thread keeps between tasks, so that connections stay warm."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._loop = asyncio.Runner()

    def send(
        self, messages: Sequence[ComposedMessage], *, may_begin: MayBegin
    ) -> list[Outcome | None]:
        """Hand the messages over and wait for the answers; None for one that was held back."""
        return self._loop.run(self._transport.send(messages, may_begin=may_begin))

    def close(self) -> None:
        """Say goodbye to the relay."""
        self._loop.run(self._transport.close())
        self._loop.close()


class Lines(dramatiq.Middleware):
    """The lines of a worker, one for each of its threads, opened when first used."""

    def __init__(self, open_transport: Callable[[], Transport]) -> None:
        self._open_transport = open_transport
        self._own = threading.local()

    def mine(self) -> Line:
        """The line of this thread."""
        line: Line | None = getattr(self._own, "line", None)
        if line is None:
            line = self._own.line = Line(self._open_transport())
        return line

    def close_mine(self) -> None:
        """Close the line of this thread, if it has one."""
        line: Line | None = self._own.__dict__.pop("line", None)
        if line is not None:
            line.close()

    def before_worker_thread_shutdown(self, broker: object, thread: object) -> None:
        """Dramatiq calls it in each of its threads when the thread ends."""
        self.close_mine()
