"""Clock times in a text, the zones that stand beside them, and the hours that summer time skips or
repeats.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from mailer import clock

#: What a zone is called in winter or in summer: where it holds, and its minutes east of UTC.
ZONES: Final = {
    "GMT": ("Europe/London", 0),
    "BST": ("Europe/London", 60),
    "WET": ("Europe/Lisbon", 0),
    "WEST": ("Europe/Lisbon", 60),
    "CET": ("Europe/Paris", 60),
    "CEST": ("Europe/Paris", 120),
    "MEZ": ("Europe/Berlin", 60),
    "MESZ": ("Europe/Berlin", 120),
    "HNEC": ("Europe/Paris", 60),
    "HAEC": ("Europe/Paris", 120),
    "SEČ": ("Europe/Prague", 60),
    "SELČ": ("Europe/Prague", 120),
    "EET": ("Europe/Athens", 120),
    "EEST": ("Europe/Athens", 180),
    "EDT": ("America/New_York", -240),
    "PDT": ("America/Los_Angeles", -420),
}
#: The same name is used all year, or elsewhere without summer time: only here is it a mistake.
ONLY_AT_HOME: Final = {
    "GMT": ("Europe/London", "Europe/Belfast", "Europe/Jersey", "Europe/Guernsey")
}
HALF = r"(?P<{0}>[ap])\.?{1}m\b\.?"
SPACE = "[^\\S\n]"
#: A dot divides an hour only beside am, Uhr or a word for "at": 9.30 may be any number.
AT = r"kl\.?|klo|klokken|klukkan|kell|um|ab|at|from|until|to|alle|ore|ora|ob|o|от|в|у|la|plkst\.?"
TIME: Final = re.compile(
    rf"(?<![\d.,:/])(?:(?P<hour>[01]?\d|2[0-4])(?:(?P<sign>[:h])|{SPACE}h{SPACE}|(?P<dot>\.))"
    rf"(?P<minute>[0-5]\d)(?![\d]|[.:,]\d){SPACE}?(?:{HALF.format('half', SPACE + '?')})?"
    rf"|(?P<full>1[0-2]|[1-9]){SPACE}?{HALF.format('full_half', SPACE + '?')})",
    re.IGNORECASE,
)
BEFORE_DOT: Final = re.compile(rf"(?:^|\W)(?:{AT}){SPACE}*$", re.IGNORECASE)
AFTER_DOT: Final = re.compile(rf"{SPACE}*(?:Uhr|uur|h\b|{'|'.join(ZONES)})")
ZONE_BESIDE: Final = re.compile(rf"{SPACE}*[(,]?{SPACE}*(?P<zone>{'|'.join(ZONES)})(?!\w)")


@dataclass(frozen=True)
class ClockTime:
    """A time of day in a text, with the zone that stands beside it, if one does."""

    start: int
    end: int
    written: str
    at: time
    zone: str = ""
    #: Whether it was written on the clock of 24 hours, and so cannot be its twin of the afternoon.
    is_whole: bool = True


def clock_times(text: str) -> list[ClockTime]:
    """All clock times of a text; a dot between two numbers is one only beside a word for it."""
    return list(_clock_times(text))


def _clock_times(text: str) -> Iterator[ClockTime]:
    for match in TIME.finditer(text):
        half = (match["half"] or match["full_half"] or "").lower()
        if match["dot"] and not (half or _is_clock(text, match)):
            continue
        hour, minute = int(match["hour"] or match["full"]), int(match["minute"] or 0)
        if half and hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        beside = ZONE_BESIDE.match(text, match.end())
        end = beside.end() if beside else match.end()
        written = text[match.start() : end].strip()
        zone = beside["zone"] if beside else ""
        yield ClockTime(match.start(), end, written, time(hour % 24, minute), zone, bool(half))


def _is_clock(text: str, match: re.Match[str]) -> bool:
    return bool(
        BEFORE_DOT.search(text[max(0, match.start() - 12) : match.start()])
        or AFTER_DOT.match(text, match.end())
    )


def is_wrong_zone(name: str, on: date, at: time, *, here: frozenset[str]) -> bool:
    """Whether a zone's name is that of the other half of the year; `here` are the zones of the
    office and of the occasions.
    """
    if name in ONLY_AT_HOME and not here & set(ONLY_AT_HOME[name]):
        return False
    place, minutes = ZONES[name]
    offset = datetime.combine(on, at, tzinfo=clock.zone(place)).utcoffset()
    return offset != timedelta(minutes=minutes)


def right_name(name: str, on: date, at: time) -> str:
    """What that zone is called on that day, as far as we know its names."""
    place, _ = ZONES[name]
    offset = datetime.combine(on, at, tzinfo=clock.zone(place)).utcoffset()
    names = (
        other
        for other, (where, minutes) in ZONES.items()
        if where == place and timedelta(minutes=minutes) == offset
    )
    return next(names, "its name on that day")


def is_skipped(on: date, at: time, zone: ZoneInfo) -> bool:
    """Whether clocks jump over that time on that day."""
    wall = datetime.combine(on, at)
    back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) != wall


def is_doubled(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks show the hour of that moment twice on that day."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and not is_skipped(wall.date(), wall.time(), zone)
