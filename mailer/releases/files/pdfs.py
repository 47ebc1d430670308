"""PDF documents: looked through for what they would do when they are opened, and for who wrote them
(ISO 32000-1 section 12.6). Nothing of them is changed: a signature or a tag would be lost.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from mailer.errors import BadInput

#: So much is looked at in all, unpacked; what hides behind more is refused.
MOST_UNPACKED: Final = 100_000_000
END = b"%%EOF"
#: What may stand behind the end: line ends and some zeros.
PADDING = b" \t\r\n\0"
BEGINNING = re.compile(rb"(?<!end)stream\r?\n")
#: So much before a stream tells what it is, and so many a document has at most.
HEAD, MOST_STREAMS = 600, 100_000
STREAM, END_OF_STREAM = b"stream", b"endstream"
#: A name may write any of its letters as two digits (section 7.3.5).
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
HARMFUL: Final = (
    (rb"/(JavaScript|JS)\b", "runs a script when it is opened"),
    (rb"/Launch\b", "starts another program"),
    (rb"/(EmbeddedFiles?|FileAttachment)\b", "carries other files inside"),
    (rb"/(RichMedia|Movie|Sound|3D)\b(?=[^\w])", "plays films or sounds"),
    (rb"/XFA\b", "is a form that runs scripts"),
    (rb"/(GoToE|GoToR|SubmitForm|ImportData)\b", "opens or sends something when it is read"),
)
#: Looked for everywhere, also in what looks like a stream: no picture holds such words by chance.
HARMFUL_ANYWHERE: Final = (
    (rb"/JavaScript\b", HARMFUL[0][1]),
    (rb"/Launch\b", HARMFUL[1][1]),
    (rb"/EmbeddedFiles?\b", HARMFUL[2][1]),
    (rb"/RichMedia\b", HARMFUL[3][1]),
    (rb"/(SubmitForm|ImportData)\b", HARMFUL[5][1]),
)
AUTHOR = re.compile(rb"/Author\s*(\((?!\s*\))|<(?!\s*>)[0-9A-Fa-f\s]+)|<dc:creator>")
PLACE = re.compile(rb"/(GPSLatitude|GPSInfo)\b|exif:GPSLatitude")
CANNOT = "save it anew as a plain PDF, such as PDF/A"


def looked_through(octets: bytes, *, name: str) -> tuple[str, ...]:
    """What it tells of its makers. Raises BadInput for one that does something, or hides it."""
    end = octets.rfind(END)
    if end < 0:
        raise BadInput(f"{name} is cut off: it has no end: {CANNOT}")
    if octets[end + len(END) :].strip(PADDING):
        raise BadInput(f"{name} has something else behind its end: {CANNOT}")
    whole = _plain(octets)
    _refuse_harm(whole, name=name, harmful=HARMFUL_ANYWHERE)
    if re.search(rb"/Encrypt\b", whole):
        raise BadInput(f"{name} needs a password, or forbids copying: {CANNOT}")
    notes: dict[str, None] = {}
    for piece in _pieces(octets, name=name):
        _refuse_harm(piece, name=name)
        if AUTHOR.search(piece):
            notes["it names its author"] = None
        if PLACE.search(piece):
            notes["it tells where a picture was taken"] = None
    return tuple(notes)


def _refuse_harm(
    piece: bytes, *, name: str, harmful: Sequence[tuple[bytes, str]] = HARMFUL
) -> None:
    for pattern, what in harmful:
        if re.search(pattern, piece):
            raise BadInput(f"{name} {what}: {CANNOT}")


def _plain(piece: bytes) -> bytes:
    """The octets with the letters of names as they are meant."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), piece)


def _pieces(octets: bytes, *, name: str) -> Iterator[bytes]:
    """All that stands outside of streams, and what the streams hold that hold objects.

    The content of a page and a picture are only drawn: a word in them does nothing.
    """
    outside, behind = [], 0
    for start, end in _streams(octets):
        outside.append(octets[behind:start])
        behind = end
    yield _plain(b" ".join([*outside, octets[behind:]]))
    left = MOST_UNPACKED
    for packed, is_packed in _object_streams(octets, name=name):
        unpacked = _unpacked(packed, most=left) if is_packed else packed
        if unpacked is None:
            raise BadInput(f"{name} packs its parts in a way that cannot be read: {CANNOT}")
        left -= len(unpacked)
        yield _plain(unpacked)


def _object_streams(octets: bytes, *, name: str) -> Iterator[tuple[bytes, bool]]:
    """The streams that hold objects or tell of the file, and whether they are packed.

    Every place that may begin one is looked at: what looks like a stream may be a trap that hides
    another behind it.
    """
    places = [found.end() for found in BEGINNING.finditer(octets)]
    if len(places) > MOST_STREAMS:
        raise BadInput(f"{name} has more parts than a document has: {CANNOT}")
    for place in places:
        about = _plain(octets[max(place - HEAD, 0) : place])
        about = about[about.rfind(b"obj") + 3 :]
        if b"/ObjStm" in about or b"/Metadata" in about:
            end = octets.find(END_OF_STREAM, place)
            yield octets[place : end if end >= 0 else None], b"Decode" in about


def _streams(octets: bytes) -> Iterator[tuple[int, int]]:
    """Where each stream begins and ends; one without an end is looked at as text."""
    start = octets.find(STREAM)
    while start >= 0 and (end := octets.find(END_OF_STREAM, start)) >= 0:
        yield start, end
        start = octets.find(STREAM, end + len(END_OF_STREAM))


def _unpacked(packed: bytes, *, most: int) -> bytes | None:
    """The octets of a stream; None when it is damaged, packed otherwise, or too large."""
    reader = zlib.decompressobj()
    try:
        unpacked = reader.decompress(packed, most + 1)
    except zlib.error:
        return None
    return None if len(unpacked) > most else unpacked
