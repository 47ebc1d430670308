"""The parts of the product as child processes: started in order, ended in the reverse order.

Each child gets SIGTERM from the kernel when we are killed (Linux), so that kill -9 of the parent
leaves nothing behind. Signals go to single processes, never to a group: a queue worker that gets
one twice hangs.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

log = structlog.get_logger(__name__)

#: Loaded before any fork: the child must not load anything between fork and exec.
LIBC = ctypes.CDLL(None)
#: What a part may take to finish the message that it is handing over.
GRACE_SECONDS = 30
POLL_SECONDS = 0.1


def end_with_parent() -> None:
    """Ask the kernel to send us SIGTERM when the parent dies; run in the child before it starts."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        LIBC.prctl(pr_set_pdeathsig, signal.SIGTERM)


@dataclass(frozen=True)
class Part:
    """One child: its name in the log and its command line."""

    name: str
    command: tuple[str, ...]


def part(name: str, *words: str) -> Part:
    """A part that is a command of ours, such as part("web", "mailer", "web")."""
    module, *arguments = words
    return Part(name, (sys.executable, "-m", module, *arguments))


@dataclass
class Family:
    """The running parts. Start it from the main thread: children live as long as that thread."""

    environment: Mapping[str, str]
    #: Where the parts write what they log; standard error of ours when there is none.
    log_folder: Path | None = None
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, parts: Sequence[Part]) -> None:
        """Start the parts in their order."""
        for one in parts:
            self.children[one.name] = self._started(one)
            log.info("part started", part=one.name, pid=self.children[one.name].pid)

    def _started(self, one: Part) -> subprocess.Popen[bytes]:
        sink = self.log_folder and (self.log_folder / f"{one.name}.log").open("ab")
        try:
            return subprocess.Popen(
                one.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=sink or sys.stderr.fileno(),
                stderr=sink or sys.stderr.fileno(),
                preexec_fn=end_with_parent,
            )
        finally:
            if sink:
                sink.close()

    def ended(self) -> str | None:
        """The name of a part that has ended, or None while all of them run."""
        return next(
            (name for name, child in self.children.items() if child.poll() is not None), None
        )

    def how(self, name: str) -> str:
        """How a part that has ended did so, in words."""
        code = self.children[name].returncode
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"exit code {code}: its own lines tell why"

    def wait(self, *, until: Callable[[], bool]) -> str | None:
        """Wait until `until` is true (None) or a part has ended (its name)."""
        while not until():
            if (name := self.ended()) is not None:
                return name
            time.sleep(POLL_SECONDS)
        return None

    def stop(self) -> None:
        """End all parts, the last started first, each after it has finished what it is doing."""
        for name, child in reversed(list(self.children.items())):
            if child.poll() is None:
                child.terminate()
            try:
                child.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                log.warning("part did not end and was killed", part=name)
                child.kill()
                child.wait()
        self.children.clear()


class StopRequest:
    """Whether SIGTERM or SIGINT (Ctrl-C) has come; a second one of either changes nothing."""

    def __init__(self) -> None:
        self.has_come = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.has_come = True

    def __call__(self) -> bool:
        """Whether we were asked to stop."""
        return self.has_come
