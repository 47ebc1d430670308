"""The real parts of the product as processes, for tests that kill them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

DEADLINE_SECONDS = 60.0
#: Nothing that a test starts asks the DNS.
QUIET = {"MAILER_THROTTLE__LOOK_UP_MX": "false"}


@dataclass
class Parts:
    """Processes that share an environment; all of them are killed in the end."""

    environment: dict[str, str]
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `python -m` with these words."""
        with self.log.open("ab") as log:
            part = subprocess.Popen(
                [sys.executable, "-m", *words],
                env=os.environ | QUIET | self.environment,
                stdout=log,
                stderr=log,
            )
        self.running.append(part)
        return part

    def kill(self, part: subprocess.Popen[bytes]) -> None:
        """End it with kill -9, as a machine does that runs out of memory."""
        part.kill()
        part.wait()
        self.running.remove(part)

    def end(self, part: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; the code with which it did."""
        part.send_signal(by)
        self.running.remove(part)
        try:
            return part.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
            raise

    def wait_until(self, is_true: Callable[[], bool]) -> None:
        """Look again and again; fail when it takes too long or a part has ended by itself."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not is_true():
            ended = [part.args for part in self.running if part.poll() is not None]
            assert not ended, f"{ended} ended by itself:\n{self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"waited in vain:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.02)


@contextmanager
def parts(environment: dict[str, str], *, log: Path) -> Iterator[Parts]:
    """Parts that are gone at the end, however the test goes."""
    started = Parts(environment, log)
    try:
        yield started
    finally:
        for part in started.running:
            part.kill()
            part.wait()
