"""Names of persons as they are written in one cell. What is not sure stays whole: a wrong part of a
name in a salutation is worse than none.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from mailer.contacts.importing.values.words import folded, spellings

TITLES, SUFFIXES = spellings("titles"), spellings("suffixes")
PARTICLES, BETWEEN_PEOPLE = spellings("particles"), spellings("between_people")
DESK_WORDS = frozenset(map(folded, spellings("desk_words")))
DESK_PHRASES = frozenset(map(folded, spellings("desk_phrases")))
#: Words that make two words something else than a given and a family name.
NO_NAMES = (
    TITLES
    | SUFFIXES
    | PARTICLES
    | BETWEEN_PEOPLE
    | {word for p in DESK_PHRASES for word in p.split()}
)
DESK_ENDINGS = tuple(map(folded, spellings("desk_endings")))
PATRONYMIC = re.compile(rf"\w+(?:{'|'.join(spellings('patronymic_endings'))})", re.IGNORECASE)
INITIAL = re.compile(r"\w\.(?:-?\w\.)*|\w")
#: Names in the scripts of China, Japan and Korea begin with the family.
FAMILY_FIRST = re.compile("[\u3400-\u9fff\uac00-\ud7af]+ [\u3400-\u9fff\uac00-\ud7af]+")
NO_NAME = re.compile(r"[\d/@;|]")
NICKNAME = re.compile(r"\s+(?:\([^()]*\)|\"[^\"]*\"|“[^”]*”)")


class PersonName(NamedTuple):
    """The parts of a name that are sure. In doubt `family_name` is the name as it was typed."""

    typed: str
    given_name: str = ""
    family_name: str = ""
    particle: str = ""
    patronymic: str = ""
    title: str = ""
    suffix: str = ""
    family_name_first: bool = False
    #: What is named is a desk, such as "Redaktion" or "News desk".
    is_desk: bool = False
    #: The parts are not known, or it may be two persons.
    in_doubt: bool = False


def read_full_name(text: str) -> PersonName:
    """The parts of a whole name, as far as they are sure. Nothing is refused or left out."""
    words = text.split()
    if len(words) == 2 and all(map(_is_plain, words)):
        return PersonName(text, given_name=words[0], family_name=words[1])
    if any(map(_is_desk_word, words)) or folded(text) in DESK_PHRASES:
        return PersonName(text, is_desk=True)
    words, title = _without_titles(words)
    if len(words) > 2 and words[-2].endswith(",") and words[-1].casefold() in SUFFIXES:
        words[-2] = words[-2].rstrip(",")
    words, suffix = _without_suffixes(words)
    name = _parts(text, " ".join(words))
    if name.in_doubt:
        return name
    return name._replace(title=title, suffix=suffix) if title or suffix else name


@lru_cache(maxsize=65536)
def _is_plain(word: str) -> bool:
    """A word such as Eva or Lund, that is nothing else than a name."""
    if not (word.istitle() and word.isalpha()):
        return False
    small = word.casefold()
    if small in NO_NAMES:
        return False
    if word.isascii():
        return small not in DESK_WORDS and not small.endswith(DESK_ENDINGS)
    return not _is_desk_word(word) and not FAMILY_FIRST.search(f"{word} {word}")


def read_family_name(text: str) -> PersonName:
    """A family name; some feeds write "Family, Given" into its cell."""
    if text.count(",") == 1 and (name := _after_comma(text, text)):
        return name
    return PersonName(text, family_name=text)


@lru_cache(maxsize=65536)
def _is_desk_word(word: str) -> bool:
    return any(part in DESK_WORDS or part.endswith(DESK_ENDINGS) for part in folded(word).split())


def _without_titles(words: list[str]) -> tuple[list[str], str]:
    count = 0
    while count < len(words) - 1 and words[count].casefold() in TITLES:
        count += 1
    return words[count:], " ".join(words[:count])


def _without_suffixes(words: list[str]) -> tuple[list[str], str]:
    count = 0
    while count < len(words) - 1 and words[-1 - count].rstrip(",").casefold() in SUFFIXES:
        count += 1
    kept = words[: len(words) - count]
    return kept, " ".join(words[len(kept) :])


def _parts(typed: str, text: str) -> PersonName:
    if "," in text:
        name = _after_comma(typed, text) if text.count(",") == 1 else None
        return name or _whole(typed)
    if not text.isascii() and FAMILY_FIRST.fullmatch(text):
        family, given = text.split()
        return PersonName(typed, given_name=given, family_name=family, family_name_first=True)
    words = NICKNAME.sub("", text).split()
    if any(word.casefold() in BETWEEN_PEOPLE for word in words) or not _is_name(text):
        return _whole(typed)
    if len(words) < 2:
        return PersonName(typed, family_name=text)
    return _in_capitals(typed, words) or _with_particle(typed, words) or _in_order(typed, words)


def _is_name(text: str) -> bool:
    return NO_NAME.search(text) is None


def _whole(typed: str) -> PersonName:
    return PersonName(typed, family_name=typed, in_doubt=True)


def _after_comma(typed: str, text: str) -> PersonName | None:
    """ "Family, Given"; None when it is something else, such as "Eva Lund, Berlin bureau chief"."""
    family, _, given = (part.strip() for part in text.partition(","))
    family_words, given_words = family.split(), given.split()
    if not family_words or not given_words or len(given_words) > 3 or not _is_name(text):
        return None
    particle, rest = _leading_particle(family_words)
    if len(rest) > 2:
        return None
    return PersonName(typed, given_name=given, family_name=" ".join(rest), particle=particle)


def _leading_particle(words: list[str]) -> tuple[str, list[str]]:
    """Particles in small letters; "Van den Berg" with a capital is a family name as it stands."""
    count = 0
    while count < len(words) - 1 and words[count] in PARTICLES:
        count += 1
    return " ".join(words[:count]), words[count:]


def _in_capitals(typed: str, words: list[str]) -> PersonName | None:
    """ "LUND Eva" or "Eva LUND": the family in capitals, on either side."""
    if not any(map(str.isupper, words)):
        return None
    capital = [_is_capital(word) for word in words]
    first = next((at for at, big in enumerate(capital) if big), 0)
    last = len(words) - next((at for at, big in enumerate(reversed(capital)) if big), 0)
    if not any(capital) or all(capital) or not all(capital[first:last]):
        return None
    if first > 0 and last < len(words):
        return None
    family, given = words[first:last], words[:first] + words[last:]
    if len(family[0]) < 3 and len(family) == 1:
        # JK Rowling has initials, LI Wei a family: nobody can know.
        return _whole(typed)
    particle, given = _trailing_particle(given) if first else ("", given)
    return PersonName(
        typed, given_name=" ".join(given), family_name=" ".join(family), particle=particle
    )


def _is_capital(word: str) -> bool:
    letters = word.replace("-", "").replace("'", "").replace("’", "")
    return len(letters) > 1 and letters.isalpha() and letters.isupper()


def _trailing_particle(words: list[str]) -> tuple[str, list[str]]:
    count = 0
    while count < len(words) - 1 and words[-1 - count] in PARTICLES:
        count += 1
    kept = len(words) - count
    return " ".join(words[kept:]), words[:kept]


def _with_particle(typed: str, words: list[str]) -> PersonName | None:
    """ "Ursula von der Leyen"; with many names after the particle the parts are not sure."""
    if words[0].casefold() in PARTICLES:
        # "van Gogh" lacks the given name; "Van Morrison" does not, and nobody can know.
        particle, family = _leading_particle(words)
        name = PersonName(typed, family_name=" ".join(family), particle=particle)
        return name if particle and len(family) == 1 else _whole(typed)
    start = next((at for at, word in enumerate(words) if at and word.casefold() in PARTICLES), 0)
    if not start or start == len(words) - 1:
        return None
    particle, family = _leading_particle(words[start:])
    if start > 2 or len(family) - sum(word.casefold() in PARTICLES for word in family) > 2:
        return _whole(typed)
    return PersonName(
        typed,
        given_name=" ".join(words[:start]),
        family_name=" ".join(family),
        particle=particle,
    )


def _in_order(typed: str, words: list[str]) -> PersonName:
    if len(words) == 2:
        return PersonName(typed, given_name=words[0], family_name=words[1])
    if len(words) == 3 and PATRONYMIC.fullmatch(words[2]):
        family, given, patronymic = words
        return PersonName(typed, given_name=given, family_name=family, patronymic=patronymic)
    if len(words) == 3 and PATRONYMIC.fullmatch(words[1]):
        given, patronymic, family = words
        return PersonName(typed, given_name=given, family_name=family, patronymic=patronymic)
    if all(INITIAL.fullmatch(word) for word in words[1:-1]):
        return PersonName(typed, given_name=" ".join(words[:-1]), family_name=words[-1])
    return _whole(typed)
