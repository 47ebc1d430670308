"""The line that greets a reader, and the one that closes a text that greets: by the rules of each
language, without guessing anybody's gender, and without a case that nobody has written down
(standards 9).
"""

import json
import re
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from mailer.contacts.importing.values.words import spellings
from mailer.languages import TRANSLATIONS, closest
from mailer.models.contacts import SalutationForm, written_name

#: What stands before the @ of a box that several people read, beside the words for desks.
BOXES = frozenset({"agenda", "hello", "kontakt", "mail", "politik", "redac", "service", "vakt"})
#: What may be missing without the line falling back.
OPTIONAL = frozenset({"title"})
#: Between words of a local part.
BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Person:
    """What a greeting may say of somebody; the parts of the name as they are kept."""

    title: str = ""
    given_name: str = ""
    particle: str = ""
    family_name: str = ""
    family_name_first: bool = False
    patronymic: str = ""
    #: The name as a letter calls it, in the case that her own language asks for.
    vocative: str = ""
    #: One of SalutationForm; a word of before is read as neutral.
    form: str = SalutationForm.NEUTRAL
    #: Whole lines, by language: they win.
    lines: Mapping[str, str] = field(default_factory=dict)
    #: What the person reads, in order: the vocative is of the first.
    languages: tuple[str, ...] = ()


def greeting(language: str, person: Person | None, *, email: str = "") -> str:
    """The line in that cover language; empty for who is not to be greeted.

    A desk, and whoever reads a box of several, is greeted without a name (G-4).
    """
    if person is None or is_shared(email):
        return _patterns()[language]["neutral"]
    if person.form == SalutationForm.NONE:
        return ""
    match = closest(language, person.lines) if person.lines else None
    return (person.lines[match] if match else "") or _by_rule(language, person)


def closing(language: str) -> str:
    """The words that close a text whose reader was greeted."""
    return _patterns()[language]["closing"]


def is_shared(email: str) -> bool:
    """Whether the address is called like a desk, such as redaktion@ or news.berlin@."""
    local = _folded(email.rpartition("@")[0])
    words, endings = _box_words()
    return any(word in words or word.endswith(endings) for word in BETWEEN.split(local) if word)


def _by_rule(language: str, person: Person) -> str:
    """The first line that says nothing we do not know; the last one names nobody."""
    patterns, values = _patterns()[language], _values(language, person)
    gendered = [person.form] if person.form in {SalutationForm.FEMALE, SalutationForm.MALE} else []
    lines = (_filled(patterns[form], values) for form in (*gendered, "unknown", "neutral"))
    return next(line for line in lines if line)


def _values(language: str, person: Person) -> dict[str, str]:
    given, particle, family = person.given_name, person.particle, person.family_name
    name = written_name(given, particle, family, family_first=person.family_name_first)
    if language == "nl":
        # Without the given name before it: "heer Van Dijk", but "Jan van Dijk" (standards 9).
        particle = particle[:1].upper() + particle[1:]
    return {
        "name": name if given and family else "",
        "first": given,
        "last": f"{particle} {family}".strip() if family else "",
        "title": person.title,
        "patronymic": person.patronymic,
        "called": person.vocative if _is_own(language, person) else "",
    }


def _is_own(language: str, person: Person) -> bool:
    """Whether it is the language of her vocative."""
    return not person.languages or closest(person.languages[0], [language]) is not None


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    """The line; empty when something is missing that it needs."""
    names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name}
    if not all(values[name] for name in names - OPTIONAL):
        return ""
    return re.sub(" {2,}", " ", pattern.format(**values)).strip()


@cache
def _patterns() -> dict[str, dict[str, str]]:
    """By language: for desks, for people, for women and men, and the closing words."""
    text = (TRANSLATIONS / "greetings.json").read_text(encoding="utf-8")
    patterns: dict[str, dict[str, str]] = json.loads(text)
    return patterns


@cache
def _box_words() -> tuple[frozenset[str], tuple[str, ...]]:
    words = spellings("desk_words") | spellings("desk_phrases")
    return BOXES | frozenset(map(_folded, words)), tuple(map(_folded, spellings("desk_endings")))


def _folded(text: str) -> str:
    """Without marks: mailboxes write szerkesztoseg for szerkesztőség."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
