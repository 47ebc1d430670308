"""Countries: the two letters of ISO 3166-1 that outlets and criteria go by, and their names."""

from functools import cache

from babel import Locale

from mailer import languages
from mailer.contacts.suggesting import did_you_mean, spelling
from mailer.errors import BadInput

#: CLDR lists these beside the countries: unions, test codes, "unknown".
NOT_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
#: What people write for a code that ISO gives otherwise.
ALIASES = {"uk": "GB", "el": "GR", "usa": "US", "uae": "AE"}


@cache
def countries() -> dict[str, str]:
    """Each country's code with its English name."""
    return {
        code: str(name)
        for code, name in sorted(Locale("en").territories.items())
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }


@cache
def _by_spelling() -> dict[str, str]:
    names = {spelling(name): code for code, name in countries().items()}
    return names | {code.lower(): code for code in countries()} | ALIASES


def parse_country(text: str) -> str:
    """The two-letter code of a country given by code or English name.

    Raises BadInput for anything else, with the nearest name.
    """
    if code := _by_spelling().get(spelling(text)):
        return code
    known = list(countries()) if len(text.strip()) <= 2 else list(countries().values())
    raise BadInput(f"{text!r} is not a country: write it like DK; {did_you_mean(text, known)}")


def country_name(code: str, *, written_in: str) -> str:
    """What the country is called in a language; the code itself where CLDR has no name."""
    return str(languages.locale(written_in).territories.get(code, code))
