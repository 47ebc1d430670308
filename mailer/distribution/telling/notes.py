"""What an officer should know of a distribution before deciding it, in words.

The plan, the decision and the pages say the same.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from math import ceil

from mailer import languages
from mailer.distribution.options import Options
from mailer.distribution.rates import rate_in_words
from mailer.distribution.telling.forecast import Crowd, Prospect
from mailer.distribution.timing import meant_day, parse_clock_time, showings
from mailer.distribution.timing.timetable import Timetable
from mailer.models import LanguagePolicy

#: So many zones, addresses or languages are named in a line; the rest is counted.
NAMED = 6
HOUR, DAY = 60, 24 * 60
#: Tells a moment by the clock of a zone.
Written = Callable[[datetime, str], str]


def notes(prospect: Prospect, *, written: Written) -> Iterator[str]:
    """A line for each thing to know."""
    yield from times_to_know(prospect, written=written)
    yield from end_to_know(prospect, written=written)
    yield from names_to_know(prospect)
    yield from translations_to_know(prospect)


def times_to_know(prospect: Prospect, *, written: Written) -> Iterator[str]:
    """Zones that get it on another day or at another time than was typed, and unknown ones."""
    options, times, crowd, office_zone = _parts(prospect)
    past, delayed = times.past - times.too_late, times.delayed - times.too_late
    day = meant_day(options.timing(times.starts_at), office_zone=office_zone)
    if past and day is not None:
        yield (
            f"{options.local_time} on {day} is past for {_of(prospect, past)} when it starts,"
            f" who get it on a later day: {_zones_at(prospect, past, written)}"
            f"{_way_out(prospect, day, past)}"
        )
    if delayed:
        yield (
            f"{options.local_time} lies outside the sending hours for"
            f" {_of(prospect, delayed)}, who wait until these open:"
            f" {_zones_at(prospect, delayed, written)}"
        )
    # They all live by the office's clock here, so they are too late together or not at all.
    if crowd.unknown and options.asks_their_clocks and office_zone not in times.too_late:
        yield (
            f"the time zone of {crowd.unknown} of {prospect.in_time} is not known, so the office's"
            f" ({office_zone}) stands in for it: {named(crowd.examples, of=crowd.unknown)}"
        )


def end_to_know(prospect: Prospect, *, written: Written) -> Iterator[str]:
    """When the first and the last get it, and how many expire unsent."""
    options, times, crowd, office_zone = _parts(prospect)
    last_at = prospect.forecast.last_at
    if prospect.pace and crowd.total:
        yield _pace(prospect, written)
    elif last_at is not None and last_at > times.starts_at:
        yield _span(prospect, last_at, written)
    if prospect.forecast.expired and options.not_after is not None:
        yield _expiry(prospect, end=written(options.not_after, office_zone))


def names_to_know(prospect: Prospect) -> Iterator[str]:
    """Readers to whom the list is named in a language that is not theirs."""
    office = prospect.office
    written_in = {*office.list_names, office.default_language}
    strange = [
        language
        for language, _ in prospect.crowd.covers.most_common()
        if languages.closest(language, written_in) is None
    ]
    if strange:
        yield (
            f"the office's list has no name in {_named_languages(strange)}, so these readers are"
            f" told that they are on “{office.list_name}”: add list_names to the office's file"
            " and save it"
        )


def translations_to_know(prospect: Prospect) -> Iterator[str]:
    """Who gets a translation later; and that nobody does where none is expected."""
    policy, awaited = prospect.options.language_policy, prospect.crowd.awaited
    if policy is LanguagePolicy.FALLBACK:
        return
    if not awaited:
        yield (
            "no language is expected of this release, so nothing comes later: `mailer releases"
            " expect` names those that are on their way"
        )
        return
    each = (f"{languages.name(tag, written_in='en')} ({n})" for tag, n in awaited.most_common())
    told = {
        LanguagePolicy.WAIT: "these wait for their own language",
        LanguagePolicy.FOLLOW: "their own language follows for those of these who want it",
    }
    yield f"{told[policy]}: {named(list(each))}"


def lasting(span: timedelta) -> str:
    """A duration in words: 3 h 20 min."""
    minutes = ceil(span / timedelta(minutes=1))
    if minutes <= 1:
        return "a minute"
    days, rest = divmod(minutes, DAY)
    hours, rest = divmod(rest, HOUR)
    parts = ((days, "d"), (hours, "h"), (rest if not days else 0, "min"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def named(names: Collection[str], *, of: int | None = None, at_most: int = NAMED) -> str:
    """The first of them, and how many more of all there are."""
    several = list(names)[:at_most]
    more = (len(names) if of is None else of) - len(several)
    return ", ".join(several) + (f" and {more} more" if more > 0 else "")


def _parts(prospect: Prospect) -> tuple[Options, Timetable, Crowd, str]:
    return prospect.options, prospect.times, prospect.crowd, prospect.office.zone


def _way_out(prospect: Prospect, day: date, past: Collection[str]) -> str:
    """How those whose time is past when it starts would still get it on that day."""
    options = prospect.options
    wall = parse_clock_time(options.local_time)
    in_time = [zone for zone in past if showings(day, wall, zone)[-1] > prospect.now]
    if options.local_date is not None or not in_time:
        return ""
    return (
        f"; the mere date {day} as the start, without a time, would reach"
        f" {_of(prospect, in_time)} at {options.local_time} of that day"
    )


def _pace(prospect: Prospect, written: Written) -> str:
    rate, last_at = _rate(prospect), prospect.forecast.last_at
    if last_at is None:
        return f"{rate} it would take more than a year: let it go faster"
    lasts = lasting(last_at - prospect.first_at)
    return f"{rate} it takes about {lasts}: {_span(prospect, last_at, written, about='about ')}"


def _span(prospect: Prospect, last_at: datetime, written: Written, *, about: str = "") -> str:
    """When the first and the last message goes."""
    first, last = (written(at, prospect.office.zone) for at in (prospect.first_at, last_at))
    if first == last:
        return f"all messages go at {about}{first}"
    return f"the first message goes at {first}, the last at {about}{last}"


def _rate(prospect: Prospect) -> str:
    is_chosen = prospect.pace == prospect.options.rate_per_minute
    rate = rate_in_words(prospect.pace or 0)
    return f"at {rate}" + ("" if is_chosen else " (the limit in the settings)")


def _expiry(prospect: Prospect, *, end: str) -> str:
    """How many get nothing, and why: their time lies behind the end, or the rate."""
    _, times, crowd, _ = _parts(prospect)
    expired, late = prospect.forecast.expired, crowd.total - prospect.in_time
    why = []
    if late:
        why.append(f"the time of {late} comes later ({named(_by_time(prospect, times.too_late))})")
    if expired > late:
        why.append(f"{_rate(prospect)} {expired - late} are not reached by then")
    about = "about " if expired > late else ""
    return f"{about}{expired} of {crowd.total} get nothing, for it expires at {end}: " + (
        " and ".join(why)
    )


def _of(prospect: Prospect, zones: Collection[str]) -> str:
    return f"{sum(prospect.crowd.zones[zone] for zone in zones)} of {prospect.in_time}"


def _by_time(prospect: Prospect, zones: Collection[str]) -> list[str]:
    return sorted(zones, key=lambda zone: (prospect.times.moments[zone], zone))


def _zones_at(prospect: Prospect, zones: Collection[str], written: Written) -> str:
    moments = prospect.times.moments
    return named([f"{zone} {written(moments[zone], zone)}" for zone in _by_time(prospect, zones)])


def _named_languages(tags: Iterable[str]) -> str:
    return named([languages.name(tag, written_in="en") for tag in tags])
