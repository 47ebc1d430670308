"""The lines to the relay: each sender thread keeps an event loop, its open connections, the
skeletons of what it is sending, and a journal.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import dramatiq
import uvloop

from mailer.delivery.journal import Journal
from mailer.delivery.outcome import Blame, Outcome
from mailer.delivery.transport.relay import MayBegin, Transport
from mailer.errors import Unreachable
from mailer.settings import Settings
from workers.sending.ending import Ending, wait_for
from workers.sending.hearing import Hearing
from workers.sending.releases import Releases
from workers.sending.setting import Setter, WaveMessages
from workers.sending.shared import Shared

Result = TypeVar("Result")
#: So many messages for each connection has a wave to a relay whose pace nobody knows yet.
FIRST_WAVE = 5


class Pace:
    """How much the relay takes: a wave is as much as it took lately in the given time.

    So few deliveries are in doubt when a machine dies at a slow relay, and commits cost nothing
    at a fast one.
    """

    def __init__(self, *, least: int, most: int, seconds: float) -> None:
        self._least = min(least, most)
        self._most = most
        self._seconds = seconds
        #: How many deliveries the next wave may have.
        self.wave_size = self._least

    def took(self, number: int, *, seconds: float) -> None:
        """So many messages were handed over in that time."""
        fitting = int(number / max(seconds, 1e-6) * self._seconds)
        self.wave_size = max(self._least, min(fitting, self._most))


class Line:
    """What one thread keeps between tasks, so that connections stay warm."""

    def __init__(self, transport: Transport, shared: Shared) -> None:
        settings = shared.settings
        self._transport = transport
        self._is_process_ending = shared.stopping.is_set
        self._loop = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self.journal = _new_journal(journals(settings))
        self.releases = Releases()
        self.setter = Setter(shared.engine, shared.compositor)
        self.pace = Pace(
            least=FIRST_WAVE * settings.relay.connections,
            most=settings.delivery.wave_size,
            seconds=settings.delivery.wave_seconds,
        )

    @property
    def troubles(self) -> Sequence[Outcome]:
        """What relays said last that take nothing from us, while others may have stepped in."""
        return self._transport.troubles

    def meanwhile(self, task: Callable[[], Result]) -> "Future[Result]":
        """Do something beside the wire, one after another."""
        return self._aside.submit(task)

    def send(
        self,
        messages: WaveMessages,
        *,
        may_begin: MayBegin,
        hearing: Hearing,
        is_over: Callable[[], bool],
        tell: Callable[[], None],
    ) -> list[Outcome | None]:
        """Hand the messages over and wait for the answers; None for one that was held back.

        While that takes long, `is_over` is asked whether it shall go on, and `tell` is called every
        now and then.
        """
        self.journal.open_wave(messages.handed)
        began = time.monotonic()
        sending = self._transport.send(messages, may_begin=may_begin, journal=hearing)
        ending = Ending(is_wave_over=is_over, is_process_ending=self._is_process_ending)
        outcomes = self._loop.run(
            wait_for(sending, transport=self._transport, ending=ending, tell=tell)
        )
        # What was held back or found the relay closed took no time, and says nothing of its pace.
        taken = sum(one is not None and one.blames is not Blame.RELAY for one in outcomes)
        self.pace.took(taken, seconds=time.monotonic() - began)
        return outcomes

    def close(self) -> None:
        """Say goodbye to the relay."""
        self._end()
        self.journal.close()

    def abandon(self) -> None:
        """End with something claimed and not recorded: the journal tells a rescuer what became."""
        self._end()
        self.journal.abandon()

    def _end(self) -> None:
        self._aside.shutdown()
        self.setter.close()
        self._loop.run(self._transport.close())
        self._loop.close()


def _new_journal(folder: Path) -> Journal:
    try:
        return Journal(folder)
    except OSError as cause:
        raise Unreachable(
            f"the worker on {socket.gethostname()} cannot keep its journal in {folder}"
            f" ({cause.strerror or cause}), and without one it hands nothing over: give it a folder"
            " that it may write into, on a disk with room"
        ) from cause


def journals(settings: Settings) -> Path:
    """Where the lines of this machine keep their journals."""
    return settings.home / "journals"


class Lines(dramatiq.Middleware):
    """The lines of a worker, one for each of its threads, opened when first used."""

    def __init__(self, open_line: Callable[[], Line]) -> None:
        self._open_line = open_line
        self._own = threading.local()

    def mine(self) -> Line:
        """The line of this thread. Raises Unreachable when it cannot keep a journal."""
        line: Line | None = getattr(self._own, "line", None)
        if line is None:
            line = self._own.line = self._open_line()
        return line

    def close_mine(self) -> None:
        """Close the line of this thread, if it has one."""
        line: Line | None = self._own.__dict__.pop("line", None)
        if line is not None:
            line.close()

    def abandon_mine(self) -> None:
        """Give up the line of this thread, which broke off: the next task opens a new one."""
        line: Line | None = self._own.__dict__.pop("line", None)
        if line is not None:
            line.abandon()

    def before_worker_thread_shutdown(self, broker: object, thread: object) -> None:
        """Dramatiq calls it in each of its threads when the thread ends."""
        self.close_mine()
