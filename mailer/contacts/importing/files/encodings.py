"""Which encoding a text file has: named by the list keeper, marked by its first bytes, proven
(UTF-8), or guessed from the lines that are not ASCII.
"""

import codecs
from dataclasses import dataclass, field
from pathlib import Path

from mailer.contacts.importing.files.guards import PIECE
from mailer.contacts.importing.files.guessing import guess
from mailer.contacts.importing.files.lines import Encoding, read_lines
from mailer.errors import BadInput

#: UTF-32 first: its mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Codecs of Python that are no encodings of files.
NO_ENCODINGS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"}
SPOKEN = {"ansi": "cp1252", "windows": "cp1252", "mac": "mac_roman", "unicode": "utf-16"}
TWO_BYTES = {"cp932", "gb18030", "big5", "cp949", "euc_jp"}
#: So many lines of the file are looked at for the guess, spread evenly over it.
MOST_SAMPLES = 2000
LONGEST_SAMPLE = 2000


def find_encoding(path: Path, *, given: str, notices: list[str]) -> Encoding:
    """The encoding of a text file; a guess is told. Raises BadInput for a name nobody knows."""
    if given.strip():
        return _named(given.strip(), marked=marked_encoding(path))
    marked = marked_encoding(path)
    if marked:
        return Encoding(marked, marked.upper())
    if _is_utf8(path):
        return Encoding("utf-8", "UTF-8")
    found = _survey(path)
    codec = guess(found.samples)
    label = label_of(codec)
    which = "1 line is" if found.foreign == 1 else f"{found.foreign} lines are"
    notices.append(
        f"{which} not UTF-8 and read as {label}, which is a guess: check the accented letters,"
        " and name the encoding if they are wrong"
    )
    return Encoding(codec, label, first_try="utf-8" if found.is_glued(codec) else "")


def marked_encoding(path: Path) -> str:
    """The encoding that the first bytes name: utf-16, utf-32, or none."""
    with path.open("rb") as file:
        head = file.read(4)
    return next((codec for mark, codec in MARKS if head.startswith(mark)), "")


def label_of(codec: str) -> str:
    """A codec as people call it: cp1250 → Windows-1250."""
    name = codecs.lookup(codec).name
    return f"Windows-{name[2:]}" if name.startswith("cp125") else name.replace("_", "-").upper()


def _named(name: str, *, marked: str) -> Encoding:
    codec = SPOKEN.get(name.lower(), name)
    try:
        known = codecs.lookup(codec).name
        b"-".decode(codec, errors="replace")  # hex, zip and the like are no encodings of text
    except (LookupError, ValueError, UnicodeError) as wrong:
        raise _unknown(name) from wrong
    if known.replace("-", "_") in {word.replace("-", "_") for word in NO_ENCODINGS}:
        raise _unknown(name)
    if known in {"utf-16", "utf-32"} and known != marked:
        known += "-le"  # without a mark there is only what Windows writes
    return Encoding(known, label_of(known))


def _unknown(name: str) -> BadInput:
    return BadInput(
        f"there is no encoding “{name[:60]}”: name one such as utf-8, windows-1252, iso-8859-2,"
        " mac-roman, shift-jis, or none to have it found"
    )


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class _Survey:
    """The lines that are not ASCII: how many are UTF-8, how many not, and some of those."""

    utf8: int = 0
    foreign: int = 0
    samples: list[bytes] = field(default_factory=list)
    stride: int = 1

    def take(self, raw: bytes) -> None:
        try:
            raw.decode()
            self.utf8 += 1
        except UnicodeDecodeError:
            if self.foreign % self.stride == 0:
                self.samples.append(raw[:LONGEST_SAMPLE])
            self.foreign += 1
        if len(self.samples) > MOST_SAMPLES:
            # Every second one stays: begin, middle and end keep their weight.
            self.samples, self.stride = self.samples[::2], self.stride * 2

    def is_glued(self, codec: str) -> bool:
        """Whether the file has parts in UTF-8. Two-byte letters pass for UTF-8 now and then."""
        return self.utf8 > 0 and (codec not in TWO_BYTES or self.utf8 * 10 >= self.foreign)


def _survey(path: Path) -> _Survey:
    survey = _Survey()
    for line in read_lines(path, Encoding("latin-1", "bytes"), notices=[]):
        if not line.isascii():
            survey.take(line.encode("latin-1"))
    return survey
