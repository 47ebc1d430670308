"""The one place where the time of day comes from, so that tests can hold the clock still."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailer.errors import BadInput

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
#: The usual one stands still while the machine sleeps; Linux has another.
_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> datetime:
    """The present moment as an aware UTC time."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(_STEADY)


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name.

    Raises BadInput for a name that the tz database does not know.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        message = f"unknown time zone {name!r}: give an IANA name such as Europe/Copenhagen"
        raise BadInput(message) from unknown


def is_zone(name: str) -> bool:
    """Whether the tz database knows a zone of that name."""
    try:
        zone(name)
    except BadInput:
        return False
    return True


def localise(moment: datetime, *, zone_name: str) -> datetime:
    """A naive wall-clock time as an aware one in `zone_name`; an aware one as it is.

    Raises BadInput for a wall-clock time that does not exist there (the hour that summer time
    skips), because no one can say what was meant, and for a year that no press office means.
    """
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise BadInput(f"the year {moment.year} cannot be meant: check the date")
    if moment.tzinfo is not None:
        return moment
    local = moment.replace(tzinfo=zone(zone_name))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != moment:
        message = f"{moment.isoformat()} does not exist in {zone_name}: summer time skips it"
        raise BadInput(f"{message}; name another time")
    return local


def parse_moment(text: str, *, zone_name: str) -> datetime:
    """A moment written as ISO 8601, or `now`; a naive one is taken in `zone_name`.

    Raises BadInput when it cannot be read.
    """
    if text.strip().lower() == "now":
        return now()
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as unreadable:
        message = f"cannot read the time {text!r}: write it like 2026-06-11T08:00+02:00, or now"
        raise BadInput(message) from unreadable
    return localise(moment, zone_name=zone_name).astimezone(UTC)


def told(moment: datetime, *, zone_name: str) -> str:
    """A moment for people, by the clock of a zone: 2027-01-15 08:00 (Europe/Luxembourg)."""
    local = moment.astimezone(zone(zone_name))
    return f"{local:%Y-%m-%d %H:%M} {zone_name if zone_name == 'UTC' else f'({zone_name})'}"


def seconds(count: float) -> timedelta:
    """A duration of `count` seconds."""
    return timedelta(seconds=count)
