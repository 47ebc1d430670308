"""Times of the day as a cover tells them: on whose clock, and where that clock hangs."""

from datetime import UTC, datetime, timedelta

from babel.dates import get_timezone_location
from markupsafe import Markup, escape

from mailer.clock import zone
from mailer.compose.covers.saying import Words
from mailer.languages import clock_time, locale, zone_abbreviation
from mailer.models import Office

#: Around what no screen breaks, until it is known whether a line is for a screen.
START, END = "\x1e", "\x1f"
#: So many signs of one clock fit into the narrowest screen.
FITS = 32


def held(hours: str, owner: str) -> str:
    """One clock, whose hours stay together, and with whose they are if that fits."""
    clock = f"{hours} {owner}"
    return f"{START}{clock}{END}" if len(clock) <= FITS else f"{START}{hours}{END} {owner}"


def plain(line: str) -> str:
    """A line with clocks as it stands in a text."""
    return line.replace(START, "").replace(END, "")


def whole(line: str) -> Markup:
    """The same as HTML."""
    marked = str(escape(line)).replace(START, '<span class="whole">').replace(END, "</span>")
    return Markup(marked)  # noqa: S704 - escaped a line ago


def city(zone_name: str, words: Words, *, office: Office) -> str:
    """What to call the place of that clock; without a zone it is the office's."""
    if zone_name in {"", office.zone}:
        return words.known(office.city)
    known = locale(words.language)
    return str(get_timezone_location(zone(zone_name), locale=known, return_city=True))


def on_clock(moment: datetime, place: str, words: Words, *, names_place: bool = False) -> str:
    """Such as 09:00 CEST; with the place where an offset alone says too little."""
    zone_name, where = _zone_and_place(moment, place, words.language, names_place)
    # In a line to the left the place follows the clock, which is read from left to right.
    clock = words.apart(f"{clock_time(moment, words.language)} {zone_name}")
    return f"{clock} {where}".rstrip()


def whose(moment: datetime, place: str, language: str, names_place: bool = False) -> str:
    """Whose clock it is, such as CEST, or UTC+2 Oslo where that says too little."""
    return " ".join(_zone_and_place(moment, place, language, names_place)).rstrip()


def _zone_and_place(
    moment: datetime, place: str, language: str, names_place: bool
) -> tuple[str, str]:
    short = zone_abbreviation(moment, language) if moment.tzinfo is not UTC else "UTC"
    return short or _offset(moment), place if names_place or not short else ""


def _offset(moment: datetime) -> str:
    """Such as UTC+2, where the language has no word for the zone (standards 8 C-3)."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\u2212"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "") if minutes else "UTC"
