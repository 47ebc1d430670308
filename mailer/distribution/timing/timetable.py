"""When a distribution starts and when each zone gets it, with what an officer must know of it.

The plan shows it, the decision keeps its start, and the fan-out comes to the same moments.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailer import clock
from mailer.distribution.options import BadOption, Options, refuse_staggered
from mailer.distribution.timing import (
    Timing,
    first_moment,
    meant_day,
    parse_clock_time,
    showings,
    wall_moment,
    wanted_moment,
)
from mailer.errors import BadInput

#: So much may pass between typing a moment and reading it.
SLACK = timedelta(minutes=1)


@dataclass(frozen=True)
class Timetable:
    """When each zone gets it."""

    starts_at: datetime
    #: By the name of the zone.
    moments: Mapping[str, datetime]
    #: Zones where the local time of the day that is meant is past when it starts: they get it at
    #: that time of a later day.
    past: frozenset[str]
    #: Zones whose local time lies outside the sending hours: they wait for the next.
    delayed: frozenset[str]
    #: Zones that get nothing: it expires before their time.
    too_late: frozenset[str]

    @property
    def ends_at(self) -> datetime:
        """When the last zone's turn comes."""
        return max(self.moments.values(), default=self.starts_at)


@dataclass(frozen=True)
class Start:
    """What was typed as the start: a moment, or a day of each recipient's calendar."""

    at: datetime
    local_date: date | None = None


def read_start(text: str, *, local_time: str, office_zone: str, now: datetime) -> Start:
    """The start as it was typed: ISO 8601, or `now`; with a local time a mere date means the day.

    Raises BadInput for a moment or a day that is past, or for what cannot be read.
    """
    day = _day(text) if local_time.strip() else None
    if day is None:
        return Start(_moment(text, office_zone=office_zone, now=now))
    if day < now.astimezone(clock.zone(office_zone)).date():
        raise BadInput(
            f"{text.strip()!r} (a day in {office_zone}) lies in the past: name a later day, or now"
        )
    return Start(max(now, wall_moment(day, time(0), office_zone)), day)


def _moment(text: str, *, office_zone: str, now: datetime) -> datetime:
    if text.strip().lower() == "now":
        return now
    at = clock.parse_moment(text, zone_name=office_zone)
    if at < now - SLACK:
        here = at.astimezone(clock.zone(office_zone)).isoformat(timespec="minutes")
        raise BadInput(
            f"{text.strip()!r} ({here} in {office_zone}) lies in the past:"
            " name a later time, or now"
        )
    return at


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def make_timetable(
    options: Options,
    *,
    at: datetime,
    now: datetime,
    zones: Collection[str],
    office_zone: str,
    embargo_until: datetime | None,
) -> Timetable:
    """The timetable of a distribution that starts at `at` and reaches people in those zones.

    With a `local_date` it starts when the first of the zones shows the local time on that day, or
    now if that is past. Each zone gets it when its clock shows the local time next. Raises
    BadOption for options that contradict each other, OptionRefused for those that a rule forbids.
    """
    starts_at = _start(options, at=at, now=now, zones=zones)
    refuse_staggered(options, at=starts_at, embargo_until=embargo_until)
    timing = options.timing(starts_at)
    moments = {zone: first_moment(timing, zone, office_zone=office_zone) for zone in sorted(zones)}
    made = Timetable(
        starts_at=starts_at,
        moments=moments,
        past=frozenset(zone for zone in zones if _is_later(timing, zone, office_zone)),
        delayed=frozenset(
            zone for zone in zones if _is_delayed(timing, moments[zone], zone, office_zone)
        ),
        too_late=frozenset(zone for zone in zones if _is_over(options, moments[zone])),
    )
    _refuse_ended(options, made, office_zone=office_zone)
    return made


def _start(options: Options, *, at: datetime, now: datetime, zones: Collection[str]) -> datetime:
    if options.local_date is None or not zones:
        return at
    wall = parse_clock_time(options.local_time)
    return max(now, min(wall_moment(options.local_date, wall, zone) for zone in zones))


def _is_later(timing: Timing, zone: str, office_zone: str) -> bool:
    """Whether her clock shows that time on a later day only than the one that is meant."""
    wanted = wanted_moment(timing, zone, office_zone=office_zone)
    meant = meant_day(timing, office_zone=office_zone)
    if wanted is None or meant is None:
        return False
    # Not the date of `wanted`: a time that summer time skips may move past midnight.
    return wanted > showings(meant, parse_clock_time(timing.local_time), zone)[-1]


def _is_delayed(timing: Timing, moment: datetime, zone: str, office_zone: str) -> bool:
    wanted = wanted_moment(timing, zone, office_zone=office_zone)
    return wanted is not None and wanted < moment


def _is_over(options: Options, moment: datetime) -> bool:
    return options.not_after is not None and moment >= options.not_after


def _refuse_ended(options: Options, made: Timetable, *, office_zone: str) -> None:
    """It must not expire before the first hand-over."""
    first = min(made.moments.values(), default=made.starts_at)
    if options.not_after is None or not _is_over(options, first):
        return
    zone = clock.zone(office_zone)
    end, begin = (
        moment.astimezone(zone).isoformat(timespec="minutes")
        for moment in (options.not_after, first)
    )
    raise BadOption(
        f"it would expire at {end}, and the first message goes at {begin}: nobody would get it;"
        " choose a later end, or leave it out",
        option="not_after",
    )
