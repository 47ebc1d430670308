"""How many hand-overs there may be in a time: typed, kept by the minute, and told again."""

import re
from collections.abc import Callable

from mailer.errors import BadInput

RATE = re.compile(r"(\d{1,9})\s*(?:/\s*(s|min|h))?", re.ASCII)
#: How many of the unit an hour has.
IN_AN_HOUR = {"s": 3600, "min": 60, "h": 1}
#: More an hour than any relay takes.
FASTEST = 6_000_000_000
#: So near to a whole number it is one: a rate by the hour is kept by the minute.
NEAR = 1e-6


def parse_rate(text: str) -> float:
    """Hand-overs a minute, from 120/min, 2/s, 5000/h or 120; the rate is kept as it was typed.

    Raises BadInput.
    """
    found = RATE.fullmatch(text.strip().lower())
    if found is None:
        raise BadInput(f"cannot read the rate {text!r}: write it like 120/min, 2/s or 5000/h")
    an_hour = int(found[1]) * IN_AN_HOUR[found[2] or "min"]
    if not 1 <= an_hour <= FASTEST:
        raise BadInput(
            f"the rate {text!r} cannot be kept: give at least 1/h,"
            " or leave it out to send as fast as the relay takes it"
        )
    return plain(an_hour / 60)


def plain(rate: float) -> float:
    """A whole number without its point."""
    return int(rate) if rate == int(rate) else rate


def rate_in_words(rate: float, *, written: Callable[[int], str] = str) -> str:
    """120 a minute; what is no whole number a minute by the hour: 100 an hour.

    `rate` is by the minute, `written` tells a whole number.
    """
    for number, unit in ((rate, "a minute"), (rate * 60, "an hour")):
        if abs(number - round(number)) < NEAR:
            return f"{written(round(number))} {unit}"
    return f"{rate:.4g} a minute"
