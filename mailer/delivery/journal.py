"""The journal: what one line was doing at any moment, written beside the database.

A claim is committed for a whole wave. When the process dies, the journal tells for each claimed
delivery whether its body had begun to leave, and what the relay had answered: so only what was on
the wire at that moment is in doubt. It survives the process, not the machine: after a reboot the
last lines may be missing, and then whatever was claimed and has no answer in it is in doubt.

A refusal that is the relay's own fault gives the attempt back, so that a delivery and its attempt
may stand in two waves: the later one counts.
"""

import errno
import fcntl
import json
import os
import secrets
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from mailer.delivery.outcome import Outcome, OutcomeKind, Phase, from_reply, lost
from mailer.delivery.waves import Handed

log = structlog.get_logger(__name__)

SUFFIX = ".journal"
#: Two waves may be in flight: every other one is kept in a second file beside the first.
OTHER_SUFFIX = ".journal2"
#: The lines of a file that has not even a head.
EMPTY = [""]
#: Of digits: the largest number that a database holds has 19.
LONGEST_NUMBER = 19
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
        self._files = (first, second)
        self._file = second
        self._wave: Sequence[Handed] = ()
        self._waves = 0
        _write(first, self._head)
        _write(second, self._head)

    @property
    def _head(self) -> bytes:
        """Which start of the machine it is, and which wave of the line."""
        return f"B {_boot()} {self._waves}\n".encode()

    def open_wave(self, wave: Sequence[Handed]) -> None:
        """Be ready for this wave, and forget the last but one, which has been recorded."""
        first, second = self._files
        self._file = second if self._file == first else first
        self._waves += 1
        os.ftruncate(self._file, 0)
        _write(self._file, self._head)
        self._wave = wave

    def begun(self, number: int) -> None:
        """The body of that message is about to leave. Raises OSError: then it must not."""
        delivery, skeleton_id, content_hash, signatures = self._wave[number]
        signed = f" {json.dumps(signatures)}" if signatures else ""
        line = f"S {delivery.id} {delivery.attempt} {skeleton_id} {content_hash}{signed}\n"
        _write(self._file, line.encode())

    def answered(self, number: int, outcome: Outcome) -> None:
        """The relay has answered."""
        delivery, text = self._wave[number].delivery, outcome.text.replace("\n", "\0")
        line = f"R {delivery.id} {delivery.attempt} {outcome.phase} {outcome.code} "
        written = f"{line}{outcome.relay}\t{text}\n".encode("utf-8", "replace")
        try:
            _write(self._file, written)
        except OSError as wrong:
            # The answer is on its way to the database all the same; only who is killed before it
            # gets there leaves this message in doubt.
            log.warning("journal cannot be written", cause=wrong.strerror)

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
    """The journals whose lines have died. Each is held while it is settled, and removed after.

    One that cannot be opened is told and left: its claims are in doubt when their lease is over.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        except OSError as wrong:
            log.warning("journal cannot be opened", journal=path.name, cause=wrong.strerror)
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


def set_aside(folder: Path, remains: Remains) -> None:
    """Keep a journal that cannot be used under another name, for a person to look at."""
    for suffix in (OTHER_SUFFIX, SUFFIX):
        path = folder / f"{remains.owner}{suffix}"
        if path.exists():
            path.rename(path.with_suffix(f"{suffix}.broken"))


def _write(file: int, line: bytes) -> None:
    """Write the line whole. Raises OSError; a full disk first takes a part and says nothing."""
    if os.write(file, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)


def _remove(path: Path) -> None:
    path.with_suffix(OTHER_SUFFIX).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _read(path: Path) -> Remains:
    remains = Remains(path.name.removesuffix(SUFFIX))
    found = [_lines(file) for file in (path, path.with_suffix(OTHER_SUFFIX))]
    # An empty one was killed between two waves, before anything of the next was begun. Whether
    # the machine itself went down, which also empties files, is told by the other.
    waves = [wave for wave in found if wave[1] != EMPTY]
    is_complete = [
        _take_wave(remains, lines) for _, lines in sorted(waves, key=lambda wave: wave[0])
    ]
    remains.is_complete = bool(waves) and all(is_complete)
    return remains


def _lines(file: Path) -> tuple[int, list[str]]:
    """The lines of one file, and the number of the wave that its head tells; -1 without one."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return -1, []
    _, _, wave = lines[0].rpartition(" ")
    return int(wave) if wave.isdecimal() and len(wave) < LONGEST_NUMBER else -1, lines


def _take_wave(remains: Remains, lines: list[str]) -> bool:
    """Take the lines of one wave; False when others may be missing."""
    if not lines or lines[0].rpartition(" ")[0] != f"B {_boot()}":
        is_complete = False
    else:
        # What was cut off in the middle of its writing tells nothing, or that the disk was full.
        is_complete = not lines[-1]
    for line in lines[1:-1]:
        kind, _, rest = line.partition(" ")
        try:
            _take(remains, kind, rest)
        except (ValueError, TypeError, RecursionError):
            is_complete = False
    return is_complete


def _take(remains: Remains, kind: str, rest: str) -> None:
    """Take one line. Raises ValueError, TypeError or RecursionError for one that is garbled."""
    if "\0" in rest.partition("\t")[0]:
        # It stands for a line break in what the server said, and nowhere else.
        raise ValueError("octets that no line of ours holds")
    if kind == "S":
        number, attempt, skeleton_id, content_hash, *signed = rest.split(" ", 4)
        signatures = tuple(json.loads(signed[0])) if signed else ()
        key = _number(number), _number(attempt)
        # What an earlier wave was answered is not the answer to this one.
        remains.outcomes.pop(key, None)
        remains.begun[key] = Begun(_number(skeleton_id), content_hash, signatures)
    elif kind == "R":
        number, attempt, phase, code, told = rest.split(" ", 4)
        relay, _, text = told.partition("\t")
        outcome = _outcome(relay, Phase(phase), code, text.replace("\0", "\n"))
        remains.outcomes[_number(number), _number(attempt)] = outcome
    else:
        raise ValueError(f"no line of a journal begins with {kind!r}")


def _number(text: str) -> int:
    """A number as we write it; of a garbled line none reaches the database that it cannot hold."""
    if not (text.isascii() and text.isdecimal()) or len(text) >= LONGEST_NUMBER:
        raise ValueError(f"{text[:LONGEST_NUMBER]!r} is no number of ours")
    return int(text)


def _outcome(relay: str, phase: Phase, code: str, text: str) -> Outcome:
    if code == str(None):
        return lost(phase, text, relay=relay)
    if len(code) != 3:
        raise ValueError(f"{code[:LONGEST_NUMBER]!r} is no reply code")
    return from_reply(phase, _number(code), text, relay=relay)


def _boot() -> str:
    """Which start of this machine it is; the same for as long as its memory lives."""
    return BOOT_ID.read_text(encoding="ascii").strip() if BOOT_ID.exists() else "unknown"
