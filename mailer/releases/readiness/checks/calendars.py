"""Dates that cannot be right, or that two readers read as two days."""

import re
from typing import Final

from mailer import languages
from mailer.releases.readiness import weekdays
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Passage, Reading, Subject
from mailer.releases.readiness.tongues.dates import ARTICLES, Mention, mentions

#: The day and month stand in either order, and the year may have two digits.
DIGITS: Final = re.compile(
    r"(?<![\w./:-])(?P<first>\d{1,2})(?P<sign>[/.-])(?P<second>\d{1,2})"
    r"(?:(?P=sign)(?P<year>\d{4}|\d{2}))?(?![\w/:-]|\.\d)"
)
#: What divides a dateline from the first sentence, and what leads to its date.
DATELINE: Final = re.compile(r"\s*[–—-]\s")
LEADING: Final = re.compile(rf"(?:^|[\s,])(?:{ARTICLES})?\s*$", re.IGNORECASE)
OPENING: Final = 60


def check(subject: Subject) -> Found:
    """Every date of every edition, in the language of the edition."""
    for reading in subject.readings:
        yield from _dateline(reading)
        for passage in reading.passages:
            yield from _weekdays(passage, reading, subject)
            yield from _impossible(passage, reading)
            yield from _digits(passage, reading)


def _weekdays(passage: Passage, reading: Reading, subject: Subject) -> Found:
    around = reading.full.release.dated_on if passage.is_own else None
    language = reading.language
    for clash in weekdays.clashes(passage.words, subject.days, language=language, around=around):
        right = languages.weekday_date(clash.day, "en")
        is_occasion = clash.day in subject.days
        yield finding(
            "wrong-weekday",
            language,
            f"{passage.place} “{clash.written}”",
            f"“{clash.written}” does not fit the occasion, which is on {right}"
            if is_occasion
            else f"“{clash.written}” cannot be: that day is {right}",
            "mend the weekday in the text or the date of the occasion"
            if is_occasion
            else "mend the weekday or the date, or add the year if another one is meant",
        )


def _impossible(passage: Passage, reading: Reading) -> Found:
    for mention in mentions(passage.words, reading.language):
        # A leap year: without a year the 29th of February may be meant.
        if not mention.is_loose and mention.in_year(mention.year or 2000) is None:
            yield finding(
                "no-such-day",
                reading.language,
                f"{passage.place} “{mention.written}”",
                f"there is no day “{mention.written}”",
                "mend the day or the month",
            )


def _digits(passage: Passage, reading: Reading) -> Found:
    for match in DIGITS.finditer(passage.words):
        if _is_ambiguous(match, reading.language):
            yield finding(
                "digit-date",
                reading.language,
                f"{passage.place} “{match[0]}”",
                f"“{match[0]}” is one day to some readers and another to others",
                "write the month as a word, and the year with four digits",
            )


def _is_ambiguous(match: re.Match[str], language: str) -> bool:
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    is_date = min(first, second) >= 1 and max(first, second) <= 31 and min(first, second) <= 12
    is_filled = all(len(match[part] or "") == 2 for part in ("first", "second", "year"))
    if is_date and match["sign"] == "." and is_filled:
        return True
    if not is_date or (match["sign"] == "." and (not year or _has_dots(language))):
        # 3.6 is a number; in German and Finnish 4.6.2026 is a date that all read alike.
        return False
    if not year:
        return match["sign"] == "/" and len(match[0]) == 5 and "0" in match[0]
    return (first != second and max(first, second) <= 12) or len(year) == 2


def _has_dots(language: str) -> bool:
    known = languages.known_locale(language)
    return known is not None and "." in str(known.date_formats["short"].pattern)


def _before(text: str, mention: Mention) -> str:
    """What stands before a date, without what leads to it."""
    return LEADING.sub("", text[: mention.start]).strip(" ,.(–—-،、")


def _dateline(reading: Reading) -> Found:
    """The message sets place and date itself; a text that does so again says them twice."""
    first = next(iter(reading.paragraphs), "")
    place = reading.revision.place or reading.full.release.place
    for mention in mentions(first[: OPENING + 40], reading.language):
        is_opening = (
            mention.start <= OPENING
            and _before(first, mention).casefold() in {"", place.casefold()}
            and DATELINE.match(first, mention.end)
        )
        if is_opening:
            dated_on = reading.full.release.dated_on
            own = languages.long_date(dated_on, "en")
            is_other = mention.near(dated_on) != dated_on
            yield finding(
                "typed-dateline",
                reading.language,
                f"text “{mention.written}”",
                f"the text opens with the date “{mention.written}”"
                + (
                    f", but the release is dated {own}" if is_other else " that stands there anyway"
                ),
                "take place and date out of the text: they are set from place: and date:",
            )
    if any(map(str.isdigit, reading.revision.place)):
        yield finding(
            "typed-dateline",
            reading.language,
            f"place “{reading.revision.place}”",
            "the place of the dateline holds numbers, such as a date or a postal code",
            "write the name of the city alone: the date is set from date:",
        )
