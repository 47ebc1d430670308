"""Languages by BCP 47 tag: which of those we have suits a reader, how it writes dates, which way
it runs, and the catalogs of fixed words.
"""

import io
import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations

import langcodes
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from langcodes.tag_parser import LanguageTagError

from mailer.errors import BadInput
from mailer.settings import TEMPLATES

TRANSLATIONS = TEMPLATES / "translations"

#: Older or neighbouring tags and what they are read as (standards 8 C-6).
ALIASES = {"no": "nb", "nn": "nb", "sh": "sr-Latn", "mo": "ro", "iw": "he", "sr-ME": "sr-Latn"}
#: CLDR distance up to which a tag still serves: fr-CA reads fr, but hr does not read sr.
CLOSE_ENOUGH = 5
#: "Undetermined" is a valid tag, and no language that anybody reads.
NO_LANGUAGE = "und"
#: How dates are written in a language that CLDR does not know.
OTHERWISE = Locale("en", "GB")
#: CLDR's plain English is American; a press office in Europe writes "4 June 2007".
DATE_LOCALES = {"en": "en_GB"}
#: CLDR has "Thursday, 11 June 2026"; the trade writes it without the comma.
WEEKDAY_DATES = {"en_GB": "EEEE d MMMM y"}
#: What a zone is called in short: BST, MESZ, SELČ; an offset or a whole name is none.
ABBREVIATION = re.compile(r"[^\W\d_]{2,5}")


@cache
def parse(tag: str) -> str:
    """The tag in its canonical form, old tags read as today's.

    Raises BadInput when it is not a BCP 47 tag, or says that the language is undetermined.
    """
    try:
        canonical = langcodes.standardize_tag(tag.strip().replace("_", "-"))
    except LanguageTagError as wrong:
        raise BadInput(
            f"{tag!r} is not a language tag: write it like da, pt-BR or sr-Latn"
        ) from wrong
    if not langcodes.tag_is_valid(canonical):
        raise BadInput(f"{tag!r} is not a known language: write it like da, pt-BR or sr-Latn")
    if canonical.split("-")[0] == NO_LANGUAGE:
        raise BadInput(f"{tag!r} says that the language is unknown: name it like da or pt-BR")
    return ALIASES.get(canonical, canonical)


@cache
def _closest(wanted: str, available: frozenset[str]) -> str | None:
    if wanted in available:
        return wanted
    match = langcodes.closest_match(wanted, sorted(available), max_distance=CLOSE_ENOUGH)[0]
    return None if match == "und" else match


def closest(wanted: str, available: Collection[str]) -> str | None:
    """The one of `available` that a reader of `wanted` reads as her own language, or None.

    pt-BR finds pt and zh-HK finds zh-Hant; hr does not find sr: that is politics, not typing.
    """
    return _closest(parse(wanted), frozenset(available))


def first_match(wanted: Iterable[str], available: Collection[str]) -> tuple[str, str] | None:
    """The first wanted tag that something available serves, as (wanted, available)."""
    for tag in wanted:
        if (match := closest(tag, available)) is not None:
            return tag, match
    return None


@cache
def cover_languages() -> tuple[str, ...]:
    """The languages for which there is a catalog of cover words, sorted."""
    return tuple(sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")))


@cache
def cover_words() -> frozenset[str]:
    """The fixed words of a cover in English, by which each catalog has its own."""
    return _template_words("cover")


@cache
def page_words() -> frozenset[str]:
    """Those of the public pages."""
    return _template_words("page")


def _template_words(context: str) -> frozenset[str]:
    with (TRANSLATIONS / "messages.pot").open("rb") as lines:
        return frozenset(str(one.id) for one in read_po(lines) if one.context == context)


class _Missing(NullTranslations):
    """Words that no catalog has: a fault of ours, better seen in a test than read in English."""

    def pgettext(self, context: str, message: str) -> str:
        raise LookupError(f"the catalogs lack {message!r} ({context})")


@cache
def catalog(tag: str) -> GNUTranslations:
    """The fixed words in that cover language; asking for unknown ones is a LookupError.

    Fuzzy entries are not shipped.
    """
    compiled = io.BytesIO()
    source = TRANSLATIONS / tag / "LC_MESSAGES" / "messages.po"
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=str(locale(tag))), use_fuzzy=False)
    compiled.seek(0)
    words = GNUTranslations(compiled)
    words.add_fallback(_Missing())
    return words


@cache
def known_locale(tag: str) -> Locale | None:
    """The CLDR locale of a tag, the root of its language when CLDR knows no closer one.

    None for the many languages that have a tag and no place in CLDR, such as li and tlh.
    """
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        pass
    try:
        return Locale.parse(parse(tag).split("-")[0])
    except (BadInput, UnknownLocaleError, ValueError):
        return None


def locale(tag: str) -> Locale:
    """The CLDR locale of a tag, British English for a language that CLDR does not know."""
    return known_locale(tag) or OTHERWISE


def direction(tag: str) -> str:
    """`rtl` or `ltr`, as the dir attribute wants it."""
    known = known_locale(tag)
    return str(known.text_direction) if known else "ltr"


def name(tag: str, *, written_in: str) -> str:
    """What the language is called in another one: ("da", written_in="fr") is danois.

    A language that CLDR does not know is called by its tag.
    """
    known = known_locale(tag)
    return (known.get_display_name(str(locale(written_in))) if known else None) or tag


def long_date(day: date, tag: str) -> str:
    """The day with its month as a word and its year, as the language writes it (CLDR long)."""
    return _ordinal(format_date(day, format="long", locale=_date_locale(tag)), tag)


def weekday_date(day: date, tag: str) -> str:
    """The long date with its weekday."""
    pattern = WEEKDAY_DATES.get(_date_locale(tag), "full")
    return _ordinal(format_date(day, format=pattern, locale=_date_locale(tag)), tag)


def digit_date(day: date) -> str:
    """The day in digits as press offices of the continent date their texts: 04.06.2007."""
    return f"{day:%d.%m.%Y}"


def _ordinal(written: str, tag: str) -> str:
    """CLDR has "1 juin"; French writes the first of a month as an ordinal (standards 8 C-2)."""
    return re.sub(r"\b1(?= )", "1er", written, count=1) if tag.startswith("fr") else written


def clock_time(moment: datetime, tag: str) -> str:
    """Hours and minutes of an aware time on the 24-hour clock, as the language writes them."""
    return format_skeleton("Hm", moment, tzinfo=moment.tzinfo, locale=_date_locale(tag))


def zone_abbreviation(moment: datetime, tag: str) -> str:
    """What the zone of an aware time is called in short there, such as CEST; empty in the many
    languages that have no word for it (standards 8 C-3), and where CLDR would say the wrong one.
    """
    if bool(moment.dst()) is not _is_summer(moment):
        # Ireland's winter time is kept as negative summer time: CLDR would call its summer GMT.
        return ""
    short = get_timezone_name(moment, width="short", locale=_date_locale(tag))
    return short if ABBREVIATION.fullmatch(short) else ""


def _is_summer(moment: datetime) -> bool:
    """Whether the clock is ahead of where it stands at another time of that year."""
    others = {
        datetime(moment.year, month, 1, tzinfo=UTC).astimezone(moment.tzinfo).utcoffset()
        for month in range(1, 13)
    }
    offset = moment.utcoffset()
    return any(other is not None and offset is not None and other < offset for other in others)


def _date_locale(tag: str) -> str:
    return DATE_LOCALES.get(tag, str(locale(tag)))
