"""From the bytes of a text file to its lines, one by one, however long the file or a line is."""

import io
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

#: Characters of a line; one that is longer comes cut off, one character longer than this.
LONGEST_LINE = 1_000_000
UNREADABLE = "\ufffd"
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Encoding:
    """How bytes become text. `first_try` is what each line is tried with before `codec`.

    With it, a file glued together from two exports reads right in both of its parts.
    """

    codec: str
    label: str
    first_try: str = ""


def read_lines(path: Path, encoding: Encoding, *, notices: list[str]) -> Generator[str]:
    """The lines of a text file with their ends: LF, CR LF or CR. Close the generator when done."""
    # Latin-1 gives every byte back, so a line can be decoded after it was cut out.
    codec = "latin-1" if encoding.first_try else encoding.codec
    unreadable = 0
    with (
        path.open("rb") as raw,
        io.TextIOWrapper(raw, encoding=codec, errors="replace", newline="") as text,
    ):
        for line in _cut(text):
            if line.isascii():
                yield line
                continue
            decoded = _decoded(line, encoding) if encoding.first_try else line
            unreadable += UNREADABLE in decoded
            # Concatenated exports bring the mark of the second file along.
            yield decoded.removeprefix(BYTE_ORDER_MARK)
    if unreadable:
        lines = "1 line holds" if unreadable == 1 else f"{unreadable} lines hold"
        notices.append(
            f"{lines} bytes that are not {encoding.label}, shown as {UNREADABLE}:"
            " name the right encoding, or correct them"
        )


def _cut(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        yield line
        if len(line) > LONGEST_LINE:
            _skip_to_end(line, text)


def _skip_to_end(line: str, text: io.TextIOWrapper) -> None:
    while line and line[-1] not in "\r\n":
        line = text.readline(LONGEST_LINE)


def _decoded(line: str, encoding: Encoding) -> str:
    raw = line.encode("latin-1")
    try:
        return raw.decode(encoding.first_try)
    except UnicodeDecodeError:
        return raw.decode(encoding.codec, errors="replace")
