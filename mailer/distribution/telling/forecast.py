"""What a decision comes to before it is taken: who is where, how long it takes, who expires.

The plan, the decision and the pages tell the same of it, from here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from heapq import heapify, heappop, heappush
from math import ceil

from mailer.distribution.options import Options
from mailer.distribution.planning.rules import PlannedDelivery
from mailer.distribution.timing import open_span
from mailer.distribution.timing.timetable import Timetable, make_timetable
from mailer.models import Office
from mailer.releases.editions import FullRelease

#: Further ahead nothing is foretold.
HORIZON = timedelta(days=366)
#: So many of those whose zone is not known are kept by their address.
EXAMPLES = 6


@dataclass
class Crowd:
    """Those who would get it, counted as far as the times and the notes need it."""

    total: int = 0
    zones: Counter[str] = field(default_factory=Counter)
    covers: Counter[str] = field(default_factory=Counter)
    #: Those whose own edition is expected, by its language.
    awaited: Counter[str] = field(default_factory=Counter)
    #: How many live in a zone that is not known, and the addresses of the first of them.
    unknown: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Forecast:
    """How it ends."""

    #: The last hand-over, if the relay takes what the rate allows; None: not within a year, or
    #: nobody gets it.
    last_at: datetime | None
    #: How many expire before their turn: their time, or the rate, lies behind the end.
    expired: int


@dataclass(frozen=True)
class Prospect:
    """All that is known of a distribution before it is decided."""

    office: Office
    #: When that was asked.
    now: datetime
    options: Options
    times: Timetable
    crowd: Crowd
    #: Hand-overs a minute that the office and its relays may make at all; None: as many as it goes.
    limit_per_minute: float | None = None

    @property
    def pace(self) -> float | None:
        """Hand-overs a minute: what was chosen, or the office's limit when that is lower."""
        return min(
            filter(None, (self.options.rate_per_minute, self.limit_per_minute)), default=None
        )

    @property
    def in_time(self) -> int:
        """Those whose time comes before it is over."""
        return self.crowd.total - sum(self.crowd.zones[zone] for zone in self.times.too_late)

    @property
    def first_at(self) -> datetime:
        """When the first message goes: the start, unless all wait for their time or the hours."""
        return min(self.times.moments.values(), default=self.times.starts_at)

    @cached_property
    def forecast(self) -> Forecast:
        """When the last goes out and how many expire."""
        paced = replace(self.options, rate_per_minute=self.pace)
        return foretell(paced, self.times, self.crowd.zones, office_zone=self.office.zone)


def prospect_of(
    full: FullRelease,
    planned: Iterable[PlannedDelivery],
    options: Options,
    *,
    at: datetime,
    now: datetime,
) -> Prospect:
    """What it comes to for them if it starts at `at`. Raises what `make_timetable` does."""
    crowd = crowd_of(planned)
    times = make_timetable(
        options,
        at=at,
        now=now,
        zones=crowd.zones,
        office_zone=full.office.zone,
        embargo_until=full.release.embargo_until,
    )
    return Prospect(full.office, now, options, times, crowd)


def crowd_of(planned: Iterable[PlannedDelivery]) -> Crowd:
    """Count them."""
    crowd = Crowd()
    for one in planned:
        crowd.total += 1
        crowd.zones[one.zone.name] += 1
        crowd.covers[one.cover.language] += 1
        if one.choice.awaited:
            crowd.awaited[one.choice.awaited] += 1
        if not one.zone.is_known:
            crowd.unknown += 1
            if crowd.unknown <= EXAMPLES:
                crowd.examples.append(one.recipient.email)
    return crowd


def foretell(
    options: Options, times: Timetable, zones: Counter[str], *, office_zone: str
) -> Forecast:
    """When the last goes out and how many expire; without a rate each goes when its time comes."""
    late = sum(zones[zone] for zone in times.too_late)
    waiting = [
        (times.moments[zone], zone, count)
        for zone, count in zones.items()
        if zone not in times.too_late
    ]
    if options.rate_per_minute is None:
        return Forecast(max((at for at, _, _ in waiting), default=None), late)
    left, last_at = _paced(options, times, waiting, office_zone=office_zone)
    if options.not_after is None:
        return Forecast(None if left else last_at, 0)
    return Forecast(last_at, late + left)


def _paced(
    options: Options,
    times: Timetable,
    waiting: list[tuple[datetime, str, int]],
    *,
    office_zone: str,
) -> tuple[int, datetime | None]:
    """How many are left at the end, and the last hand-over before it.

    One goes after the other at the rate, in whichever zone is due and open first.
    """
    timing, apart = options.timing(times.starts_at), _apart(options)
    stop = min(options.not_after or times.starts_at + HORIZON, times.starts_at + HORIZON)
    left, free_at, last_at = 0, times.starts_at, None
    heapify(waiting)
    while waiting:
        due_at, zone, count = heappop(waiting)
        asked = max(due_at, free_at)
        at, closes = open_span(timing, zone, office_zone=office_zone, at=asked)
        if at >= stop:
            left += count
        elif at > asked:
            heappush(waiting, (at, zone, count))
        else:
            until = min(closes or stop, stop)
            sent = min(count, ceil((until - at) / apart))
            last_at, free_at = at + (sent - 1) * apart, at + sent * apart
            if count > sent:
                heappush(waiting, (until, zone, count - sent))
    return left, last_at


def _apart(options: Options) -> timedelta:
    """The time between two hand-overs."""
    return timedelta(minutes=1) / (options.rate_per_minute or 1)
