"""Office documents: looked through for what may do harm or tells too much, and cleaned of who wrote
them. Word, Excel, PowerPoint (ISO/IEC 29500) and OpenDocument (ISO/IEC 26300) are zips of XML.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from mailer.errors import BadInput
from mailer.releases.files.calls import Entries, refuse_calls

#: Of one document, unpacked: what is beyond is no text of a press office, but a bomb.
MOST_ENTRIES: Final = 5_000
MOST_UNPACKED: Final = 200_000_000
FLAG_ENCRYPTED: Final = 0x1
#: The end of a zip without a comment.
END_RECORD: Final = 22
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
#: The main part of each kind, by how the name of its media type ends.
MAIN_PARTS: Final = {
    "wordprocessingml.document": b"wordprocessingml.document.main+xml",
    "spreadsheetml.sheet": b"spreadsheetml.sheet.main+xml",
    "presentationml.presentation": b"presentationml.presentation.main+xml",
}
#: Entries that are carried out, or hide what is.
HARMFUL = re.compile(
    r"vbaproject|vbadata|activex/|oleobject|\.(exe|dll|js|jse|vbs|vbe|bat|cmd|ps1|scr|hta|lnk|jar)$"
    r"|^basic/|^scripts/|^object \d+/.*\.bin$|customui/|macrosheets/|dialogsheets/",
    re.IGNORECASE,
)
#: What says who wrote it: the elements of docProps and of meta.xml, with any prefix.
OWNERS = re.compile(
    rb"(<((?:\w+:)?(?:creator|lastModifiedBy|initial-creator|printed-by|Company|Manager"
    rb"|HyperlinkBase|user-defined))\b[^<>/]*>)[^<]*(</\2>)"
)
OWN_PROPERTIES = re.compile(rb"<property\b(?:(?!<property\b).)*?</property>", re.DOTALL)
ABOUT: Final = ("docprops/core.xml", "docprops/app.xml", "docprops/custom.xml", "meta.xml")
#: What a reader would find though nobody meant it for her: where, what, and how it is said.
TELLING: Final = (
    (r"^word/.*\.xml$", rb"<w:(ins|del|moveFrom|moveTo)\b", "tracked changes"),
    (r"^(word|xl|ppt)/.*comments?[^/]*\.xml$", rb"<[\w:]*(comment|cm|text)\b", "comments"),
    (r"^xl/workbook\.xml$", rb"state=\"(veryHidden|hidden)\"", "hidden sheets"),
    (r"^ppt/notesslides/", rb"<a:t>", "notes of the speaker"),
    (r"^content\.xml$", rb"<text:tracked-changes", "tracked changes"),
    (r"^content\.xml$", rb"<office:annotation\b", "comments"),
)


def cleaned(octets: bytes, *, name: str, media_type: str) -> tuple[bytes, tuple[str, ...]]:
    """The document without its authors, and what else it tells; the same in, the same out.

    Raises BadInput for one that is damaged, encrypted, too large, another kind, or does something.
    """
    entries = _entries(octets, name=name)
    if harmful := next((entry for entry in entries if HARMFUL.search(entry)), None):
        raise BadInput(f"{name} holds a macro or a program ({harmful}): save it without")
    _refuse_other_kinds(entries, name=name, media_type=media_type)
    refuse_calls(entries, name=name)
    found = tuple(dict.fromkeys(_told(entries)))
    written = {entry: _anonymous(entry, held) for entry, held in entries.items()}
    return _zipped(written), found


def _entries(octets: bytes, *, name: str) -> dict[str, bytes]:
    damaged = f"{name} is damaged or no Office document: save it anew"
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            infos = archive.infolist()
            _refuse_bombs(infos, name=name)
            if _is_wrapped(octets, archive):
                raise BadInput(f"{name} has something else before or behind it: save it anew")
            return dict(_unpacked(archive, infos, name=name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as wrong:
        raise BadInput(damaged) from wrong


def _is_wrapped(octets: bytes, archive: zipfile.ZipFile) -> bool:
    """Whether the octets are two files at once: something stands around the zip."""
    first = min((info.header_offset for info in archive.infolist()), default=-1)
    return first != 0 or octets[-END_RECORD : -END_RECORD + 4] != b"PK\x05\x06"


def _refuse_bombs(infos: list[zipfile.ZipInfo], *, name: str) -> None:
    if len(infos) > MOST_ENTRIES or sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise BadInput(f"{name} is far larger unpacked than a document is: save it anew")
    for info in infos:
        if info.flag_bits & FLAG_ENCRYPTED:
            raise BadInput(f"{name} needs a password: save it without one")
        if info.filename.startswith("/") or ".." in info.filename.split("/"):
            raise BadInput(f"{name} would write outside of its folder: save it anew")
    if len({info.filename.lower() for info in infos}) != len(infos):
        raise BadInput(f"{name} holds the same part twice: save it anew")


def _unpacked(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], *, name: str
) -> Iterator[tuple[str, bytes]]:
    """Each entry, read no further than it says it is: a head may lie about its size."""
    left = MOST_UNPACKED
    for info in infos:
        if info.is_dir():
            continue
        with archive.open(info) as entry:
            held = entry.read(left + 1)
        left -= len(held)
        if left < 0:
            raise BadInput(f"{name} is far larger unpacked than a document is: save it anew")
        yield info.filename, held


def _refuse_other_kinds(entries: Entries, *, name: str, media_type: str) -> None:
    """What its own list of contents says it is, must be what its name says."""
    wrong = BadInput(f"{name} is not what its name says, or holds macros: save it anew")
    if media_type.startswith("application/vnd.oasis"):
        manifest = entries.get("META-INF/manifest.xml", b"")
        if entries.get("mimetype", b"").strip().decode("ascii", "replace") != media_type:
            raise wrong
        if b"encryption-data" in manifest:
            raise BadInput(f"{name} needs a password: save it without one")
        return
    contents = entries.get("[Content_Types].xml", b"")
    main = next(part for end, part in MAIN_PARTS.items() if media_type.endswith(end))
    if main not in contents or b"macroEnabled" in contents:
        raise wrong


def _told(entries: Entries) -> Iterator[str]:
    for entry, held in entries.items():
        for where, what, said in TELLING:
            if re.search(where, entry, re.IGNORECASE) and re.search(what, held):
                yield f"it holds {said} that readers can see"


def _anonymous(entry: str, held: bytes) -> bytes:
    if entry.lower() not in ABOUT:
        return held
    return OWNERS.sub(rb"\1\3", OWN_PROPERTIES.sub(b"", held))


def _zipped(entries: Entries) -> bytes:
    """A zip of them without the times at which they were written; mimetype first and as it is."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for entry, held in entries.items():
            info = zipfile.ZipInfo(entry, EPOCH)
            is_first = entry == "mimetype"
            info.compress_type = zipfile.ZIP_STORED if is_first else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, held)
    return written.getvalue()
