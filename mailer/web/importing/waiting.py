"""Files that were sent in and are not imported yet: each in a folder of its own in the home folder,
readable for us alone, with what the press officer said and what the preview found.
"""

import asyncio
import fcntl
import json
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path, PurePosixPath

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from mailer import clock
from mailer.contacts.importing import ImportReport
from mailer.contacts.importing.columns import UnknownColumn
from mailer.errors import NotFound, Refused
from mailer.models import LegalBasis

log = structlog.get_logger(__name__)

#: What is not imported within a day is deleted: nobody is to find old lists of people here.
KEPT = timedelta(hours=24)
SWEPT_EVERY = timedelta(hours=1)
KEY = re.compile(r"[0-9a-f]{32}")
#: Bytes of a file's name that are kept; file systems take 255.
LONGEST_NAME = 180
NAMELESS = "contacts"
GONE = "this file is not here any more: choose it again under Contacts, Import"
BUSY = (
    "it is being imported, or looked at, and cannot be discarded now:"
    " see under Contacts, Import what came of it"
)


class Said(BaseModel):
    """What the press officer said with the file."""

    model_config = ConfigDict(frozen=True)

    file_name: str
    sent_at: datetime
    officer: str
    source: str = ""
    legal_basis: LegalBasis = LegalBasis.LEGITIMATE_INTEREST
    language: str = ""
    #: By header cell, what it means.
    mapping: dict[str, str] = {}


class Found(BaseModel):
    """What came of the last look at the file: one of these."""

    model_config = ConfigDict(frozen=True)

    report: ImportReport | None = None
    #: Columns of which only a person knows what they mean.
    unknown: tuple[UnknownColumn, ...] = ()
    is_too_long: bool = False
    problem: str = ""
    #: The address book is not as it was when the preview before was made.
    has_changed: bool = False
    #: It is imported: the report is what came of it.
    import_id: int | None = None


@dataclass(frozen=True)
class Waiting:
    """One file that waits."""

    folder: Path

    @property
    def key(self) -> str:
        """Its word in addresses."""
        return self.folder.name

    @property
    def said(self) -> Said:
        """What was said of it."""
        return Said.model_validate_json((self.folder / "said.json").read_bytes())

    @property
    def file(self) -> Path:
        """The file, by the name it was sent with."""
        return self.folder / "file" / self.said.file_name

    @property
    def mapping_file(self) -> Path:
        """What was said of its columns, as the command line reads it."""
        return self.folder / "mapping.json"

    def found(self) -> Found | None:
        """What the last look found; None when it did not come to its end."""
        kept = self.folder / "found.json"
        return Found.model_validate_json(kept.read_bytes()) if kept.exists() else None

    def seen(self) -> str:
        """A mark of what the last look found, so that nobody takes what nobody saw."""
        kept = self.folder / "found.json"
        return sha256(kept.read_bytes()).hexdigest()[:32] if kept.exists() else ""

    def say(self, said: Said) -> None:
        """Keep what was said; what was found before is found no more."""
        (self.folder / "found.json").unlink(missing_ok=True)
        self._write("mapping.json", json.dumps(said.mapping, ensure_ascii=False))
        self._write("said.json", said.model_dump_json())

    def find(self, found: Found) -> None:
        """Keep what a look found."""
        self._write("found.json", found.model_dump_json())

    def empty(self) -> None:
        """The file has served; what came of it may be read for the rest of the day."""
        shutil.rmtree(self.folder / "file", ignore_errors=True)

    def discard(self) -> None:
        """Delete all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def held(self, *, at_once: bool = False) -> Iterator[None]:
        """One at a time for each file; the kernel lets go of it when the process dies.

        Raises NotFound when the file went before it was our turn, and Refused when it is to be
        `at_once` and somebody else is at it.
        """
        try:
            lock = (self.folder / "lock").open("wb")
        except FileNotFoundError:
            raise NotFound(GONE) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (fcntl.LOCK_NB if at_once else 0))
            except BlockingIOError:
                raise Refused(BUSY) from None
            if not (self.folder / "said.json").exists():
                raise NotFound(GONE)
            yield

    def _write(self, name: str, text: str) -> None:
        """Whole or not at all."""
        draft = self.folder / f"{name}.{secrets.token_hex(4)}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.folder / name)


def make_folder(home: Path) -> Path:
    """A new folder for a file that is about to come."""
    place = _place(home)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = place / secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    return folder


def keep(folder: Path, upload: Path, said: Said) -> Waiting:
    """Keep a file that has come into that folder."""
    waiting = Waiting(folder)
    (folder / "file").mkdir(mode=0o700)
    upload.replace(folder / "file" / said.file_name)
    waiting.say(said)
    return waiting


def find_waiting(home: Path, key: str) -> Waiting:
    """The file of that key. Raises NotFound when it is gone."""
    waiting = Waiting(_place(home) / key)
    if not KEY.fullmatch(key) or not (waiting.folder / "said.json").exists():
        raise NotFound(GONE)
    return waiting


def all_waiting(home: Path) -> list[Waiting]:
    """The files that are not imported yet, the latest first."""
    found = [Waiting(folder) for folder in _folders(home) if (folder / "file").exists()]
    return sorted(found, key=_sent_at, reverse=True)


def sweep(home: Path) -> None:
    """Delete what has waited too long, and what never came whole."""
    before = clock.now() - KEPT
    for waiting in map(Waiting, _folders(home)):
        if _sent_at(waiting) < before and _swept(waiting):
            log.info("file that nobody imported deleted", key=waiting.key)


def _swept(waiting: Waiting) -> bool:
    """Whether it could be deleted: one that is being imported stays until the next time."""
    try:
        with waiting.held(at_once=True):
            waiting.discard()
    except Refused:
        return False
    except NotFound:
        waiting.discard()
    return True


@asynccontextmanager
async def swept(home: Path) -> AsyncIterator[None]:
    """Sweep now and every hour, while the pages are served."""

    async def go_on() -> None:
        while True:
            try:
                await asyncio.to_thread(sweep, home)
            except OSError as wrong:
                log.warning("files that nobody imported cannot be swept", why=wrong.strerror)
            await asyncio.sleep(SWEPT_EVERY.total_seconds())

    sweeping = asyncio.create_task(go_on())
    try:
        yield
    finally:
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping


def safe_name(typed: str) -> str:
    """The file's name without folders, signs that do not print, and what is too long."""
    name = PurePosixPath(typed.replace("\\", "/")).name
    name = "".join(letter for letter in name if letter.isprintable()).strip()
    if not name.strip("."):
        return NAMELESS
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 8:
        stem, dot, suffix = name, "", ""
    room = LONGEST_NAME - len(f"{dot}{suffix}".encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix


def _place(home: Path) -> Path:
    return home / "imports"


def _folders(home: Path) -> Iterator[Path]:
    place = _place(home)
    for folder in place.iterdir() if place.exists() else ():
        if KEY.fullmatch(folder.name):
            yield folder


def _sent_at(waiting: Waiting) -> datetime:
    try:
        return waiting.said.sent_at
    except (OSError, ValidationError):
        # It is still coming in, was cut off, or is just being deleted.
        with suppress(OSError):
            return datetime.fromtimestamp(waiting.folder.stat().st_mtime, tz=clock.now().tzinfo)
        return clock.now()
