"""Countries: the two letters of ISO 3166-1 that criteria go by, their names and their clocks."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from babel import Locale

from mailer import clock, languages
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


#: Zones of a country that agree in each week of these years are one clock.
COMPARED_FROM, COMPARED_WEEKS = datetime(2026, 1, 1, 12, tzinfo=UTC), 156


@cache
def zone_of_country(code: str) -> str:
    """The zone of a country whose clocks all show the same time; empty for any other.

    Germany is one of them although Büsingen has a zone of its own; Spain, with its islands, is not.
    """
    names = [name for name in _zones_by_country().get(code, ()) if clock.is_zone(name)]
    clocks = {_offsets(name) for name in names}
    return names[0] if len(clocks) == 1 else ""


def _offsets(zone_name: str) -> tuple[timedelta | None, ...]:
    zone = clock.zone(zone_name)
    weeks = (COMPARED_FROM + timedelta(weeks=number) for number in range(COMPARED_WEEKS))
    return tuple(moment.astimezone(zone).utcoffset() for moment in weeks)


@cache
def _zones_by_country() -> dict[str, list[str]]:
    """The zones of each country, the one most people live in first, as the tz database has them."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    zones: defaultdict[str, list[str]] = defaultdict(list)
    for line in table.splitlines():
        if not line.startswith("#"):
            code, _, name, *_ = line.split("\t")
            zones[code].append(name)
    return dict(zones)
