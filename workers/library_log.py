"""What the queue's library has to say, in our own log: each fact once, not at every attempt."""

import logging
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger("dramatiq")

#: A broker that is away makes every consumer complain every three seconds.
SILENCE_SECONDS = 300.0


class LibraryLog(logging.Handler):
    """Hands warnings of the standard library's logging on to ours, the same one seldom."""

    def __init__(self, *, timer: Callable[[], float] = time.monotonic) -> None:
        super().__init__(level=logging.WARNING)
        self._timer = timer
        self._told_at: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it, unless the same kind of thing was told a short while ago."""
        kind, now = str(record.msg), self._timer()
        if now - self._told_at.get(kind, -SILENCE_SECONDS) < SILENCE_SECONDS:
            return
        self._told_at[kind] = now
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info)


def listen() -> None:
    """Let the library speak through our log only; called once, by the door."""
    library = logging.getLogger("dramatiq")
    library.propagate = False
    library.handlers = [LibraryLog()]
