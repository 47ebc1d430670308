"""Countries, from codes of two or three letters, names in any language that we write covers in, and
the old and short forms that databases of contacts use.
"""

from functools import cache
from itertools import chain

from babel.core import get_global

from mailer.contacts.importing.values import cldr_names
from mailer.contacts.importing.values.words import folded, vocabulary
from mailer.contacts.places import ALIASES, countries
from mailer.errors import BadInput

#: Names that two countries share: which one is meant nobody can know.
SHARED = ("congo", "kongo", "korea", "coree", "virgin islands")
#: The letters on cars, where they are no code of ISO: people write D and A for their neighbours.
ON_CARS = {
    "a": "AT",
    "b": "BE",
    "d": "DE",
    "e": "ES",
    "f": "FR",
    "h": "HU",
    "i": "IT",
    "j": "JP",
    "l": "LU",
    "m": "MT",
    "n": "NO",
    "p": "PT",
    "s": "SE",
    "v": "VA",
    "cdn": "CA",
    "fl": "LI",
    "irl": "IE",
    "nmk": "MK",
    "rks": "XK",
    "rl": "LB",
    "rok": "KR",
    "rsm": "SM",
    "slo": "SI",
    "scv": "VA",
    "gbz": "GI",
    "gbj": "JE",
    "gbg": "GG",
    "gbm": "IM",
    "eak": "KE",
    "wan": "NG",
}
#: A country's flag is its two letters, moved to this place.
FLAG_A, FLAG_Z = 0x1F1E6, 0x1F1FF


def read_country(text: str) -> str:
    """The two letters of a country. Raises BadInput for what is none, with the nearest name."""
    if code := find_country(text):
        return code
    near = cldr_names.nearest(text, _by_name())
    raise BadInput(
        f"{text!r} is not a country that we know: write its two letters or its English name, such"
        f" as DK or Denmark{'; ' + near if near else ''}"
    )


def find_country(text: str) -> str:
    """The two letters of a country by its code, name or flag; empty when it is none."""
    for written in (text, _once(text), text.partition("(")[0], text.removeprefix("the ")):
        if code := _by_name().get(folded(written)):
            return code
    return _of_flag(text)


def _once(text: str) -> str:
    """Half of a text that says everything twice, as in United StatesUnited States."""
    letters = folded(text).replace(" ", "")
    half = len(letters) // 2
    if not half or letters[:half] != letters[half:]:
        return text
    return next((text[:n] for n in range(len(text)) if _letters(text[:n]) == half), text)


def _letters(text: str) -> int:
    return len(folded(text).replace(" ", ""))


def _of_flag(text: str) -> str:
    if len(text) != 2 or not all(FLAG_A <= ord(letter) <= FLAG_Z for letter in text):
        return ""
    code = "".join(chr(ord(letter) - FLAG_A + ord("A")) for letter in text)
    return code if code in countries() else ""


@cache
def _by_name() -> dict[str, str]:
    """Codes and names by their spelling; where two say different things, the later word counts."""
    known = countries()
    named = (
        (name, code)
        for name, code in cldr_names.from_cover_languages("territories")
        if code in known
    )
    names = (
        ON_CARS
        | cldr_names.agreed(chain(named, _own_forms()))
        | cldr_names.agreed((name, code) for code, name in known.items())
        | dict(_own_forms())
        | _codes()
    )
    return {name: code for name, code in names.items() if name not in SHARED}


def _own_forms() -> list[tuple[str, str]]:
    return [(folded(name), code) for code, names in vocabulary("country").items() for name in names]


def _codes() -> dict[str, str]:
    known = countries()
    three = {
        old.lower(): new[0]
        for old, new in get_global("territory_aliases").items()
        if len(old) == 3 and old.isalpha() and len(new) == 1 and new[0] in known
    }
    return three | {code.lower(): code for code in known} | ALIASES
