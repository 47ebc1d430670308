"""Criteria: the one readable line that says who gets a release; the same in the shell, in the API
and on the pages.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from mailer import addresses, languages
from mailer.contacts.places import country_name, parse_country
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput
from mailer.models import MediaType

EVERYONE = "everyone"
#: What a database still reads as one condition, and a person as one line.
LONGEST = 4000
#: The top terms of the IPTC Media Topics: the beats that all offices share; others are free tags.
TOP_BEATS = (
    "arts, culture, entertainment and media",
    "conflict, war and peace",
    "crime, law and justice",
    "disaster, accident and emergency incident",
    "economy, business and finance",
    "education",
    "environment",
    "health",
    "human interest",
    "labour",
    "lifestyle and leisure",
    "politics",
    "religion",
    "science and technology",
    "society",
    "sport",
    "weather",
)
QUOTED = r'"(?:\\.|[^"\\])*"|[“„][^“”]*[”“]'
VALUE = rf'(?:{QUOTED}|[^\s,"“„]+)'
TERM = re.compile(
    rf'(?P<minus>-?)(?P<key>[^\s:,"“„]+):(?P<values>{VALUE}(?:\s*,\s*{VALUE})*)(?=\s|$)'
)
BARE = re.compile(r'[^\s,:"“”„\\]+')


class Key(StrEnum):
    """What a term looks at; the order is that of the canonical line."""

    LANGUAGE = "language"
    OUTLET = "outlet"
    COUNTRY = "country"
    BEAT = "beat"
    LIST = "list"
    ADDRESS = "address"


@dataclass(frozen=True)
class Term:
    """One value of one key, such as country:DK."""

    key: Key
    value: str

    def phrase(self) -> str:
        """The term as the reason why somebody is in, such as: list “Cybercrime”."""
        return f"list “{self.value}”" if self.key == Key.LIST else f"{self.key} {self.value}"


@dataclass(frozen=True)
class Criteria:
    """Who is wanted and who is not. Terms of one key are alternatives, different keys narrow."""

    #: Empty: everyone.
    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = field(default=())

    def addresses(self) -> list[str]:
        """The addresses that it narrows down to; none: it does not name any."""
        return [term.value for term in self.wanted if term.key == Key.ADDRESS]

    def line(self) -> str:
        """The canonical line: reading it gives the same criteria."""
        wanted = _terms_line(self.wanted, sign="") or [EVERYONE]
        return " ".join(wanted + _terms_line(self.unwanted, sign="-"))

    def sentence(self) -> str:
        """The same in English words, for whoever has to approve it."""
        wanted = _clauses(self.wanted)
        told = f"journalists and desks {', '.join(wanted)}" if wanted else EVERYONE
        unwanted = _clauses(self.unwanted)
        return f"{told}; but nobody {', nobody '.join(unwanted)}" if unwanted else told


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
    criteria = Criteria(wanted=_ordered(wanted), unwanted=_ordered(unwanted))
    # The canonical line is what is kept and read again; quoting may have made it longer.
    _not_too_long(criteria.line())
    return criteria


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
    try:
        which = Key(key.casefold())
    except ValueError:
        raise BadInput(f"unknown key {key!r}: {did_you_mean(key, Key)}") from None
    return [Term(which, _read(which, value)) for value in re.findall(VALUE, values)]


def _read(key: Key, value: str) -> str:
    if value[0] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    elif value[0] in "“„":
        value = value[1:-1]
    if not value.strip():
        raise BadInput(f"{key} has an empty value: write it like {key}:{EXAMPLES[key]}")
    return READERS[key](" ".join(value.split()))


def _media_type(value: str) -> str:
    try:
        return MediaType(value.casefold()).value
    except ValueError:
        known = did_you_mean(value, list(MediaType), shown=len(MediaType))
        raise BadInput(f"{value!r} is not a kind of outlet: {known}") from None


READERS: dict[Key, Callable[[str], str]] = {
    Key.LANGUAGE: languages.parse,
    Key.OUTLET: _media_type,
    Key.COUNTRY: parse_country,
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


def _ordered(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms by key, values in the order in which they were written, each once."""
    once: dict[tuple[Key, str], Term] = {}
    for term in terms:
        once.setdefault((term.key, spelling(term.value)), term)
    return tuple(sorted(once.values(), key=lambda term: list(Key).index(term.key)))


def by_key(terms: Iterable[Term]) -> dict[Key, list[Term]]:
    """The alternatives of each key."""
    groups: dict[Key, list[Term]] = {}
    for term in terms:
        groups.setdefault(term.key, []).append(term)
    return groups


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


def _clauses(terms: Iterable[Term]) -> list[str]:
    """One clause for each key: "who read Danish or English"."""
    return [
        CLAUSES[key].format(_or([_word(term) for term in group]))
        for key, group in by_key(terms).items()
    ]


CLAUSES = {
    Key.LANGUAGE: "who read {}",
    Key.OUTLET: "whose outlet is {}",
    Key.COUNTRY: "whose market is {}",
    Key.BEAT: "who cover {}",
    Key.LIST: "on the list {}",
    Key.ADDRESS: "at {}",
}
KINDS = {
    MediaType.WIRE: "a news agency",
    MediaType.DAILY: "a daily",
    MediaType.REGIONAL: "a regional paper",
    MediaType.WEEKLY: "a weekly",
    MediaType.MAGAZINE: "a magazine",
    MediaType.TRADE: "a trade title",
    MediaType.RADIO: "a radio station",
    MediaType.TV: "a television station",
    MediaType.ONLINE: "an online title",
    MediaType.BLOG: "a blog",
    MediaType.PODCAST: "a podcast",
    MediaType.NEWSLETTER: "a newsletter",
    MediaType.PHOTO: "a photo agency",
    MediaType.FREELANCE: "none (freelance)",
}


def _word(term: Term) -> str:
    if term.key == Key.LANGUAGE:
        return languages.name(term.value, written_in="en")
    if term.key == Key.OUTLET:
        return KINDS[MediaType(term.value)]
    if term.key == Key.COUNTRY:
        return country_name(term.value, written_in="en")
    return f"“{term.value}”" if term.key == Key.LIST else term.value


def _or(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
