"""Days in a cell, where it is sure which is meant; and names of time zones."""

import re
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from mailer import clock, languages
from mailer.contacts.importing.values.cldr_names import agreed
from mailer.contacts.importing.values.words import folded
from mailer.errors import BadInput

#: 2026-06-04, 2026/6/4, 2026. 06. 04., 20260604, each with a time behind it or not.
YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?:(?P<sep>[-/.]) ?(?P<month>\d{1,2})(?P=sep) ?(?P<day>\d{1,2})\.?"
    r"|(?P<month2>\d{2})(?P<day2>\d{2}))(?:[T ]\d{1,2}:\d{2}.*)?"
)
YEAR_LAST = re.compile(
    r"(?P<first>\d{1,2})(?P<sep>[-/.]) ?(?P<second>\d{1,2})(?P=sep) ?(?P<year>\d{4})"
    r"(?:[T ,]+\d{1,2}:\d{2}.*)?"
)
NUMBER = re.compile(r"\d+")
ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|o|e|º|ª|-?го)?\b", re.IGNORECASE)
LONGEST_JOINT = 3
LIKE = "write it like 2026-06-04"


def read_date(text: str) -> date:
    """The day. Raises BadInput for what is no day, or may be two, as 04/06/2026 is."""
    if match := YEAR_FIRST.fullmatch(text):
        month, day = match["month"] or match["month2"], match["day"] or match["day2"]
        return _day(text, int(match["year"]), int(month), int(day))
    if match := YEAR_LAST.fullmatch(text):
        return _day(text, int(match["year"]), *_month_and_day(text, match))
    return _with_a_word(text)


def _month_and_day(text: str, match: re.Match[str]) -> tuple[int, int]:
    first, second = int(match["first"]), int(match["second"])
    if first == second or second > 12:
        return first, second
    if first > 12:
        return second, first
    raise BadInput(f"{text!r} may be two days, the month is not sure: {LIKE}")


def _with_a_word(text: str) -> date:
    """The day with its month as a word: 4. juni 2007, June 4, 2007, 4 de junho de 2007."""
    numbers = NUMBER.findall(text)
    words = _words(text)
    found = {month for word in words if (month := _months().get(word))}
    others = [word for word in words if word not in _months() and word not in _weekdays()]
    # "4 de junho de 2007" is a day, "the meeting of 4 June 2007" is something else.
    if (
        len(found) != 1
        or any(len(word) > LONGEST_JOINT for word in others)
        or len(numbers) != 2
        or sorted(map(len, numbers))[1] != 4
    ):
        raise BadInput(f"{text!r} is not a day that we can read: {LIKE}")
    year, day = sorted(map(int, numbers), key=lambda number: number < 1000)
    return _day(text, year, found.pop(), day)


def _words(text: str) -> list[str]:
    return folded(ORDINAL.sub(" ", NUMBER.sub(" ", text))).split()


def _day(text: str, year: int, month: int, day: int) -> date:
    if not clock.EARLIEST_YEAR <= year <= clock.LATEST_YEAR:
        raise BadInput(f"{text!r}: the year {year} cannot be meant: check the date")
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput(f"{text!r} is not a day of the calendar: {LIKE}") from None


@cache
def _months() -> dict[str, int]:
    """The months' names in all cover languages; listopad is October in one and November in two."""
    return {
        name: int(month)
        for name, month in agreed(
            (name, str(month))
            for tag in languages.cover_languages()
            for forms in languages.locale(tag).months.values()
            for width in ("wide", "abbreviated")
            for month, name in forms[width].items()
        ).items()
        if not name.isdecimal()
    }


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(
        folded(name)
        for tag in languages.cover_languages()
        for forms in languages.locale(tag).days.values()
        for name in forms["wide"].values()
    )


def read_zone(text: str) -> str:
    """The zone's name as the tz database writes it. Raises BadInput for any other."""
    if name := _zones().get(text.casefold().replace(" ", "_")):
        return name
    clock.zone(text)
    raise BadInput(f"unknown time zone {text!r}: give an IANA name such as Europe/Copenhagen")


@cache
def _zones() -> dict[str, str]:
    """Without what stands for the zone of this machine."""
    return {
        name.casefold(): name
        for name in available_timezones()
        if name not in ("localtime", "posixrules", "Factory")
    }
