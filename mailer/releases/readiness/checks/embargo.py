"""Whether the text and the release say the same about when it may be published (PF-13, F2)."""

from datetime import timedelta
from typing import Final

from mailer import clock, languages
from mailer.models import ReleaseKind, ReleaseStatus
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Passage, Reading, Subject
from mailer.releases.readiness.tongues.dates import mentions
from mailer.releases.readiness.tongues.words import AT_ONCE, cover_phrases, embargo_pattern

#: Nobody keeps a secret for longer.
LONGEST: Final = timedelta(days=366)
#: What went out already is no longer a matter of time.
OPEN: Final = (ReleaseStatus.DRAFT, ReleaseStatus.IN_REVIEW, ReleaseStatus.APPROVED)


def check(subject: Subject) -> Found:
    """The moment itself, and what every edition says about it."""
    if subject.full.release.embargo_until is not None:
        yield from _moment(subject)
    for reading in subject.readings:
        for passage in reading.passages:
            yield from _words(passage, reading)


def _moment(subject: Subject) -> Found:
    release, office = subject.full.release, subject.full.office
    until = release.embargo_until or subject.at
    here = until.astimezone(clock.zone(office.zone))
    shown = f"{languages.long_date(here.date(), 'en')}, {here:%H:%M %Z}"
    if release.status not in OPEN:
        return
    if until <= subject.at:
        yield finding(
            "embargo-past",
            "",
            "embargo_until",
            f"the embargo ended already, on {shown}",
            "name a later time, or take embargo_until: out of the file",
        )
    elif until - subject.at > LONGEST or here.date() < release.dated_on:
        yield finding(
            "embargo-implausible",
            "",
            "embargo_until",
            f"the embargo until {shown} lies more than a year ahead or before the release's date",
            "mend embargo_until: or date: in the file",
        )
    if release.publish_at is not None and release.publish_at < until:
        yield finding(
            "page-before-embargo",
            "",
            "publish_at",
            f"our own page would open before the embargo ends on {shown}",
            "set publish_at: to the end of the embargo or later",
        )


def _words(passage: Passage, reading: Reading) -> Found:
    match = next((m for m in embargo_pattern().finditer(passage.folded) if m["word"]), None)
    until = reading.full.release.embargo_until
    if match and until is None and reading.full.release.kind is not ReleaseKind.EMBARGO_LIFTED:
        yield finding(
            "embargo-word",
            reading.language,
            f"{passage.place} “{match['word']}”",
            f"the {passage.place} says “{match['word']}”, and the release has no embargo:"
            " the software of newsrooms may hold it back",
            "set embargo_until:, or say it in other words; waive this if a trade embargo is meant",
        )
    if until is None:
        return
    if match:
        yield from _other_day(passage, reading)
    if said := next((one for one in cover_phrases(AT_ONCE) if one in passage.folded), ""):
        yield finding(
            "immediate-under-embargo",
            reading.language,
            f"{passage.place} “{said}”",
            f"the {passage.place} says “{said}”, and the release is under embargo",
            "take the words out: the cover says when it may be published",
        )


def _other_day(passage: Passage, reading: Reading) -> Found:
    until = reading.full.release.embargo_until
    here = until.astimezone(clock.zone(reading.full.office.zone)).date() if until else None
    days = mentions(passage.words, reading.language)
    near = [day.near(here) for day in days] if here else []
    if here and near and here not in near:
        yield finding(
            "embargo-differs",
            reading.language,
            f"{passage.place} “{days[0].written}”",
            f"the text speaks of an embargo and of {days[0].written}, but the embargo ends on"
            f" {languages.long_date(here, 'en')}",
            "take the sentence out: the cover tells each reader when the embargo ends",
        )
