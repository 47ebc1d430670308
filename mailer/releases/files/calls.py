"""What an office document would fetch or start when somebody opens it.

Tags are read as a program that opens the document reads them: in either quotes, with their
characters written as numbers, in UTF-16 as in UTF-8 (XML 1.0 sections 2.3, 3.1, 4.1 and 4.3.3).
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Final

from mailer.errors import BadInput

Entries = Mapping[str, bytes]

_ATTRIBUTE: Final = r"\s+([^\s=<>\"'/]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')"
ATTRIBUTE = re.compile(_ATTRIBUTE)
TAG = re.compile(rf"<(?:[^\s<>:/]+:)?([^\s<>:/]+)((?:{_ATTRIBUTE})*)")
#: The begin of a field, and the pieces of what it is told to do.
FIELD = re.compile(
    r"fldCharType\s*=\s*[\"'](begin)|<(?:[\w-]+:)?instrText\b[^<>]*>([^<]*)"
    r"|\binstr\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')"
)
DDE = re.compile(r"\s*DDE(?:AUTO)?\b", re.IGNORECASE)
#: What a table asks another program or another machine for.
ASKING = re.compile(r"<(?:\w+:)?(?:ddeLink|oleLink|dde-source|dde-connection-decl)\b")
CONNECTED = re.compile(
    r"<(?:\w+:)?(?:webPr|dbPr|olapPr)\b|<(?:\w+:)?f\b[^<>]*>[^<]*\b(?:WEBSERVICE|RTD)\("
)
#: Only a link waits until somebody follows it; and where a document lies that it was made from.
WAITING: Final = ("hyperlink",)
WAITING_ELEMENTS: Final = ("a", "template")
#: Parts that are carried out, whatever they are called.
CARRIED_OUT: Final = ("vbaproject", "wordvbadata", "oleobject", "control", "afchunk")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/|\\\\|\.\./", re.IGNORECASE)
MACRO = re.compile(r"vnd\.sun\.star\.script:|macro:|service:|\.uno:", re.IGNORECASE)


def refuse_calls(entries: Entries, *, name: str) -> None:
    """Raise BadInput for a document that fetches from elsewhere or starts something when opened."""
    for entry, held in entries.items():
        if not entry.lower().endswith((".xml", ".rels")):
            continue
        text = _read(held)
        if "<!ENTITY" in text:
            raise BadInput(f"{name} hides its words behind entities of its own: save it anew")
        if entry.lower().endswith(".rels"):
            _refuse_parts(text, name=name)
        elif entry.lower() in {"content.xml", "styles.xml"}:
            _refuse_references(text, name=name)
        _refuse_questions(text, name=name)


def _read(held: bytes) -> str:
    if held.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return held.decode("utf-16", "replace")
    if b"\0" in held[:4]:
        return held.decode("utf-16-be" if held[:1] == b"\0" else "utf-16-le", "replace")
    return held.decode("utf-8", "replace")


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The local name of each element, and its attributes by their local names."""
    for tag in TAG.finditer(text):
        yield (
            tag[1],
            {
                found[1].rpartition(":")[2]: unescape(found[2] or found[3] or "").strip()
                for found in ATTRIBUTE.finditer(tag[2])
            },
        )


def _refuse_parts(text: str, *, name: str) -> None:
    for _, said in _tags(text):
        kind = said.get("Type", "").rpartition("/")[2].lower()
        if said.get("TargetMode", "").lower() == "external" and kind not in WAITING:
            raise _fetching(name)
        if kind in CARRIED_OUT:
            raise BadInput(f"{name} holds a macro or a program ({kind}): save it without")


def _refuse_references(text: str, *, name: str) -> None:
    for element, said in _tags(text):
        target = said.get("href", "")
        if element == "object-ole" or MACRO.match(target):
            raise BadInput(f"{name} holds a macro or a program ({element}): save it without")
        if element not in WAITING_ELEMENTS and ELSEWHERE.match(target):
            raise _fetching(name)


def _refuse_questions(text: str, *, name: str) -> None:
    if ASKING.search(text) or any(DDE.match(code) for code in _codes(text)):
        raise BadInput(f"{name} starts another program when opened (DDE): save it as PDF")
    if CONNECTED.search(text):
        raise BadInput(f"{name} asks a database or a site for its figures: save it as PDF")


def _codes(text: str) -> list[str]:
    """What each field is told to do; its words may be cut at any letter."""
    codes = [""]
    for begin, piece, *whole in FIELD.findall(text) if "instr" in text else ():
        if begin:
            codes.append("")
        codes[-1] += unescape(piece)
        codes.extend([*map(unescape, filter(None, whole)), ""] if any(whole) else [])
    return codes


def _fetching(name: str) -> BadInput:
    return BadInput(f"{name} fetches something from elsewhere when opened: save it as PDF")
