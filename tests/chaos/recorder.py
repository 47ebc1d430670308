"""Our end of the recording SMTP server: starts it, tells it how to behave, reads its log."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.log import LogReader
from tests.chaos.manners import GOOD, Manners


@dataclass
class Recorder:
    """The running server."""

    process: subprocess.Popen[bytes]
    port: int
    log: LogReader
    manners: Manners = field(default=GOOD)

    def is_quiet(self) -> bool:
        """Whether it owes nobody an answer."""
        return self.behave(self.manners) == 0

    def behave(self, manners: Manners) -> int:
        """Returns when it behaves like that: how many answers are still to come."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(manners.dump())
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        assert answer[:1] == [b"ok"], f"the recording server said {answer!r}"
        self.manners = manners
        return int(answer[1])


@contextmanager
def recorder(log: Path) -> Iterator[Recorder]:
    """A recording server that ends with us."""
    with log.with_suffix(".errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.relay", "0", str(log)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        yield Recorder(process, int(process.stdout.readline()), LogReader(log))
    finally:
        process.kill()
        process.communicate()
