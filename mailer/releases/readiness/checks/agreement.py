"""Whether editions say the same: numbers, dates, hours, links and names, side by side.

Each translation is compared with the source; what one language writes in words is left alone.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from decimal import Decimal
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from mailer import languages
from mailer.releases.readiness.findings import Finding, Found, finding
from mailer.releases.readiness.reading import Reading, Subject
from mailer.releases.readiness.tables import Table
from mailer.releases.readiness.tongues import hours, names
from mailer.releases.readiness.tongues.dates import mentions
from mailer.releases.readiness.tongues.numbers import differences, missing, numbers

#: So many are told of by name; a text of which more differ was made from another one.
SHOWN: Final = 6
#: A table is missing when the other text lacks so great a part of its figures.
LACKING: Final = 0.5


def check(subject: Subject) -> Found:
    """Every translation against the source, when that is ready."""
    source = subject.full.release.source_language
    ours = next((one for one in subject.readings if one.language == source), None)
    for theirs in subject.readings:
        if ours is not None and theirs is not ours:
            yield from _compared(ours, theirs)


def _compared(ours: Reading, theirs: Reading) -> Found:
    """What stands in a table that the other text lacks is told once, and not figure by figure."""
    lacking = [_missing_tables(*pair) for pair in ((ours, theirs), (theirs, ours))]
    for reading, other, found in zip((ours, theirs), (theirs, ours), lacking, strict=True):
        for table in found:
            yield _lacks(reading, other, table, edition=theirs.language)
    left, right = (
        replace(reading, skipped=frozenset().union(*(one.places for one in found)))
        for reading, found in zip((ours, theirs), lacking, strict=True)
    )
    for compare in (_numbers, _dates, _hours, _links, _names):
        yield from compare(left, right)


def _missing_tables(reading: Reading, other: Reading) -> list[Table]:
    """The tables that the other text has not, neither as such nor in sentences."""
    more = len(reading.tables) - len(other.tables)
    if more <= 0:
        return []
    there = numbers(other.said, other.language)
    shares = {}
    for place, table in enumerate(reading.tables):
        here = numbers(table.said, reading.language)
        shares[place] = len(missing(here, there)) / len(here) if here else 0.0
    lacking = sorted((n for n in shares if shares[n] >= LACKING), key=lambda n: (-shares[n], n))
    return [reading.tables[n] for n in sorted(lacking[:more])]


def _lacks(reading: Reading, other: Reading, table: Table, *, edition: str) -> Finding:
    here, there = (languages.name(one.language, written_in="en") for one in (reading, other))
    return finding(
        "table-missing",
        edition,
        f"table “{table.name}”",
        f"table “{table.name}” of the {here} text is missing in the {there}",
        f"put it into the {there} text, or leave it if its readers are to go without",
    )


def _numbers(ours: Reading, theirs: Reading) -> Found:
    found = differences(*(numbers(one.said, one.language) for one in (ours, theirs)))
    # A day of a date is compared with its month.
    left, right = (
        [number for number in alone if number not in _days(one)]
        for one, alone in zip((ours, theirs), found, strict=True)
    )
    if left or right:
        yield _differs("numbers-differ", ours, theirs, _plain(left), _plain(right))


def _days(reading: Reading) -> set[Decimal]:
    return {Decimal(one.day) for one in mentions(reading.said, reading.language)}


def _plain(found: Iterable[Decimal]) -> list[str]:
    return [f"{number:f}" for number in found]


def _dates(ours: Reading, theirs: Reading) -> Found:
    """A date that the other text cannot mean: it lacks the month, or has it without the day."""
    left, right = _other_days(ours, theirs), _other_days(theirs, ours)
    if left or right:
        yield _differs("dates-differ", ours, theirs, left, right)


def _other_days(reading: Reading, other: Reading) -> list[str]:
    there = mentions(other.said, other.language)
    months, digits = {one.month for one in there}, set(re.findall(r"\d+", _digits(other.said)))
    missing = [
        one.written
        for one in mentions(reading.said, reading.language)
        if there and not one.is_loose and not (one.month in months and str(one.day) in digits)
    ]
    return list(dict.fromkeys(missing))


def _digits(text: str) -> str:
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
    return re.sub(r"(?<!\d)0(?=\d)", "", plain)


def _hours(ours: Reading, theirs: Reading) -> Found:
    """Only where both texts have one alone: a time may as well be said in words."""
    left, right = _times(ours), _times(theirs)
    alone = [
        sorted({f"{at:%H:%M}" for at in here if not _twins(at) & there})
        for here, there in ((left, right), (right, left))
    ]
    if all(alone):
        yield _differs("hours-differ", ours, theirs, *alone)


def _times(reading: Reading) -> set[time]:
    return {found.at for found in hours.clock_times(reading.said)}


def _twins(at: time) -> set[time]:
    return {at, at.replace(hour=(at.hour + 12) % 24)}


def _links(ours: Reading, theirs: Reading) -> Found:
    here, there = _places(ours), _places(theirs)
    left, right = sorted(here - there), sorted(there - here)
    # A mailbox may be named for the readers of one language only.
    if (left and right) or any("@" not in place for place in left + right):
        yield _differs("links-differ", ours, theirs, left, right)


def _places(reading: Reading) -> set[str]:
    """Where the links lead, without what tells the language of a page: its host, or an address."""
    return {place for link in reading.links if not link.is_dead and (place := _place(link.target))}


@cache
def _place(target: str) -> str:
    parts = urlsplit(target.strip())
    if parts.scheme in {"mailto", "tel"}:
        return parts.path.lower().replace(" ", "")
    labels = (parts.hostname or "").removeprefix("www.").split(".")
    is_language = len(labels) > 2 and languages.known_locale(labels[0]) is not None
    return ".".join(labels[1:] if is_language else labels)


def _names(ours: Reading, theirs: Reading) -> Found:
    for here, there in names.misspelt(ours.said, theirs.said):
        yield _differs("names-differ", ours, theirs, [here], [there])


def _differs(
    check_id: str, ours: Reading, theirs: Reading, left: list[str], right: list[str]
) -> Finding:
    told = [
        f"the {languages.name(one.language, written_in='en')} has {_listed(found)}"
        for one, found in ((ours, left), (theirs, right))
        if found
    ]
    what = check_id.removesuffix("-differ")
    return finding(
        check_id,
        theirs.language,
        f"{what} {_listed(left)} | {_listed(right)}",
        f"{' and '.join(told)} alone",
        f"compare the two texts, and mend the {what} of one of them if they should be the same",
    )


def _listed(found: list[str]) -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more if found else "none"
