"""Whether the weekdays in a text fit the dates they stand beside, in the text's own language."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from babel import Locale
from babel.dates import get_day_names, get_month_names

from mailer.languages import known_locale

#: What stands between a weekday and its date without changing which day is meant.
ARTICLES = "the|den|dem|le|il|el|lo|la|l['’]|o|a|de|d['’]|di|dne|dnia|dia|día|diena|an"
#: What a language adds to the number of a day.
ORDINALS = r"er|st|nd|rd|th|[ºª°]|-?a|-?e|日|일"
#: What stands between a day and its month.
LINKS = "of|de|d['’]|do|di|ta['’]|i|ב"
#: They write the month as a number with a sign, and no space around a word.
WITHOUT_SPACES: Final = ("zh", "ja", "ko")
SPACE = "[^\\S\n]"


@dataclass(frozen=True)
class Clash:
    """A weekday and a date that cannot both be right."""

    written: str
    #: The date of the occasion that was probably meant.
    day: date


def clashes(text: str, days: Iterable[date], *, language: str) -> list[Clash]:
    """The places where a weekday stands beside one of `days` that is another weekday.

    A date with another year than that of the day is another date, and left alone; so is a text
    in a language whose weekdays CLDR does not know.
    """
    if (names := known_locale(language)) is None:
        return []
    same_date: defaultdict[tuple[int, int], set[date]] = defaultdict(set)
    for day in days:
        same_date[day.month, day.day].add(day)
    plain = _with_plain_digits(text)
    found = []
    for (month, number), meant in same_date.items():
        for match in _mentions(plain, month=month, number=number, names=names):
            year = match["year"] or match["year_first"]
            candidates = {day for day in meant if not year or day.year == int(year)}
            weekday = _weekdays(names).get(match["weekday"].lower())
            fits = weekday is None or weekday in {day.weekday() for day in candidates}
            if candidates and not fits:
                found.append(Clash(text[match.start() : match.end()].strip(), min(candidates)))
    return found


def _mentions(text: str, *, month: int, number: int, names: Locale) -> Iterator[re.Match[str]]:
    for pattern in _patterns(month, number, names):
        yield from pattern.finditer(text)


@cache
def _weekdays(names: Locale) -> dict[str, int]:
    """The weekday that each wide name of CLDR means, Monday being 0."""
    found = {}
    for context in ("format", "stand-alone"):
        for number, name in get_day_names("wide", context, names).items():
            found[unicodedata.normalize("NFC", name).lower()] = number
    return found


@cache
def _patterns(month: int, number: int, names: Locale) -> tuple[re.Pattern[str], ...]:
    """The weekday on the side of the date where the language writes it, or in brackets behind.

    On one side only: in "Monday 11, Tuesday 12 June" each weekday belongs to what follows it.
    """
    is_dense = names.language in WITHOUT_SPACES
    weekday = rf"(?P<weekday>{_either(_weekdays(names))})" + ("" if is_dense else r"(?!\w)")
    in_dates = get_month_names("wide", "format", names)[month]
    alone = get_month_names("wide", "stand-alone", names)[month]
    written = _either({in_dates, alone} | ({f"{month}月", f"{month}월"} if is_dense else set()))
    day = rf"(?<!\d)0?{number}(?:{ORDINALS})?"
    day_first = rf"{day}\.?{SPACE}*(?:(?:{LINKS}){SPACE}*)?(?:{written})(?!\w)"
    month_first = rf"(?:{written}){SPACE}*{day}(?!\d)"
    year = rf"(?:{SPACE}*,?{SPACE}*(?:(?:de|del){SPACE}+)?(?P<year>\d{{4}})(?!\d))?"
    year_first = rf"(?:(?P<year_first>\d{{4}}){SPACE}*[年년]{SPACE}*)?"
    moment = rf"{year_first}(?:{day_first}|{month_first}){year}"
    before = (
        rf"(?<!\w){weekday}(?:{SPACE}*[,،]{SPACE}*|{SPACE}+)(?:(?:{ARTICLES}){SPACE}*)?{moment}"
    )
    behind = rf"{moment}(?:{SPACE}+d\b)?(?:\.?,)?{SPACE}*{weekday}"
    in_brackets = rf"{moment}{SPACE}*[(（]{SPACE}*{weekday}{SPACE}*[)）]"
    beside = behind if _writes_weekday_last(names) else before
    return re.compile(beside, re.IGNORECASE), re.compile(in_brackets, re.IGNORECASE)


def _writes_weekday_last(names: Locale) -> bool:
    pattern = str(names.date_formats["full"].pattern)
    return max(pattern.find("EEEE"), pattern.find("cccc")) > pattern.find("d")


def _either(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(unicodedata.normalize("NFC", word)) for word in longest_first)


def _with_plain_digits(text: str) -> str:
    """The same text with 0 to 9 in place of the digits of other scripts."""
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
