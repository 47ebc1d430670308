"""Criteria: the one readable line that says who gets a release; the same in the shell, in the API
and on the pages.
"""

import json
import re
import reprlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailer import addresses
from mailer.audience import wording
from mailer.audience.codes import country_code, language_tag
from mailer.audience.terms import EVERYONE, Key, Term, by_key, ordered
from mailer.contacts.suggesting import did_you_mean
from mailer.errors import BadInput
from mailer.models import MediaType

#: What a database still reads as one condition, and a person as one line.
LONGEST = 4000
#: The parts of criteria as a document.
PARTS = ("wanted", "unwanted")
QUOTED = r'"(?:\\.|[^"\\])*"|[“„][^“”]*[”“]'
VALUE = rf'(?:{QUOTED}|[^\s,"“„]+)'
TERM = re.compile(
    rf'(?P<minus>-?)(?P<key>[^\s:,"“„]+):(?P<values>{VALUE}(?:\s*,\s*{VALUE})*)(?=\s|$)'
)
NO_TEXT = re.compile("[\0\ud800-\udfff]")
BARE = re.compile(r'[^\s,:"“”„\\]+')


@dataclass(frozen=True)
class Criteria:
    """Who is wanted and who is not. Terms of one key are alternatives, different keys narrow."""

    #: Empty: everyone.
    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = field(default=())

    def addresses(self) -> list[str]:
        """The addresses that it narrows down to; none: it does not name any."""
        return [term.value for term in self.wanted if term.key == Key.ADDRESS]

    def names_by_hand(self) -> bool:
        """Whether it names contacts one by one: by their addresses, or by a list."""
        return any(term.key in (Key.LIST, Key.ADDRESS) for term in self.wanted)

    def line(self) -> str:
        """The canonical line: reading it gives the same criteria."""
        wanted = _terms_line(self.wanted, sign="") or [EVERYONE]
        return " ".join(wanted + _terms_line(self.unwanted, sign="-"))

    def sentence(self) -> str:
        """The same in English words, for whoever has to approve it."""
        return wording.sentence(self.wanted, self.unwanted)

    def document(self) -> dict[str, Any]:
        """The same for JSON: keys with their values; `from_document` reads it."""
        return {"wanted": _values(self.wanted) or EVERYONE, "unwanted": _values(self.unwanted)}


def parse(line: str) -> Criteria:
    """Read a line such as `language:da,en country:DK list:"Cybercrime" -list:"Do not invite"`.

    Raises BadInput for an unknown key or value, with the nearest known one; and for a line that
    says nobody is wanted or is too long.
    """
    text = _not_too_long(line.strip())
    wanted: list[Term] = []
    unwanted: list[Term] = []
    says_everyone = False
    place = 0
    while place < len(text):
        if match := TERM.match(text, place):
            place = match.end()
            (unwanted if match["minus"] else wanted).extend(_terms(match["key"], match["values"]))
        else:
            word = text[place:].split(maxsplit=1)[0]
            place += len(word)
            says_everyone = _is_everyone(word)
        place += len(text[place:]) - len(text[place:].lstrip())
    if not wanted and not says_everyone:
        raise BadInput(
            "nobody is wanted: write terms such as language:da country:DK, or write everyone"
        )
    criteria = Criteria(wanted=ordered(wanted), unwanted=ordered(unwanted))
    # The canonical line is what is kept and read again; quoting may have made it longer.
    _not_too_long(criteria.line())
    return criteria


def from_document(document: object) -> Criteria:
    """Criteria out of a JSON document, such as

        {"wanted": {"language": ["da", "en"]}, "unwanted": {"list": ["Do not invite"]}}

    with "everyone" in place of keys for all. Raises BadInput as `parse` does.
    """
    if not isinstance(document, Mapping):
        raise BadInput('criteria are an object: {"wanted": {"language": ["da"]}}, or a line')
    for part in document:
        if part not in PARTS:
            raise BadInput(f"unknown part {part!r} of criteria: {did_you_mean(str(part), PARTS)}")
    wanted = document.get("wanted", {})
    says_everyone = isinstance(wanted, str) and wanted.casefold() == EVERYONE
    criteria = Criteria(
        wanted=() if says_everyone else _from_values("wanted", wanted),
        unwanted=_from_values("unwanted", document.get("unwanted", {})),
    )
    if not criteria.wanted and not says_everyone:
        raise BadInput('nobody is wanted: name keys, or write "wanted": "everyone"')
    _not_too_long(criteria.line())
    return criteria


def read(text: str) -> Criteria:
    """Criteria as a line, or as a JSON document when it begins with a brace. Raises BadInput."""
    if not text.lstrip().startswith("{"):
        return parse(text)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise BadInput(f"the criteria are not JSON: {wrong}; or write them as a line") from wrong
    except (ValueError, RecursionError) as wrong:  # a number of thousands of digits, brackets
        raise BadInput("nobody can read these criteria as JSON: write them as a line") from wrong
    return from_document(document)


def _values(terms: Iterable[Term]) -> dict[str, list[str]]:
    return {key.value: [term.value for term in group] for key, group in by_key(terms).items()}


def _from_values(part: str, given: object) -> tuple[Term, ...]:
    if not isinstance(given, Mapping):
        raise BadInput(f'"{part}" holds keys with their values: {{"country": ["DK"]}}')
    terms: list[Term] = []
    for name, values in given.items():
        key = _key(str(name))
        for value in values if isinstance(values, list) and values else [values]:
            if not isinstance(value, str):
                told = reprlib.repr(value)
                raise BadInput(f"{key} takes texts such as {EXAMPLES[key]}, not {told}")
            terms.append(Term(key, _checked(key, value)))
    return ordered(terms)


def _not_too_long(line: str) -> str:
    if len(line) > LONGEST:
        raise BadInput(
            f"the criteria are longer than {LONGEST} characters: put these contacts on a list"
            ' and name the list, as in list:"City desk"'
        )
    return line


def _is_everyone(word: str) -> bool:
    if word.casefold() == EVERYONE:
        return True
    if '"' in word or "“" in word or "„" in word:
        raise BadInput(f'cannot read {word!r}: close the quotation mark, as in list:"City desk"')
    key = word.rstrip(":").removeprefix("-")
    if key in set(Key):
        raise BadInput(f"{word!r} names nothing: write it like {key}:{EXAMPLES[Key(key)]}")
    nearest = did_you_mean(word, [EVERYONE, *Key])
    raise BadInput(f"cannot read {word!r}: write terms such as country:DK, or everyone; {nearest}")


def _terms(key: str, values: str) -> list[Term]:
    which = _key(key)
    return [Term(which, _unquoted(which, value)) for value in re.findall(VALUE, values)]


def _key(written: str) -> Key:
    try:
        return Key(written.casefold())
    except ValueError:
        raise BadInput(f"unknown key {written!r}: {did_you_mean(written, Key)}") from None


def _unquoted(key: Key, value: str) -> str:
    if value[0] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    elif value[0] in "“„":
        value = value[1:-1]
    return _checked(key, value)


def _checked(key: Key, value: str) -> str:
    if not value.strip():
        raise BadInput(f"{key} has an empty value: write it like {key}:{EXAMPLES[key]}")
    if NO_TEXT.search(value):
        # JSON can spell what no database keeps.
        raise BadInput(f"{value!r} holds what is in no text, a NUL or half a letter: leave it out")
    return READERS[key](" ".join(value.split()))


def _media_type(value: str) -> str:
    try:
        return MediaType(value.casefold()).value
    except ValueError:
        known = did_you_mean(value, list(MediaType), shown=len(MediaType))
        raise BadInput(f"{value!r} is not a kind of outlet: {known}") from None


READERS: dict[Key, Callable[[str], str]] = {
    Key.LANGUAGE: language_tag,
    Key.OUTLET: _media_type,
    Key.COUNTRY: country_code,
    Key.BEAT: str.lower,
    Key.LIST: str,
    Key.ADDRESS: lambda value: addresses.parse(value).normalised,
}
EXAMPLES = {
    Key.LANGUAGE: "da,en",
    Key.OUTLET: "wire,daily",
    Key.COUNTRY: "DK",
    Key.BEAT: "politics",
    Key.LIST: '"City desk"',
    Key.ADDRESS: "newsdesk@example.org",
}


def _terms_line(terms: Iterable[Term], *, sign: str) -> list[str]:
    return [
        f"{sign}{key}:{','.join(_quoted(term.value) for term in group)}"
        for key, group in by_key(terms).items()
    ]


def _quoted(value: str) -> str:
    if BARE.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
