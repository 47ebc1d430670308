"""PDF documents: looked through for what they would do when they are opened, and for who wrote them
(ISO 32000-1 section 12.6). Nothing of them is changed: a signature or a tag would be lost.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from mailer.errors import BadInput

#: So much is looked at in all, unpacked; what hides behind more is refused.
MOST_UNPACKED: Final = 100_000_000
END = b"%%EOF"
#: What may stand behind the end: line ends and some zeros.
PADDING = b" \t\r\n\0"
#: A reader looks for the next line, whatever stands behind the word.
BEGINNING = re.compile(rb"(?<!end)stream[^\r\n]{0,80}(?:\r\n?|\n)")
#: So many a document has at most.
MOST_STREAMS = 100_000
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
#: A stream of objects has both of these keys, but its type may stand elsewhere (section 7.5.7).
TELLING = re.compile(rb"/(?:ObjStm|Metadata|First)\b")
#: How a stream may be packed; and what makes its octets other than unpacked ones.
FILTERS = re.compile(rb"/(\w*Decode|Fl|AHx|A85|LZW|RL|CCF|DCT|Crypt)\b")
TWISTED = re.compile(
    rb"/Predictor\s*(?!1\b)|/(?:DecodeParms|DP|Filter)\s*\[?\s*\d|/F\s*[(<\d]|/FFilter\b"
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
    for about, held, is_sure in _object_streams(octets, name=name):
        opened = _opened(about, held, most=left)
        # What cannot be unpacked costs time, too, and there may be many of it.
        left -= len(held if opened is None else opened)
        if left < 0 or (opened is None and is_sure):
            raise BadInput(f"{name} packs its parts in a way that cannot be read: {CANNOT}")
        yield _plain(opened or b"")


def _object_streams(octets: bytes, *, name: str) -> Iterator[tuple[bytes, bytes, bool]]:
    """The streams that hold objects or tell of the file: what is said of each, and what it holds;
    False where that was said a little before it, so that it may have been said of another.

    Every place that may begin one is looked at: what looks like a stream may be a trap that hides
    another behind it.
    """
    places = [found.end() for found in BEGINNING.finditer(octets)]
    if len(places) > MOST_STREAMS:
        raise BadInput(f"{name} has more parts than a document has: {CANNOT}")
    for before, place in pairwise([0, *places]):
        near = _plain(octets[before:place])
        about = near[near.rfind(b"obj") + 3 :] if b"obj" in near else near
        if TELLING.search(near):
            end = octets.find(END_OF_STREAM, place)
            held = octets[place : end if end >= 0 else None]
            yield about, held, bool(TELLING.search(about))


def _streams(octets: bytes) -> Iterator[tuple[int, int]]:
    """Where each stream begins and ends; one without an end is looked at as text."""
    start = octets.find(STREAM)
    while start >= 0 and (end := octets.find(END_OF_STREAM, start)) >= 0:
        yield start, end
        start = octets.find(STREAM, end + len(END_OF_STREAM))


def _opened(about: bytes, held: bytes, *, most: int) -> bytes | None:
    """What a stream holds, as its own words say; None where that cannot be read."""
    filters = FILTERS.findall(about)
    if TWISTED.search(about) or len(filters) > 1 or not {*filters} <= {b"FlateDecode", b"Fl"}:
        return None
    unpacked = _unpacked(held, most=most)
    # What needs no unpacking is looked at both ways: what is said of it may be a trap.
    return unpacked if filters else held + b" " + (unpacked or b"")


def _unpacked(packed: bytes, *, most: int) -> bytes | None:
    """The octets of a stream, one more than `most` at most; None when it is damaged or packed
    otherwise.
    """
    try:
        return zlib.decompressobj().decompress(packed, most + 1)
    except zlib.error:
        return None
