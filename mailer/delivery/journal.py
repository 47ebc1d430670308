"""The journal: what one line was doing at any moment, written beside the database.

A claim is committed for a whole wave. When the process dies, the journal tells for each claimed
delivery whether its body had begun to leave, and what the relay had answered: so only what was on
the wire at that moment is in doubt. It survives the process, not the machine: after a reboot the
last lines may be missing, and then whatever was claimed and has no answer in it is in doubt.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mailer.delivery.outcome import Outcome, OutcomeKind, Phase, from_reply, lost
from mailer.delivery.waves import Handed

SUFFIX = ".journal"
#: Two waves may be in flight: every other one is kept in a second file beside the first.
OTHER_SUFFIX = ".journal2"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Journal:
    """The journal of one line, which alone may write it; others can tell whether it lives."""

    def __init__(self, folder: Path) -> None:
        """Open a new journal in that folder, made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        #: Under this name the line claims deliveries.
        self.owner = secrets.token_hex(8)
        self._path = folder / f"{self.owner}{SUFFIX}"
        # Under its real name only once it is locked: nobody may take it for an abandoned one.
        unlocked = self._path.with_suffix(".new")
        first, second = _opened(unlocked), _opened(self._path.with_suffix(OTHER_SUFFIX))
        fcntl.flock(first, fcntl.LOCK_EX)
        unlocked.rename(self._path)
        self._head = f"B {_boot()}\n".encode()
        os.write(first, self._head)
        self._files = (first, second)
        self._file = second
        self._wave: Sequence[Handed] = ()

    def open_wave(self, wave: Sequence[Handed]) -> None:
        """Be ready for this wave, and forget the last but one, which has been recorded."""
        first, second = self._files
        self._file = second if self._file == first else first
        os.ftruncate(self._file, 0)
        os.write(self._file, self._head)
        self._wave = wave

    def begun(self, number: int) -> None:
        """The body of that message of the wave is about to leave."""
        delivery, skeleton_id, content_hash, signatures = self._wave[number]
        signed = f" {json.dumps(signatures)}" if signatures else ""
        line = f"S {delivery.id} {delivery.attempt} {skeleton_id} {content_hash}{signed}\n"
        os.write(self._file, line.encode())

    def answered(self, number: int, outcome: Outcome) -> None:
        """The relay has answered."""
        delivery, text = self._wave[number].delivery, outcome.text.replace("\n", "\0")
        line = f"R {delivery.id} {delivery.attempt} {outcome.phase} {outcome.code} "
        os.write(self._file, f"{line}{outcome.relay}\t{text}\n".encode("utf-8", "replace"))

    def abandon(self) -> None:
        """Let go of it as it is: whoever finds it settles what was claimed."""
        for file in self._files:
            os.close(file)

    def close(self) -> None:
        """Everything is recorded: the journal is not needed any more."""
        _remove(self._path)
        self.abandon()


@dataclass(frozen=True)
class Begun:
    """A message whose body had begun to leave."""

    skeleton_id: int
    content_hash: str
    signatures: tuple[str, ...]


@dataclass
class Remains:
    """The journal of a line that is no more."""

    owner: str
    #: Whether it tells of every message that was begun; not after the machine itself went down.
    is_complete: bool = False
    #: By the number of the delivery and of its attempt.
    begun: dict[tuple[int, int], Begun] = field(default_factory=dict)
    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)

    def outcome(self, delivery_id: int, attempt: int) -> Outcome | None:
        """What became of a delivery that the line had claimed; None: nothing of it went out."""
        if (delivery_id, attempt) in self.outcomes:
            return self.outcomes[delivery_id, attempt]
        if (delivery_id, attempt) in self.begun or not self.is_complete:
            return Outcome(OutcomeKind.UNKNOWN, Phase.AFTER_DOT, text="the worker was lost")
        return None


def abandoned(folder: Path) -> Generator[Remains]:
    """The journals whose lines have died. Each is held while it is settled, and removed after."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            yield _read(path)
            _remove(path)
        finally:
            os.close(file)


def _opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)


def _remove(path: Path) -> None:
    path.with_suffix(OTHER_SUFFIX).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _read(path: Path) -> Remains:
    remains, is_complete = Remains(path.name.removesuffix(SUFFIX)), True
    for file in (path, path.with_suffix(OTHER_SUFFIX)):
        written = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
        # A line that was cut off in the middle of its writing tells nothing.
        *lines, _torn = written.split("\n")
        for line in lines:
            kind, _, rest = line.partition(" ")
            try:
                is_complete &= _take(remains, kind, rest)
            except (ValueError, TypeError):
                is_complete = False
    remains.is_complete &= is_complete
    return remains


def _take(remains: Remains, kind: str, rest: str) -> bool:
    """Take one line; False when it says that others may be missing."""
    if kind == "B":
        remains.is_complete = True
        return rest == _boot()
    if kind == "S":
        number, attempt, skeleton_id, content_hash, *signed = rest.split(" ", 4)
        signatures = tuple(json.loads(signed[0])) if signed else ()
        begun = Begun(int(skeleton_id), content_hash, signatures)
        remains.begun[int(number), int(attempt)] = begun
    elif kind == "R":
        number, attempt, phase, code, told = rest.split(" ", 4)
        relay, _, text = told.partition("\t")
        outcome = _outcome(relay, Phase(phase), code, text.replace("\0", "\n"))
        remains.outcomes[int(number), int(attempt)] = outcome
    return True


def _outcome(relay: str, phase: Phase, code: str, text: str) -> Outcome:
    if code == str(None):
        return lost(phase, text, relay=relay)
    return from_reply(phase, int(code), text, relay=relay)


def _boot() -> str:
    """Which start of this machine it is; the same for as long as its memory lives."""
    return BOOT_ID.read_text(encoding="ascii").strip() if BOOT_ID.exists() else "unknown"
