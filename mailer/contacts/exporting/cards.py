"""Contacts as vCards 4.0 (RFC 6350), one for each job and desk, and each outlet or person without:
what its properties can hold.

A card has no place for lists, flags, states and the facts of an outlet. NOTE is the private note,
since that is how a card is read; CATEGORIES are the beats.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO

from mailer.contacts.exporting.cells import BREAK, cell
from mailer.contacts.exporting.columns import PRIVATE, Column
from mailer.contacts.exporting.reading import Contact

#: Octets of a line before it is folded (RFC 6350 3.2).
LONGEST_LINE = 75
#: What a program can know of a gender (RFC 6350 6.2.7).
SEXES = {"M", "F", "O", "N", "U"}
ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;"})
Values = Mapping[str, object]
SOCIAL = {
    "person.social.x": "X",
    "person.social.linkedin": "LinkedIn",
    "person.social.facebook": "Facebook",
    "person.social.instagram": "Instagram",
    "person.social.other": "",
}


def write(text: IO[str], columns: Sequence[Column], contacts: Iterable[Contact]) -> int:
    """Write a card for each contact; how many."""
    targets = [one.target for one in columns]
    count = 0
    for contact in contacts:
        count += 1
        values = {
            target: value
            for target, value in zip(targets, contact.values, strict=True)
            if value not in (None, "", (), [])
        }
        for line in _card(values, _person if contact.is_person else _desk):
            text.write(f"{_folded(line)}\r\n")
    return count


def _card(values: Values, properties: Callable[[Values], Iterator[str]]) -> Iterator[str]:
    yield from ("BEGIN:VCARD", "VERSION:4.0")
    yield from properties(values)
    yield from _lines("NOTE", values, PRIVATE)
    yield "END:VCARD"


def _person(values: Values) -> Iterator[str]:
    family = " ".join(
        filter(None, (_text(values, f"person.{part}") for part in ("particle", "family_name")))
    )
    given = _text(values, "person.given_name")
    yield "KIND:individual"
    yield f"FN:{' '.join(filter(None, (given, family))) or _text(values, 'role.email')}"
    rest = (_text(values, f"person.{part}") for part in ("patronymic", "title", "suffix"))
    yield f"N:{';'.join((family, given, *rest))}"
    yield from _organisation(values, "role.desk")
    yield from _lines("TITLE", values, "role.job_title")
    if "role.job_title" in values:
        yield from _lines("ROLE", values, "role.role_type")
    yield from _lines("UID", values, "role.external_id")
    yield from _lines("EMAIL;TYPE=work", values, "role.email")
    yield from _lines("TEL;TYPE=work,voice", values, "role.phone")
    yield from _lines("TEL;TYPE=work,cell", values, "role.mobile")
    yield from _lines("TEL;TYPE=work,fax", values, "role.fax")
    yield from _address(values, "role", country="person.country")
    yield from _lines("LANG", values, "person.languages")
    yield from _lines("TZ", values, "person.zone")
    yield from _gender(values)
    yield from _lines("URL", values, "person.url")
    for target, service in SOCIAL.items():
        yield from _lines(f"SOCIALPROFILE;SERVICE-TYPE={service}".rstrip("="), values, target)
    if beats := _each(values, "role.beats"):
        yield f"CATEGORIES:{','.join(beats)}"


def _desk(values: Values) -> Iterator[str]:
    yield "KIND:org"
    yield f"FN:{_text(values, 'outlet.name')}"
    yield from _organisation(values, "desk.name")
    yield from _lines("EMAIL;TYPE=work", values, "role.email")
    yield from _lines("TEL;TYPE=work,voice", values, "role.phone")
    # That of an outlet without any desk.
    yield from _lines("TEL;TYPE=work,voice", values, "desk.phone")
    yield from _lines("TEL;TYPE=work,fax", values, "desk.fax")
    yield from _address(values, "outlet", country="outlet.country")
    yield from _lines("LANG", values, "outlet.publication_languages")
    yield from _lines("URL", values, "outlet.url")


def _gender(values: Values) -> Iterator[str]:
    """The sex, or the words that are told: they stand behind it (RFC 6350 6.2.7)."""
    if text := _text(values, "person.gender"):
        yield f"GENDER:{text if text in SEXES else f';{text}'}"


def _organisation(values: Values, unit: str) -> Iterator[str]:
    if name := _text(values, "outlet.name"):
        yield f"ORG:{';'.join(filter(None, (name, _text(values, unit))))}"


def _address(values: Values, of: str, *, country: str) -> Iterator[str]:
    targets = [f"{of}.{part}" for part in ("addr2", "addr1", "city", "region", "postcode")]
    parts = [_text(values, target) for target in (*targets, country)]
    if any(parts):
        yield f"ADR;TYPE=work:;{';'.join(parts)}"


def _lines(name: str, values: Values, target: str) -> Iterator[str]:
    """A property for each of the values; the name ends where its parameters do."""
    for text in _each(values, target):
        yield f"{name.removesuffix(';SERVICE-TYPE')}:{text}"


def _each(values: Values, target: str) -> list[str]:
    value = values.get(target, ())
    several = value if isinstance(value, (list, tuple)) else (value,)
    return [_escaped(cell(one)) for one in several]


def _text(values: Values, target: str) -> str:
    return _escaped(cell(values.get(target)))


def _escaped(text: str) -> str:
    return BREAK.sub(r"\\n", text.translate(ESCAPED))


def _folded(line: str) -> str:
    """The line in pieces of 75 octets, no letter cut."""
    if len(line) <= LONGEST_LINE and line.isascii():
        return line
    pieces, piece, room = [], "", LONGEST_LINE
    for letter in line:
        octets = len(letter.encode())
        if octets > room:
            pieces.append(piece)
            piece, room = "", LONGEST_LINE - 1
        piece += letter
        room -= octets
    return "\r\n ".join((*pieces, piece))
