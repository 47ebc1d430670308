"""What is refused before anything reads it: no file, no plain file, too large, no contact file.

Every refusal is one sentence: what, why, what to do.
"""

import stat
from hashlib import sha256
from pathlib import Path

from mailer.errors import BadInput

MEGABYTE = 1024 * 1024
#: The largest file that is read, in bytes.
LARGEST_FILE = 200 * MEGABYTE
PIECE = MEGABYTE
AS_CSV = "save it as CSV (UTF-8) or XLSX and import that"
#: How files begin that people take for contact files, and what they are.
FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta")
#: Control characters that text may hold: tab, line ends, page break, the end mark of old systems.
IN_TEXT = b"\t\n\r\x0b\x0c\x1a\x1b"
CONTROLS = bytes(set(range(32)) - set(IN_TEXT))


def checked_size(path: Path) -> int:
    """The size in bytes of a plain file that can be read. Raises BadInput."""
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise BadInput(f"{path} is a folder: name a file in it")
        if not stat.S_ISREG(found.st_mode):
            raise BadInput(f"{path} is no plain file: copy what it gives to a file and import that")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as wrong:
        why = getattr(wrong, "strerror", None) or str(wrong)
        raise BadInput(f"cannot read {path}: {why}. Check the name and who may read it") from wrong
    if found.st_size > LARGEST_FILE:
        raise BadInput(
            f"{path.name} has {found.st_size // MEGABYTE} MB and"
            f" {LARGEST_FILE // MEGABYTE} MB is the most: split it and import the parts"
        )
    return found.st_size


def digest_of(path: Path) -> str:
    """The SHA-256 of the file in hex, read in pieces."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def refuse_foreign(head: bytes, *, name: str) -> None:
    """Raises BadInput when the first bytes are those of a document, a picture, a web page."""
    for mark, what in FOREIGN:
        if head.startswith(mark):
            raise BadInput(f"{name} is {what}, not a contact file: {AS_CSV}")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower().startswith(MARKUP):
        raise BadInput(
            f"{name} is a web page or XML, whatever its name says: open it in a spreadsheet,"
            f" {AS_CSV}"
        )


def refuse_binary(head: bytes, *, name: str) -> None:
    """Raises BadInput when the first bytes hold more control characters than stray ones."""
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls * 10 > len(head):
        raise BadInput(f"{name} is not a text file: {AS_CSV}, or name its encoding")
