"""The occasions of a release as files for calendars (RFC 5545): one with those that take place, and
one with those that are called off. They are the same for all who get the edition.

Times are in UTC, so each calendar shows them on its owner's clock, and no zone has to be explained.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from icalendar import Calendar, Event, vCalAddress, vText

from mailer.clock import zone
from mailer.compose.covers.occasions import OccasionCard, Teller
from mailer.compose.covers.saying import words_for
from mailer.compose.letter import Letter
from mailer.compose.wire import on_wire, one_line
from mailer.languages import cover_languages, first_match
from mailer.models import Occasion
from mailer.releases.editions.wishes import PLAIN
from mailer.releases.occasions import is_whole_day

MAKER: Final = "-//Press Mailer//Press Mailer//EN"


class CalendarFile(NamedTuple):
    """One file for calendars: its lines end in LF here, as those of every text of a message."""

    name: str
    #: What a calendar is to do with it (RFC 5546 section 3.2).
    method: str
    text: str


def calendar_files(letter: Letter) -> Iterator[CalendarFile]:
    """The files of that letter; none for a release without occasions."""
    standing = [one for one in letter.full.occasions if one.cancelled_at is None]
    called_off = [one for one in letter.full.occasions if one.cancelled_at is not None]
    for name, method, some in (
        ("invitation.ics", "PUBLISH", standing),
        ("cancelled.ics", "CANCEL", called_off),
    ):
        if some:
            yield CalendarFile(name, method, _calendar(letter, some, method=method))


def _calendar(letter: Letter, occasions: Sequence[Occasion], *, method: str) -> str:
    calendar = Calendar()
    for name, value in (("prodid", MAKER), ("version", "2.0"), ("method", method)):
        calendar.add(name, value)
    for occasion in occasions:
        calendar.add_component(_event(letter, occasion))
    return str(calendar.to_ical().decode("utf-8")).replace("\r\n", "\n")


def _event(letter: Letter, occasion: Occasion) -> Event:
    """The event, by the number that it keeps through all changes."""
    event, changed_at = Event(), occasion.changed_at or letter.full.release.created_at
    event.add("uid", occasion.uid or f"occasion-{occasion.id}@{letter.identity.mail_domain}")
    event.add("sequence", occasion.sequence)
    # The same for all who get it: when it was last changed, not when this copy was made.
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    for name, value in _times(occasion):
        event.add(name, value)
    for name, plain in (("summary", occasion.title), ("location", occasion.place)):
        said = _teller(letter).said(plain, occasion)
        if said.words or name == "summary":
            event.add(name, _in(said.language, said.words))
    event.add("description", _in(letter.edition_language, _description(letter, occasion)))
    event.add("organizer", _organizer(letter))
    event.add("status", "CANCELLED" if occasion.cancelled_at else "CONFIRMED")
    return event


def _times(occasion: Occasion) -> Iterator[tuple[str, object]]:
    """Its start and its end. A day ends where the next one begins (RFC 5545 section 3.6.1)."""
    if is_whole_day(occasion):
        place, last = zone(occasion.zone), occasion.ends_at or occasion.starts_at
        yield "dtstart", occasion.starts_at.astimezone(place).date()
        yield "dtend", last.astimezone(place).date() + timedelta(days=1)
        return
    yield "dtstart", _to_the_second(occasion.starts_at)
    if occasion.ends_at is not None and occasion.ends_at > occasion.starts_at:
        yield "dtend", _to_the_second(occasion.ends_at)


def _to_the_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _in(language: str, text: str) -> vText:
    written = vText(text)
    written.params["LANGUAGE"] = language
    return written


def _organizer(letter: Letter) -> vCalAddress:
    office = letter.full.office
    address = vCalAddress(f"mailto:{on_wire(office.from_address)}")
    # A quotation mark would be written as ^', which old calendars show as it stands.
    address.params["CN"] = one_line(office.from_name).replace('"', "'") or office.name
    return address


def _description(letter: Letter, occasion: Occasion) -> str:
    """What a calendar shows below the date, in the language of the edition."""
    card = _teller(letter).card(occasion)
    return "\n".join([one_line(letter.revision.title), *_lines(card)])


def _teller(letter: Letter) -> Teller:
    """Tells it in the language of the edition, on the clock of the place."""
    office, language = letter.full.office, letter.edition_language
    spoken = first_match((language, office.default_language), cover_languages())
    words = words_for(office, spoken[1] if spoken else PLAIN)
    return Teller(words, office, letter.full.release.source_language, (language,))


def _lines(card: OccasionCard) -> Iterator[str]:
    if card.cancelled:
        yield card.cancelled
    for fact in card.facts:
        yield f"{fact.label} {fact.shown}".strip()
    for part in card.parts:
        yield f"- {part.when} {part.title} ({part.access})"
