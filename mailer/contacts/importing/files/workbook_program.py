"""A program of its own that reads one workbook and prints its rows, a JSON document to a line.

A workbook is parsed by native code that takes the memory a file asks for, and a small file can ask
for hundreds of gigabytes. This process may take only so much time, and memory by the size of the
file, and ends alone when that is not enough. It imports nothing of ours, so that it starts at once.

    {"kind": "xlsx"}                          once, before all others
    {"tabs": [name, …]}                       what they all are called
    {"sheet": name, "hidden": bool}           before the rows of each tab
    {"rows": [[text or number, …], …]}        many times
    {"refused": why and what to do}           instead of the rest
    {"end": true}                             last
"""

import datetime as dt
import json
import math
import os
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import python_calamine

GIGABYTE = 1024**3
MEGABYTE = 1024**2
#: What a workbook may take: memory of this process in bytes, its processor time, and bytes of the
#: zip archive when inflated, in all and by file size. Real sheets inflate ten to fifty times, and
#: their cells take six times that.
MOST_MEMORY = 3 * GIGABYTE
ANY_MEMORY = 100 * MEGABYTE
MEMORY_RATIO = 300
MOST_SECONDS = 120
MOST_INFLATED = 2 * GIGABYTE
MOST_RATIO = 300
SMALL_ENOUGH = 50 * 1024**2
MOST_ENTRIES = 10_000
MOST_OF_A_ROW = 1_000_000
#: Cells that go out in one line of ours.
CELLS_AT_ONCE = 4000
PIECE = 1024**2
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
PASSWORD = "it is protected by a password: open it, save it without one and import that"  # noqa: S105
BOMB = "it inflates to far more than a contact list: save it as CSV and import that"
TOO_MUCH = (
    "it needs far more memory than a list of its size, because cells repeat, or"
    " cells lie far out: delete those, or save it as CSV"
)
DAMAGED = "it is damaged or cut off: fetch it again, or open it and save it anew"
KINDS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
SUFFIXES = {"xlsx": {".xlsx", ".xlsm"}, "xlsb": {".xlsb"}, "ods": {".ods"}, "xls": {".xls"}}
OTHERS = {
    "word/document.xml": "a text document, not a spreadsheet",
    "ppt/presentation.xml": "a presentation, not a spreadsheet",
    "Index/Document.iwa": "an Apple Numbers or Pages file",
}


class Refused(Exception):
    """Why the workbook is not read, and what to do."""


def main() -> None:
    """Read the workbook named on the command line."""
    path = Path(sys.argv[1])
    try:
        limit(size=path.stat().st_size)
        for message in read(path):
            say(message)
    except Refused as why:
        say({"refused": str(why)})
    except MemoryError:
        say({"refused": TOO_MUCH})
    except OSError as wrong:
        say({"refused": f"{wrong.strerror or wrong}: choose it again"})


def say(message: dict[str, Any]) -> None:
    """One line of standard output."""
    sys.stdout.write(json.dumps(message) + "\n")


def limit(*, size: int) -> None:
    """Take the limits on before any byte of a file of `size` bytes is looked at."""
    memory = ANY_MEMORY + size * MEMORY_RATIO
    for what, most in (
        (resource.RLIMIT_AS, min(MOST_MEMORY, memory + taken_already())),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # macOS knows no limit of memory and says so by an error; that of time holds there, too.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (lower, hard))


def taken_already() -> int:
    """Bytes of address space of this process; where the system tells nothing, more than enough."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return MOST_MEMORY
    return pages * resource.getpagesize()


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The messages on a workbook."""
    kind = kind_of(path)
    yield {"kind": kind}
    try:
        yield from read_sheets(python_calamine.CalamineWorkbook.from_path(by_bytes(path, kind)))
    except python_calamine.PasswordError as wrong:
        raise Refused(PASSWORD) from wrong
    except python_calamine.CalamineError as wrong:
        if "limit exceeded" in str(wrong):
            raise Refused(
                "it spans more cells than a contact list: delete what lies far out"
            ) from wrong
        raise Refused(DAMAGED) from wrong
    yield {"end": True}


def by_bytes(path: Path, kind: str) -> str:
    """A path by which the library takes the file for what it is, when its name says otherwise.

    The library believes the suffix, and tries every format where there is none.
    """
    if path.suffix in SUFFIXES[kind]:
        return str(path)
    return f"/dev/fd/{os.open(path, os.O_RDONLY)}"


def read_sheets(book: python_calamine.CalamineWorkbook) -> Iterator[dict[str, Any]]:
    """Each tab that holds cells, and its rows in packets; tabs with charts and macros are left."""
    kept = python_calamine.SheetTypeEnum.WorkSheet
    yield {"tabs": [about.name for about in book.sheets_metadata if about.typ == kept]}
    for at, about in enumerate(book.sheets_metadata):
        if about.typ != kept:
            continue
        hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
        yield {"sheet": about.name, "hidden": hidden}
        sheet = book.get_sheet_by_index(at)
        # Columns begin with the first that is used, rows with row 1.
        before: list[str | float] = [""] * (sheet.start[1] if sheet.start else 0)
        yield from packets(before + row_of(row) for row in sheet.iter_rows())


def packets(rows: Iterator[list[str | float]]) -> Iterator[dict[str, Any]]:
    """Rows in packets of some thousand cells, without the blank cells at their ends."""
    packet: list[list[str | float] | None] = []
    cells = 0
    for row in rows:
        while row and row[-1] == "":
            row.pop()
        too_long = sum([len(cell) for cell in row if type(cell) is str]) > MOST_OF_A_ROW
        packet.append(None if too_long else row)
        cells += len(row) + 1
        if cells > CELLS_AT_ONCE:
            yield {"rows": packet}
            packet, cells = [], 0
    yield {"rows": packet}


def row_of(row: list[Any]) -> list[str | float]:
    """The cells as JSON can carry them: text and numbers as they are, the rest as text."""
    return [cell if type(cell) is str else plain(cell) for cell in row]


def plain(cell: object) -> str | float:
    """Dates and times as ISO 8601, truth as a sheet shows it, whole numbers without point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return ""
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(cell, (dt.datetime, dt.time)):
        return cell.isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def kind_of(path: Path) -> str:
    """The format, after all that can be checked without parsing it."""
    with path.open("rb") as file:
        begin = file.read(2)
    if begin == b"PK":
        return checked_archive(path)
    if holds(path, ENCRYPTED_PACKAGE):
        raise Refused(PASSWORD)
    return "xls"


def holds(path: Path, words: bytes) -> bool:
    """Whether the bytes stand anywhere in the file."""
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            if words in tail + piece:
                return True
            tail = piece[-len(words) :]
    return False


def checked_archive(path: Path) -> str:
    """The format of a zip archive whose every part has been inflated once, and counted."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            kind = kind_by_names({entry.filename for entry in entries})
            check_sizes(entries, size=path.stat().st_size)
            for entry in entries:
                inflate(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as wrong:
        raise Refused(DAMAGED) from wrong
    except (NotImplementedError, RuntimeError) as wrong:
        raise Refused("it is packed in a way no spreadsheet is: save it anew") from wrong
    return kind


def kind_by_names(names: set[str]) -> str:
    """xlsx, xlsb or ods. Raises Refused for every other archive."""
    for name, kind in KINDS.items():
        if name in names and (kind != "ods" or "mimetype" in names):
            return kind
    for name, what in OTHERS.items():
        if name in names:
            raise Refused(f"it is {what}: export it as CSV or XLSX and import that")
    raise Refused("it is a zip archive, not a spreadsheet: unpack it and import what is inside")


def check_sizes(entries: list[zipfile.ZipInfo], *, size: int) -> None:
    """Raises Refused for a bomb by what the archive says of itself, before it is inflated."""
    inflated = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or inflated > MOST_INFLATED:
        raise Refused(BOMB)
    if inflated > SMALL_ENOUGH and inflated > size * MOST_RATIO:
        raise Refused(BOMB)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(PASSWORD)


def inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Inflate one part in pieces; zipfile raises when size or checksum are not as declared."""
    with archive.open(entry) as part:
        while part.read(PIECE):
            pass


if __name__ == "__main__":
    main()
