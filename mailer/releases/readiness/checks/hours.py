"""Clock times against summer time: hours that do not exist, and zones called by the wrong name."""

from mailer import clock, languages
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Passage, Reading, Subject
from mailer.releases.readiness.tongues import hours
from mailer.releases.readiness.tongues.dates import Mention, mentions
from mailer.releases.readiness.tongues.hours import ClockTime


def check(subject: Subject) -> Found:
    """Every clock time of every edition, on the day that is named nearest to it."""
    for reading in subject.readings:
        for passage in reading.passages:
            times = hours.clock_times(passage.words)
            days = mentions(passage.words, reading.language) if times else []
            for moment in times:
                yield from _time(moment, days, passage, reading, subject)


def _time(
    moment: ClockTime, days: list[Mention], passage: Passage, reading: Reading, subject: Subject
) -> Found:
    nearest = min(days, key=lambda day: abs(day.start - moment.start), default=None)
    dated_on = reading.full.release.dated_on
    meant = nearest.near(dated_on) if nearest else None
    on = meant or dated_on
    said = languages.long_date(on, "en")
    where = f"{passage.place} “{moment.written}”"
    if moment.zone and hours.is_wrong_zone(moment.zone, on, moment.at, here=subject.zones):
        right = hours.right_name(moment.zone, on, moment.at)
        yield finding(
            "wrong-zone",
            reading.language,
            where,
            f"“{moment.written}”: {moment.zone} is not what clocks show on {said}",
            f"write {right}, and mend the hour if it was worked out with {moment.zone}",
        )
    if meant is not None and any(
        hours.is_skipped(on, moment.at, clock.zone(zone)) for zone in subject.zones
    ):
        yield finding(
            "no-such-hour",
            reading.language,
            where,
            f"on {said} clocks jump over {moment.at:%H:%M}: summer time begins",
            "name an hour that exists on that day",
        )
