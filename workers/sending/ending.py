"""How a stop takes its course in a wave that is on the wire: what is in nobody's hands yet is held
back at once, and who has to end does not wait long for the answers to the rest.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from math import inf
from typing import Any, TypeVar

from mailer.delivery.transport.relay import Cut, Transport

Result = TypeVar("Result")
#: How soon a stop is seen.
GLANCE_SECONDS = 0.2
#: A wave that lasts longer is told of on the way, so often.
TELL_SECONDS = 2.0
#: So long after a stop a body may still leave, and a worker that ends waits for an answer to one. A
#: stop is seen within a second and shall take effect within five (F3); a goodbye takes two.
GRACE_SECONDS = 3.0


class Ending:
    """What is to be hung up at the moment."""

    def __init__(
        self,
        *,
        is_wave_over: Callable[[], bool],
        is_process_ending: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Both are asked again and again, and may be taken back; `clock` counts seconds."""
        self._clock = clock
        self._is_wave_over, self._is_process_ending = is_wave_over, is_process_ending
        #: Infinite while it is not so.
        self._over_since = self._ending_since = inf

    def cut(self) -> Cut | None:
        """How far to hang up now; None while the wave goes on.

        A process that ends cannot hear answers that come late. After any other stop they are
        waited for as always: to know is better than to doubt.
        """
        now = self._clock()
        is_ending = self._is_process_ending()
        is_over = is_ending or self._is_wave_over()
        self._ending_since = _since(self._ending_since, now, is_so=is_ending)
        self._over_since = _since(self._over_since, now, is_so=is_over)
        if not is_over:
            return None
        if now - self._ending_since >= GRACE_SECONDS:
            return Cut.IN_DOUBT
        return Cut.UNFINISHED if now - self._over_since >= GRACE_SECONDS else Cut.UNBEGUN


def _since(before: float, now: float, *, is_so: bool) -> float:
    return min(before, now) if is_so else inf


async def wait_for(
    sending: Coroutine[Any, Any, Result],
    *,
    transport: Transport,
    ending: Ending,
    tell: Callable[[], None],
) -> Result:
    """What became of a wave; `tell` is called every now and then while that takes long."""
    task = asyncio.ensure_future(sending)
    tell_at = time.monotonic() + TELL_SECONDS
    try:
        while not (await asyncio.wait({task}, timeout=GLANCE_SECONDS))[0]:
            if (cut := ending.cut()) is not None:
                transport.cut_short(cut)
            if time.monotonic() >= tell_at:
                tell()
                tell_at = time.monotonic() + TELL_SECONDS
    finally:
        # Whatever went wrong in the telling: what was begun comes to its end.
        outcomes = await task
    return outcomes
