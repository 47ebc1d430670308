"""Which files a press office sends, told by what they hold and never by what they are called."""

from dataclasses import dataclass
from typing import Final

from mailer.errors import BadInput

PICTURE, PAPER, PLAIN, PDF = "picture", "paper", "plain", "pdf"


@dataclass(frozen=True)
class FileType:
    """A kind of file: what it is on the wire, how its names end, and how it is read."""

    media_type: str
    endings: tuple[str, ...]
    group: str


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

TYPES: Final = (
    FileType("application/pdf", ("pdf",), PDF),
    FileType("image/jpeg", ("jpg", "jpeg"), PICTURE),
    FileType("image/png", ("png",), PICTURE),
    FileType("image/gif", ("gif",), PICTURE),
    FileType("image/webp", ("webp",), PICTURE),
    FileType(f"{_OPEN_XML}.wordprocessingml.document", ("docx",), PAPER),
    FileType(f"{_OPEN_XML}.spreadsheetml.sheet", ("xlsx",), PAPER),
    FileType(f"{_OPEN_XML}.presentationml.presentation", ("pptx",), PAPER),
    FileType(f"{_OPEN_DOCUMENT}.text", ("odt",), PAPER),
    FileType(f"{_OPEN_DOCUMENT}.spreadsheet", ("ods",), PAPER),
    FileType(f"{_OPEN_DOCUMENT}.presentation", ("odp",), PAPER),
    FileType("text/calendar", ("ics",), PLAIN),
    FileType("text/csv", ("csv",), PLAIN),
    FileType("text/plain", ("txt",), PLAIN),
)
BY_MEDIA_TYPE: Final = {one.media_type: one for one in TYPES}
BY_ENDING: Final = {ending: one for one in TYPES for ending in one.endings}
#: What the short name of each is to a reader.
SHORT_NAMES: Final = {one.media_type: one.endings[0].upper() for one in TYPES} | {
    "image/jpeg": "JPEG"
}
KNOWN = "PDF, JPEG, PNG, GIF, WebP, DOCX, XLSX, PPTX, ODT, ODS, ODP, ICS, CSV or TXT"

#: How the octets begin of what is told by its first octets alone.
_BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
#: And of what is never sent, with what to do instead.
_REFUSED: Final = (
    (b"MZ", "a program for Windows: programs are not sent"),
    (b"\x7fELF", "a program for Linux: programs are not sent"),
    (b"\xca\xfe\xba\xbe", "a program: programs are not sent"),
    (b"\xcf\xfa\xed\xfe", "a program for macOS: programs are not sent"),
    (b"\xce\xfa\xed\xfe", "a program for macOS: programs are not sent"),
    (b"#!", "a script: scripts are not sent"),
    (b"L\0\0\0\x01\x14\x02\0", "a shortcut of Windows: send the file that it leads to"),
    (b"\xd0\xcf\x11\xe0", "an old or an encrypted Office file: save it as DOCX, XLSX or PDF"),
    (b"{\\rtf", "an RTF file: save it as DOCX or PDF"),
    (b"Rar!", "an archive: send the files in it"),
    (b"7z\xbc\xaf", "an archive: send the files in it"),
    (b"\x1f\x8b", "an archive: send the files in it"),
    (b"II*\0", "a TIFF picture: save it as JPEG"),
    (b"MM\0*", "a TIFF picture: save it as JPEG"),
    (b"8BPS", "a Photoshop file: save it as JPEG"),
    (b"ID3", "a sound: put it on the site of the office, and link to it"),
    (b"OggS", "a sound or a film: put it on the site of the office, and link to it"),
)
#: How markup begins that a browser would carry out or a program would follow.
_MARKUP: Final = (b"<", b"%!ps")


def told(octets: bytes, *, name: str) -> FileType:
    """The type of a file; `name` decides among plain texts only, and must fit all others.

    Raises BadInput, with what to do, for a file that is not sent.
    """
    media_type = _by_content(octets, name=name)
    found = BY_MEDIA_TYPE[media_type]
    ending = ending_of(name)
    if ending not in found.endings:
        short = SHORT_NAMES[media_type]
        raise BadInput(f"{name} holds a {short}: let its name end in .{found.endings[0]}")
    return found


def ending_of(name: str) -> str:
    """The letters after the last dot, in lower case; empty without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _by_content(octets: bytes, *, name: str) -> str:
    if not octets:
        raise BadInput(f"{name} is empty")
    for beginning, what in _REFUSED:
        if octets.startswith(beginning):
            raise BadInput(f"{name} is {what}")
    for beginning, media_type in _BEGINNINGS:
        if octets.startswith(beginning):
            return media_type
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return "image/webp"
    if octets[:4] == b"RIFF" or octets[4:8] == b"ftyp":
        raise BadInput(f"{name} is a sound, a film or a HEIC picture: save it as JPEG, or link")
    if octets.startswith(b"PK"):
        return _paper(octets, name=name)
    return _plain(octets, name=name)


def _paper(octets: bytes, *, name: str) -> str:
    """What the name says of a zip; `papers` looks that it is that."""
    found = BY_ENDING.get(ending_of(name))
    if found is None or found.group != PAPER or not octets.startswith(b"PK\x03\x04"):
        raise BadInput(
            f"{name} is an archive or an Office file with macros: send the files in it, or save"
            " it without macros"
        )
    return found.media_type


def _plain(octets: bytes, *, name: str) -> str:
    found = BY_ENDING.get(ending_of(name))
    start = octets.removeprefix(b"\xef\xbb\xbf").lstrip()[:4].lower()
    if start.startswith(_MARKUP):
        raise BadInput(
            f"{name} is a page, a drawing or a program: save a drawing as PNG, a page as PDF"
        )
    if found is None or found.group != PLAIN:
        raise BadInput(f"{name} is of a kind that is not sent: save it as {KNOWN}")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BadInput(f"{name} is no text in UTF-8: save it as UTF-8") from wrong
    if any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text):
        raise BadInput(f"{name} holds control characters, so it is no text: save it anew")
    if found.media_type == "text/calendar" and not text.startswith("BEGIN:VCALENDAR"):
        raise BadInput(f"{name} is no calendar file: it must begin with BEGIN:VCALENDAR")
    return found.media_type
