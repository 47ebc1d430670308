"""Whether the weekdays in a text fit the dates they stand beside, in the text's own language."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mailer.releases.readiness.tongues.dates import Mention, with_weekdays


@dataclass(frozen=True)
class Clash:
    """A weekday and a date that cannot both be right."""

    written: str
    #: The date that was probably meant.
    day: date


def clashes(
    text: str, days: Iterable[date], *, language: str, around: date | None = None
) -> list[Clash]:
    """The places where a weekday stands beside a date that is another weekday.

    A date with a year is looked up; one without is first one of `days`, else the one of the year
    of `around` or the one nearest to it; without `around` only `days` are looked at. A text in a
    language whose weekdays CLDR does not know is left alone.
    """
    known = list(days)
    found = []
    for mention in with_weekdays(text, language):
        meant = list(_meant(mention, known, around))
        if meant and mention.weekday not in {None, *(day.weekday() for day in meant)}:
            found.append(Clash(mention.written, min(meant)))
    return found


def _meant(mention: Mention, days: list[date], around: date | None) -> Iterator[date]:
    if mention.year is not None:
        day = mention.in_year(mention.year)
        yield from (day,) if day else ()
        return
    of_occasions = [day for day in days if (day.month, day.day) == (mention.month, mention.day)]
    yield from of_occasions
    if not of_occasions and around is not None:
        both = {mention.in_year(around.year), mention.near(around)}
        yield from (day for day in both if day is not None)
