"""When each recipient gets it: at once, at a time of her own morning, within the sending hours.

Nothing here asks the database or the clock. All moments come back as UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from mailer import clock
from mailer.contacts.places import zone_of_country
from mailer.errors import BadInput, Refused
from mailer.models import Clock

CLOCK_TIME = re.compile(r"(\d{1,2}):(\d{2})")
BETWEEN = re.compile(r"\s*[-–]\s*")
MIDNIGHT, END_OF_DAY = time(0), "24:00"


class Timed(Protocol):
    """What of a distribution says when it goes."""

    @property
    def scheduled_at(self) -> datetime | None: ...

    @property
    def local_time(self) -> str: ...

    @property
    def local_date(self) -> date | None: ...

    @property
    def sending_hours(self) -> str: ...

    @property
    def sending_clock(self) -> Clock: ...


@dataclass(frozen=True, slots=True)
class Timing:
    """The same before anything is written."""

    scheduled_at: datetime | None
    local_time: str = ""
    local_date: date | None = None
    sending_hours: str = ""
    sending_clock: Clock = Clock.OFFICE


class ZoneOrigin(StrEnum):
    """Where a recipient's time zone was taken from, the surest first."""

    OWN = "own"
    OUTLET = "outlet"
    COUNTRY = "country"
    #: Nothing is known of hers: the office's clock stands in for it.
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class RecipientZone:
    """The clock a recipient is taken to live by, and how we know."""

    name: str
    origin: ZoneOrigin

    @property
    def is_known(self) -> bool:
        """Whether it is more than a stand-in."""
        return self.origin is not ZoneOrigin.OFFICE


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the day in which we hand over; they may pass midnight."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    def on(self, day: date, zone: str) -> tuple[datetime, datetime]:
        """When the hours that open on that day begin and end in that zone."""
        last = day if self.closes > self.opens else day + timedelta(days=1)
        return wall_moment(day, self.opens, zone), wall_moment(last, self.closes, zone)


@lru_cache(maxsize=4096)
def zone_of(*, own: str, outlet: str, country: str, office_zone: str) -> RecipientZone:
    """Her own zone, else her outlet's, else her country's if it has one clock, else the office's.

    A name that the tz database does not know counts as none.
    """
    for name, origin in (
        (own, ZoneOrigin.OWN),
        (outlet, ZoneOrigin.OUTLET),
        (zone_of_country(country), ZoneOrigin.COUNTRY),
    ):
        if name and clock.is_zone(name):
            return RecipientZone(name, origin)
    return RecipientZone(office_zone, ZoneOrigin.OFFICE)


def first_moment(distribution: Timed, zone: str, *, office_zone: str) -> datetime:
    """When a recipient in `zone` is to get it the first time.

    With a local time that is `wanted_moment`, else the start; then it waits for the sending hours.
    An empty `zone` is the office's. Raises Refused for a distribution without a time.
    """
    at = distribution.scheduled_at
    if at is None:
        raise Refused("this distribution has no time yet: schedule it")
    at = wanted_moment(distribution, zone, office_zone=office_zone) or at
    return opens_at(distribution, zone, office_zone=office_zone, at=at)


def wanted_moment(distribution: Timed, zone: str, *, office_zone: str) -> datetime | None:
    """When her clock shows the local time next, from the start on; None without a local time.

    A press officer who says 08:30 means 08:30 there, never "at once". With a `local_date` the first
    day that counts is that day of her calendar; where its time is past when it starts, she gets it
    at the same time of the next day that still has one to come.
    """
    start = distribution.scheduled_at
    if not distribution.local_time or start is None:
        return None
    wall, whose = parse_clock_time(distribution.local_time), zone or office_zone
    # The day before, too: a time of its last hour that summer time skips moves into the next.
    day = start.astimezone(clock.zone(whose)).date() - timedelta(days=1)
    if distribution.local_date is not None:
        day = max(day, distribution.local_date)
    while True:
        for shown in showings(day, wall, whose):
            if shown >= start:
                return shown
        day += timedelta(days=1)


def meant_day(distribution: Timed, *, office_zone: str) -> date | None:
    """The day whose local time is meant: the one named, else the office's day of the start."""
    if not distribution.local_time or distribution.scheduled_at is None:
        return None
    return (
        distribution.local_date
        or distribution.scheduled_at.astimezone(clock.zone(office_zone)).date()
    )


def opens_at(distribution: Timed, zone: str, *, office_zone: str, at: datetime) -> datetime:
    """The earliest moment from `at` on at which it may be handed over: `at` itself when open."""
    return open_span(distribution, zone, office_zone=office_zone, at=at)[0]


def open_span(
    distribution: Timed, zone: str, *, office_zone: str, at: datetime
) -> tuple[datetime, datetime | None]:
    """From when on, at or after `at`, and until when it may be handed over; None: without end."""
    if not distribution.sending_hours:
        return at, None
    hours = parse_hours(distribution.sending_hours)
    whose = zone if distribution.sending_clock == Clock.RECIPIENT and zone else office_zone
    day = at.astimezone(clock.zone(whose)).date() - timedelta(days=1)
    while True:
        begins, ends = hours.on(day, whose)
        # Hours that summer time skips are no hours: they begin and end at once.
        if at < ends and begins < ends:
            return max(at, begins), ends
        day += timedelta(days=1)


def showings(day: date, at: time, zone: str) -> tuple[datetime, ...]:
    """When the clocks of `zone` show that time on that day: once, or twice as summer time ends."""
    first = wall_moment(day, at, zone)
    second = datetime.combine(day, at.replace(fold=1), tzinfo=clock.zone(zone)).astimezone(UTC)
    return (first, second) if second > first else (first,)


def wall_moment(day: date, at: time, zone: str) -> datetime:
    """The moment when the clocks of `zone` show that time on that day.

    A time that summer time skips moves on by the gap; one that the clocks show twice is the first
    (PEP 495: that is what fold=0 says).
    """
    return datetime.combine(day, at, tzinfo=clock.zone(zone)).astimezone(UTC)


@lru_cache(maxsize=256)
def parse_clock_time(text: str) -> time:
    """A time of day such as 08:30. Raises BadInput."""
    found = CLOCK_TIME.fullmatch(text.strip())
    if found is not None and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    raise BadInput(f"{text!r} is not a time of day: write it like 08:30, from 00:00 to 23:59")


@lru_cache(maxsize=256)
def parse_hours(text: str) -> Hours:
    """Sending hours such as 08:00-19:00, or 20:00-06:00 past midnight. Raises BadInput."""
    try:
        opens, closes = BETWEEN.split(text.strip())
        ends = MIDNIGHT if closes == END_OF_DAY else parse_clock_time(closes)
        hours = Hours(parse_clock_time(opens), ends)
    except (ValueError, BadInput) as unreadable:
        message = f"cannot read the sending hours {text!r}: write them like 08:00-19:00"
        raise BadInput(f"{message}, or 20:00-06:00 past midnight") from unreadable
    if hours.opens == hours.closes:
        raise BadInput(
            f"the sending hours {text!r} have no end: leave them out to send at any hour"
        )
    return hours
