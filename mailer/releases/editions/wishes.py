"""Languages that speak for a recipient, in order, and which of those that are there serves first
of all.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from babel.core import get_global
from babel.languages import get_official_languages

from mailer.languages import closest, parse
from mailer.languages import name as language_name

#: The language of the rules that we print.
PLAIN = "en"
#: Of a hundred people in a country, so many at least use a language that serves as everybody's.
NEARLY_ALL = 80


@dataclass(frozen=True)
class Wish:
    """Languages that speak for a recipient, and how a rule says whose they are."""

    whose: str
    tags: tuple[str, ...]


@cache
def market_languages(country: str) -> tuple[str, ...]:
    """The official languages of a country by CLDR, none for an unknown one."""
    if not country:
        return ()
    official = get_official_languages(country.upper(), regional=False, de_facto=True)
    return tuple(dict.fromkeys(map(parse, official)))


@cache
def common_languages(country: str) -> tuple[str, ...]:
    """Those of them that nearly everybody there uses by CLDR: Spanish in Spain, none in Belgium."""
    used = get_global("territory_languages").get(country.upper(), {})
    common = {parse(tag) for tag, how in used.items() if how["population_percent"] >= NEARLY_ALL}
    return tuple(tag for tag in market_languages(country) if tag in common)


def personal(languages: Sequence[str], outlet_languages: Sequence[str]) -> Iterator[Wish]:
    """The person's own, and what the outlet publishes in."""
    yield Wish("reads", tuple(languages))
    yield Wish("outlet publishes in", tuple(outlet_languages))


def for_an_edition(
    languages: Sequence[str],
    outlet_languages: Sequence[str],
    *,
    country: str,
    defaults: tuple[str, str],
) -> list[Wish]:
    """All that speaks for an edition, in the order of R3; `defaults` are the languages of the
    office and of the source.

    Where we know what somebody reads, a language of only a part of the market is a worse guess
    than the office's: it comes last (decision 0017).
    """
    asked = {*languages, *outlet_languages}
    market = tuple(tag for tag in market_languages(country) if tag not in asked)
    common = tuple(tag for tag in market if not asked or tag in common_languages(country))
    rest = tuple(tag for tag in market if tag not in common)
    whose = f"market {country.upper()} reads"
    office, source = defaults
    return [
        *personal(languages, outlet_languages),
        Wish(whose, common),
        Wish("office default", (office,)),
        Wish("source language", (source,)),
        Wish(whose, rest),
    ]


def first_served(
    wishes: Sequence[Wish], available: Collection[str], *, missing: str
) -> tuple[str, str] | None:
    """The language that serves the first wish that can be served, and the rule as a sentence."""
    said: list[str] = []
    refused: dict[str, None] = {}
    for wish in wishes:
        unserved: list[str] = []
        for tag in wish.tags:
            if match := closest(tag, available):
                said += _unserved(wish, unserved, refused, missing=missing)
                said.append(f"{wish.whose} {tag}" + (f" ({match})" if match != tag else ""))
                return match, "; ".join(said)
            unserved.append(tag)
        said += _unserved(wish, unserved, refused, missing=missing)
    return None


def _unserved(
    wish: Wish, tags: Sequence[str], refused: dict[str, None], *, missing: str
) -> Iterator[str]:
    """What a rule says of languages that nothing serves: each is named once as missing."""
    if tags:
        yield f"{wish.whose} {', '.join(tags)}"
    names = [language_name(tag, written_in=PLAIN) for tag in tags if tag not in refused]
    if names:
        yield f"no {' or '.join(names)} {missing}"
    refused.update(dict.fromkeys(tags))
