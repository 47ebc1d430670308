"""The press: sets a document with typst, tagged for screen readers (PDF/UA-1), the same octets and
the same number of pages on every machine: only the fonts that we bring are used.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mailer.compose.printing.flowing import Node
from mailer.compose.printing.pictures import with_words_for
from mailer.errors import BadInput
from mailer.settings import TEMPLATES

TEMPLATE = TEMPLATES / "pdf" / "release.typ"
#: Brought by dev.py and carried by the wheel; what typst has itself does Latin, Greek, Cyrillic.
FONTS = Path(__file__).parent / "fonts"
#: What the press says of signs that no font has; it names all of them at once.
UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
#: Of a print that shows no picture.
NO_PICTURES: Mapping[str, bytes] = {}
#: So often signs that cannot be printed are replaced: some only come up beside others.
ATTEMPTS = 4


class CannotPrint(BadInput):
    """There is no press, or it cannot set this document."""


@dataclass(frozen=True)
class Print:
    """A document set in pages."""

    pdf: bytes
    pages: int


def is_there() -> bool:
    """Whether this installation can print."""
    return find_spec("typst") is not None and any(FONTS.glob("*.ttf"))


def print_document(document: Node, pictures: Mapping[str, bytes] = NO_PICTURES) -> Print:
    """The document as PDF. Signs that no font has are printed as their numbers, such as [U+0BA4].

    `pictures` are those that it shows, by their digests; of one that is not among them, or that
    cannot be set, the words are printed. Raises CannotPrint.
    """
    _refuse_without_press()
    document = with_words_for(document, pictures)
    for _ in range(ATTEMPTS):
        try:
            return _set(document, pictures)
        except _typst().TypstError as wrong:
            missing = {_unescaped(signs) for signs in UNPRINTABLE.findall(wrong.diagnostic)}
            if not (missing or pictures):
                raise CannotPrint(f"the release cannot be printed: {wrong.message}") from wrong
            if not missing:
                # A picture is never worth the page that it stands on.
                document, pictures = with_words_for(document, ()), NO_PICTURES
            document = _spelt(document, missing)
    raise CannotPrint("the release cannot be printed: it has signs that no font has")


def digest_of(document: Node) -> str:
    """What the print is known by: all that it depends on, the press and its fonts included."""
    octets = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
    return sha256(_press_itself() + octets).hexdigest()


def _refuse_without_press() -> None:
    if find_spec("typst") is None:
        raise CannotPrint("a PDF cannot be made here, typst is missing: install press-mailer[pdf]")
    if not any(FONTS.glob("*.ttf")):
        raise CannotPrint(f"a PDF cannot be made, {FONTS} has no fonts: run python3 dev.py setup")


@cache
def _typst() -> Any:
    """Read when something is printed first: a worker that only looks up does without it."""
    return import_module("typst")


@cache
def _fonts() -> Any:
    return _typst().Fonts(include_system_fonts=False, font_paths=[str(FONTS)])


@cache
def _press_itself() -> bytes:
    """The template, the version of the press, and the fonts by name and size."""
    fonts = sorted((font.name, font.stat().st_size) for font in FONTS.iterdir())
    return TEMPLATE.read_bytes() + f"{metadata.version('typst')} {fonts}".encode()


def _set(document: Node, pictures: Mapping[str, bytes]) -> Print:
    if not pictures:
        return _set_in(TEMPLATE, document)
    # The press reads pictures from beside the template, and from nowhere else.
    with TemporaryDirectory(prefix="press-mailer-print-") as room:
        template = Path(room) / TEMPLATE.name
        template.write_bytes(TEMPLATE.read_bytes())
        for digest, octets in pictures.items():
            (Path(room) / digest).write_bytes(octets)
        return _set_in(template, document)


def _set_in(template: Path, document: Node) -> Print:
    given: dict[str, Any] = {
        "root": template.parent,
        "font_paths": _fonts(),
        "ignore_system_fonts": True,
        "sys_inputs": {"document": json.dumps(document, ensure_ascii=False)},
    }
    # The date of the document is in it; none of our clock comes into the file.
    pdf = _typst().compile(template, format="pdf", pdf_standards=["ua-1"], timestamp=0, **given)
    # What was set is remembered by the press, and only asked how long it is.
    pages = _typst().query(template, "<pages>", field="value", one=True, **given)
    return Print(pdf, int(json.loads(pages)))


def _unescaped(signs: str) -> str:
    """What the press quotes as a string of Rust."""
    plain = ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), signs)
    return plain.replace('\\"', '"').replace("\\\\", "\\")


def _spelt(node: Any, missing: Collection[str]) -> Any:
    """The same with the numbers of those signs in their place."""
    if isinstance(node, dict):
        return {key: _spelt(value, missing) for key, value in node.items()}
    if isinstance(node, list):
        return [_spelt(value, missing) for value in node]
    if isinstance(node, str):
        for signs in sorted(missing, key=len, reverse=True):
            node = node.replace(signs, "".join(f"[U+{ord(sign):04X}]" for sign in signs))
    return node
