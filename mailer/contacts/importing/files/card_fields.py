"""What the properties of a vCard mean: the card of a person or of a desk → target names and text.

Sources: RFC 2426 (3.0), RFC 6350 (4.0), RFC 9554 (SOCIALPROFILE), and what address books export.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from vobject.base import Component, ContentLine
from vobject.vcard import Address, Name

#: Between several values of one cell.
BETWEEN = "|"
# fmt: off
TARGETS = (
    "person.full_name", "person.title", "person.given_name", "person.family_name",
    "person.suffix", "person.gender", "person.languages", "person.zone", "person.url",
    "person.social.x", "person.social.linkedin", "person.social.facebook",
    "person.social.instagram", "person.social.other",
    "person.notes_private", "outlet.name", "role.desk", "role.job_title", "role.role_type",
    "role.email", "role.phone", "role.mobile", "role.fax", "role.addr1", "role.addr2",
    "role.city", "role.region", "role.postcode", "role.country", "role.external_id",
    "tags", "desk.name", "desk.email", "desk.phone", "desk.mobile", "desk.fax",
    "outlet.url", "outlet.addr1", "outlet.addr2", "outlet.city", "outlet.region",
    "outlet.postcode", "outlet.country", "outlet.publication_languages",
)
# fmt: on
#: What a target of a person is called on the card of an organisation; the others fall away.
OF_DESKS = {
    "role.desk": "desk.name",
    "role.email": "desk.email",
    "role.phone": "desk.phone",
    "role.mobile": "desk.mobile",
    "role.fax": "desk.fax",
    "person.url": "outlet.url",
    "person.languages": "outlet.publication_languages",
    "person.notes_private": "person.notes_private",
    "role.addr1": "outlet.addr1",
    "role.addr2": "outlet.addr2",
    "role.city": "outlet.city",
    "role.region": "outlet.region",
    "role.postcode": "outlet.postcode",
    "role.country": "outlet.country",
    "outlet.name": "outlet.name",
    "tags": "tags",
}
TEXTS = {
    "fn": "person.full_name",
    "title": "role.job_title",
    "role": "role.role_type",
    "url": "person.url",
    "lang": "person.languages",
    "note": "person.notes_private",
    "categories": "tags",
    "tz": "person.zone",
    "uid": "role.external_id",
}
NAMES = {"title": "prefix", "given_name": "given", "family_name": "family", "suffix": "suffix"}
# fmt: off
SOCIAL = {
    "socialprofile", "x-socialprofile", "impp", "x-twitter", "x-linkedin", "x-facebook",
    "x-instagram", "x-mastodon", "x-bluesky",
}
# fmt: on
X_SITE = re.compile(r"twitter|\bx\.com\b|(?<![\w-])x(?![\w-])")
#: What stands before the words of a GENDER (RFC 6350 6.2.7).
SEXES = {"", "M", "F", "O", "N", "U"}
SCHEME = re.compile(r"^(?:mailto|tel):", re.IGNORECASE)
STRUCTURED = {"N", "ADR", "ORG"}
# fmt: off
SEVERAL = {
    "person.languages", "outlet.publication_languages", "tags", "person.url",
    "person.social.x", "person.social.linkedin", "person.social.facebook",
    "person.social.instagram", "person.social.other",
    "role.email", "role.phone", "role.mobile", "role.fax",
    "desk.email", "desk.phone", "desk.mobile", "desk.fax",
}
# fmt: on
JOINED = {"person.notes_private": "\n", "role.job_title": ", ", "role.role_type": ", "}


def fields_of(card: Component) -> tuple[str, ...]:
    """The cells of a card, in the order of TARGETS."""
    values: dict[str, list[str]] = defaultdict(list)
    given: set[str] = set()
    for line in _lines(card):
        # The parts of a second name, address or organisation do not complete the first.
        if line.name not in given:
            found = [(target, text.strip()) for target, text in _read(line) if text.strip()]
            given |= {line.name} if found and line.name in STRUCTURED else set()
            for target, text in found:
                values[target].append(text)
    if not values["role.job_title"]:
        values["role.job_title"] = values.pop("role.role_type", [])
    if _is_desk(card, values):
        values = _as_desk(values)
    return tuple(_cell(target, values[target]) for target in TARGETS)


def _cell(target: str, texts: list[str]) -> str:
    """Several values as one text; where there can be one only, the preferred one."""
    if target in SEVERAL:
        return BETWEEN.join(dict.fromkeys(text.replace(BETWEEN, "/") for text in texts))
    if target in JOINED:
        return JOINED[target].join(texts)
    return texts[0] if texts else ""


def _lines(card: Component) -> list[ContentLine]:
    """The properties, preferred ones first (PREF=1, or TYPE=pref before 4.0)."""
    lines = [line for line in card.getChildren() if isinstance(line, ContentLine)]
    return sorted(lines, key=_rank)


def _rank(line: ContentLine) -> int:
    if "pref" in _types(line):
        return 0
    number = str(next(iter(line.params.get("PREF", [])), ""))
    return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 101


def _types(line: ContentLine) -> set[str]:
    named = line.params.get("TYPE", []) + line.singletonparams
    return {word.lower() for value in named for word in str(value).split(",")}


def _read(line: ContentLine) -> Iterator[tuple[str, str]]:
    name, value = line.name.lower(), line.value
    if isinstance(value, Name):
        for target, part in NAMES.items():
            yield f"person.{target}", _one(getattr(value, part))
    elif isinstance(value, Address):
        yield from _address(value)
    elif name == "org":
        yield from _organisation(value)
    elif name == "email":
        yield "role.email", SCHEME.sub("", _one(value))
    elif name == "tel":
        yield _telephone(line), SCHEME.sub("", _one(value))
    elif name == "gender":
        yield "person.gender", _gender(_one(value))
    elif name in SOCIAL:
        yield _network(line), _one(value)
    elif name in TEXTS:
        # Categories come as a list, all others as one text.
        parts = value if isinstance(value, list) else [value]
        yield from ((TEXTS[name], _one(part)) for part in parts)


def _gender(text: str) -> str:
    """The sex, else what is told in words; many programs write the words in its place."""
    sex, _, words = text.partition(";")
    return (sex or words) if sex in SEXES else text


def _organisation(value: Any) -> Iterator[tuple[str, str]]:
    parts = [_one(part) for part in ([value] if isinstance(value, str) else value)]
    yield "outlet.name", parts[0] if parts else ""
    yield "role.desk", ", ".join(part for part in parts[1:] if part)


def _address(value: Address) -> Iterator[tuple[str, str]]:
    more = [_one(value.extended), _one(value.box)]
    yield "role.addr1", _one(value.street)
    yield "role.addr2", ", ".join(part for part in more if part)
    yield "role.city", _one(value.city)
    yield "role.region", _one(value.region)
    yield "role.postcode", _one(value.code)
    yield "role.country", _one(value.country)


def _telephone(line: ContentLine) -> str:
    types = _types(line)
    if types & {"fax", "x-fax"}:
        return "role.fax"
    return "role.mobile" if types & {"cell", "mobile", "iphone"} else "role.phone"


def _network(line: ContentLine) -> str:
    words = " ".join([*_types(line), *map(str, line.params.get("SERVICE-TYPE", []))])
    told = f"{line.name} {words} {_one(line.value)}".lower()
    for network in ("linkedin", "facebook", "instagram"):
        if network in told:
            return f"person.social.{network}"
    return "person.social.x" if X_SITE.search(told) else "person.social.other"


def _one(value: Any) -> str:
    """A value or its several parts as one text."""
    if isinstance(value, bytes):
        return ""
    return str(value) if not isinstance(value, (list, tuple)) else " ".join(map(_one, value))


def _is_desk(card: Component, values: dict[str, list[str]]) -> bool:
    """Whether it says so, or has no person's name. Raises ValueError for a group of cards."""
    told = {
        str(line.value).strip().lower()
        for name in ("kind", "x-addressbookserver-kind", "x-abshowas")
        for line in card.contents.get(name, [])
    }
    if "group" in told:
        raise ValueError("it names a group of cards, not a contact")
    if told:
        return bool(told & {"org", "company"})
    if values["person.given_name"] or values["person.family_name"] or not values["outlet.name"]:
        return False
    return not values["person.full_name"] or values["person.full_name"] == values["outlet.name"]


def _as_desk(values: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same values for the targets of an outlet and its desk."""
    desk: dict[str, list[str]] = defaultdict(list)
    for target, renamed in OF_DESKS.items():
        desk[renamed] = values[target]
    desk["outlet.name"] = desk["outlet.name"] or values["person.full_name"]
    return desk
