"""The relay's log: one line for each fact, only ever added to. It is the truth of a chaos run."""

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Fact(StrEnum):
    """What the relay writes down."""

    #: A transaction was begun (MAIL FROM).
    MAIL = "mail"
    #: The first octets of a body have come.
    BODY = "body"
    #: The message is the relay's from now on; written before 250 is answered.
    TOOK = "took"
    #: The connection was cut instead of an answer: nobody told the sender what became of it.
    UNTOLD = "untold"


class LogWriter:
    """Where the relay writes; several facts go out in one write."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lines: list[bytes] = []

    def note(self, fact: Fact, recipient: bytes = b"-", message_id: bytes = b"-") -> None:
        """Keep the fact for the next `write`."""
        moment = f"{time.time():.6f}\t{fact.value}\t".encode()
        self._lines.append(moment + recipient + b"\t" + message_id + b"\n")

    def write(self) -> None:
        """Write what was noted; it stands in the log also when we are killed right after."""
        if self._lines:
            os.write(self._file, b"".join(self._lines))
            self._lines.clear()


@dataclass
class LogReader:
    """Reads the log while it grows."""

    path: Path
    #: How often each Message-ID was taken.
    taken: Counter[str] = field(default_factory=Counter)
    #: The same by the recipient, to find out who it was.
    recipients: Counter[str] = field(default_factory=Counter)
    #: How many messages the sender was told nothing of.
    untold: int = 0
    #: When the latest transaction or body was begun, and when the latest message was taken.
    begun_at: float = 0.0
    taken_at: float = 0.0
    total: int = 0
    _place: int = 0
    _rest: bytes = b""

    def read(self) -> int:
        """Take in what is new; how many messages were taken in all since the last `forget`."""
        if not self.path.exists():
            return self.total
        with self.path.open("rb") as log:
            log.seek(self._place)
            new = log.read()
        self._place += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            self._take_in(line.decode())
        return self.total

    def forget(self) -> None:
        """Begin to count again."""
        self.read()
        self.taken.clear()
        self.recipients.clear()
        self.total, self.untold, self.begun_at, self.taken_at = 0, 0, 0.0, 0.0

    def _take_in(self, line: str) -> None:
        moment, fact, recipient, message_id = line.split("\t")
        match Fact(fact):
            case Fact.MAIL | Fact.BODY:
                self.begun_at = float(moment)
            case Fact.TOOK:
                self.total += 1
                self.taken[message_id] += 1
                self.recipients[recipient] += 1
                self.taken_at = float(moment)
            case Fact.UNTOLD:
                self.untold += 1
