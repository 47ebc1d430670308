"""Dates in words: a day and its month as CLDR writes them, with or without a year and a weekday."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, Literal

from babel import Locale
from babel.dates import get_day_names, get_month_names

from mailer.languages import known_locale
from mailer.releases.readiness.tongues.words import either, read

#: What stands between a weekday and its date without changing which day is meant.
ARTICLES = "the|den|dem|le|il|el|lo|la|l['’]|o|a|de|d['’]|di|dne|dnia|dia|día|diena|an"
#: What a language adds to the number of a day.
ORDINALS = r"er|st|nd|rd|th|[ºª°]|-?a|-?e|日|일"
#: What stands between a day and its month.
LINKS = "of|de|d['’]|do|di|ta['’]|i|ב"
#: They write the month as a number with a sign, and no space around a word.
WITHOUT_SPACES: Final = ("zh", "ja", "ko")
SPACE = "[^\\S\n]"
#: What stands between a year and a month where the year comes first.
YEAR_FIRST: Final = {"hu": r"\.", "lt": r"m\.", "lv": rf"\.{SPACE}*gada"}
DAY = r"(?<!\d)0?(?P<{name}>3[01]|[12]\d|[1-9])"
#: A month is a name only from so many letters on.
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Mention:
    """A date in a text; the weekday is the one that is written, Monday being 0."""

    start: int
    end: int
    written: str
    day: int
    month: int
    year: int | None = None
    weekday: int | None = None
    #: Whether the number may as well belong to what follows it, as in "in March 30 people".
    is_loose: bool = False

    def in_year(self, year: int) -> date | None:
        """The date in that year, None where that year has no such day."""
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    def near(self, day: date) -> date | None:
        """The date that is meant in a text of that day: its own year, else the nearest."""
        if self.year is not None:
            return self.in_year(self.year)
        years = (day.year - 1, day.year, day.year + 1)
        known = [one for year in years if (one := self.in_year(year))]
        return min(known, key=lambda one: abs((one - day).days), default=None)


def mentions(text: str, language: str) -> list[Mention]:
    """All dates of a text in words, in order; none in a language that CLDR does not know."""
    return list(_found(text, language, "plain"))


def with_weekdays(text: str, language: str) -> list[Mention]:
    """The dates that a weekday stands beside."""
    found = [*_found(text, language, "beside"), *_found(text, language, "in brackets")]
    return sorted(found, key=lambda one: one.start)


def _found(
    text: str, language: str, where: Literal["plain", "beside", "in brackets"]
) -> Iterator[Mention]:
    if (names := known_locale(language)) is None:
        return
    for match in _pattern(names, where).finditer(_with_plain_digits(text)):
        yield _mention(match, text, names)


def _mention(match: re.Match[str], text: str, names: Locale) -> Mention:
    groups = match.groupdict()
    year = groups["year"] or groups["year_first"]
    day, month = groups["day_a"] or groups["day_b"], groups["month_a"] or groups["month_b"]
    weekday = groups.get("weekday")
    return Mention(
        match.start(),
        match.end(),
        text[match.start() : match.end()].strip(),
        int(day),
        _months(names)[_bare(month)],
        int(year) if year else None,
        _weekdays(names).get(_bare(weekday)) if weekday else None,
        is_loose=bool(groups["day_b"]) and not (year or weekday),
    )


def _bare(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()


@cache
def _weekdays(names: Locale) -> dict[str, int]:
    """The weekday that each wide name means, Monday being 0, and each form that we know of it."""
    forms = read("weekday_forms")
    own = forms.get(str(names).replace("_", "-")) or forms.get(names.language)
    found = {}
    for context in ("format", "stand-alone"):
        for number, name in get_day_names("wide", context, names).items():
            found[_bare(name)] = number
    return found | (own if isinstance(own, dict) else {})


@cache
def _months(names: Locale) -> dict[str, int]:
    found = {}
    for width in ("abbreviated", "wide"):
        for context in ("stand-alone", "format"):
            for number, name in get_month_names(width, context, names).items():
                if width == "wide" or len(name.rstrip(".")) >= SHORTEST_NAME:
                    found[_bare(name).rstrip(".")] = number
    if names.language in WITHOUT_SPACES:
        found |= {f"{number}{sign}": number for number in range(1, 13) for sign in "月월"}
    if names.language == "en":
        # Britain and the press write it so, CLDR has "Sep" alone.
        found["sept"] = 9
    return {name: number for name, number in found.items() if not name.isdigit()}


@cache
def _pattern(names: Locale, where: str) -> re.Pattern[str]:
    """The weekday on the side of the date where the language writes it, or in brackets behind.

    On one side only: in "Monday 11, Tuesday 12 June" each weekday belongs to what follows it.
    """
    moment = _moment(names)
    is_dense = names.language in WITHOUT_SPACES
    weekday = rf"(?P<weekday>{either(_weekdays(names))})" + ("" if is_dense else r"(?!\w)")
    if where == "plain":
        pattern = moment
    elif where == "in brackets":
        pattern = rf"{moment}{SPACE}*[(（]{SPACE}*{weekday}{SPACE}*[)）]"
    elif _writes_weekday_last(names):
        pattern = rf"{moment}(?:{SPACE}+d\b)?(?:\.?,)?{SPACE}*{weekday}"
    else:
        gap = rf"(?:{SPACE}*[,،]{SPACE}*|{SPACE}+)(?:(?:{ARTICLES}){SPACE}*)?"
        pattern = rf"(?<!\w){weekday}{gap}{moment}"
    return re.compile(pattern, re.IGNORECASE)


def _moment(names: Locale) -> str:
    """A day and a month in either order, and a year on either side."""
    month = rf"(?P<{{name}}>{either(_months(names))})"
    # Without spaces 11月 would else be read as the first of a month: 1月.
    before = r"(?<!\d)" if names.language in WITHOUT_SPACES else r"(?<!\w)"
    number = rf"{DAY.format(name='day_a')}(?:{ORDINALS})?"
    link = rf"\.?{SPACE}*(?:(?:{LINKS}){SPACE}*)?"
    day_first = rf"{number}{link}{month.format(name='month_a')}(?!\w)"
    # In "June 24/7" and "March 30%" the number is no day.
    rest = rf"(?:{ORDINALS})?(?![\d/%])"
    month_first = (
        rf"{before}{month.format(name='month_b')}\.?{SPACE}*{DAY.format(name='day_b')}{rest}"
    )
    year = rf"(?:{SPACE}*,?{SPACE}*(?:(?:de|del){SPACE}+)?(?P<year>\d{{4}})(?!\d))?"
    sign = YEAR_FIRST.get(names.language, "[年년]")
    year_first = rf"(?:(?P<year_first>\d{{4}}){SPACE}*{sign}{SPACE}*)?"
    return rf"{year_first}(?:{day_first}|{month_first}){year}"


def _writes_weekday_last(names: Locale) -> bool:
    pattern = str(names.date_formats["full"].pattern)
    return max(pattern.find("EEEE"), pattern.find("cccc")) > pattern.find("d")


def _with_plain_digits(text: str) -> str:
    """The same text with 0 to 9 in place of the digits of other scripts."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
