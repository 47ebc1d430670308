"""What a reader is told of an occasion beside the text, in the language of her cover: when, on her
clock and on that of the place; where; whether the press may come; and until when to ask for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from mailer.clock import zone
from mailer.compose.covers.clocks import city, held, plain, whole, whose
from mailer.compose.covers.saying import Words, words_for
from mailer.compose.letter import Letter
from mailer.compose.wire import one_line
from mailer.languages import clock_time, direction, weekday_date
from mailer.models import Occasion, Office
from mailer.releases.occasions import Said, is_whole_day, said_in

OPEN, CLOSED = "Open to the press", "Closed to the press"


@dataclass(frozen=True)
class Fact:
    """One line: what it is about, with its colon, and what is so. The label may be empty."""

    label: str
    shown: str
    #: The same as HTML, with clocks that no screen breaks.
    whole: Markup


def _fact(label: str, line: str) -> Fact:
    return Fact(label, plain(line), whole(line))


@dataclass(frozen=True)
class PartLine:
    """One part of an occasion: when, what, and whether the press may come."""

    when: str
    #: The same as HTML, with clocks that no screen breaks.
    when_whole: Markup
    title: str
    #: Of the title.
    language: str
    direction: str
    access: str


@dataclass(frozen=True)
class OccasionCard:
    """All that is told of one occasion."""

    title: str
    #: Of the title.
    language: str
    direction: str
    #: The word that it is called off; empty: it is not.
    cancelled: str
    facts: tuple[Fact, ...]
    parts: tuple[PartLine, ...]


def occasion_cards(letter: Letter) -> tuple[OccasionCard, ...]:
    """What the reader of that letter is told of the occasions, in their order."""
    teller = Teller(
        words_for(letter.full.office, letter.cover_language),
        letter.full.office,
        letter.full.release.source_language,
        (letter.cover_language, letter.edition_language),
        letter.zone,
    )
    return tuple(map(teller.card, letter.full.occasions))


@dataclass(frozen=True)
class Teller:
    """Tells of occasions in one language, by one clock."""

    words: Words
    office: Office
    #: What is written in one language only is written in this one.
    source_language: str
    #: In the first of these that an occasion has words in, these are told.
    languages: tuple[str, ...]
    #: The reader's zone; empty: the place's.
    reader_zone: str = ""

    def card(self, occasion: Occasion) -> OccasionCard:
        """What is told of that occasion."""
        title = self.said(occasion.title, occasion)
        return OccasionCard(
            title=title.words,
            language=title.language,
            direction=direction(title.language),
            cancelled=self.words.say("Cancelled") if occasion.cancelled_at else "",
            facts=tuple(self.facts(occasion)),
            parts=tuple(self._part(part, occasion) for part in occasion.parts),
        )

    def said(self, plain: str, occasion: Occasion) -> Said:
        """What a title, a place or a category is called for the reader."""
        found = said_in(self.languages, plain, occasion, source_language=self.source_language)
        return found._replace(words=one_line(found.words))

    def facts(self, occasion: Occasion) -> Iterator[Fact]:
        """When and where; and while it is to be, who may come and until when to ask for it."""
        yield _fact(self._label("When"), self._when(occasion))
        if place := self.said(occasion.place, occasion).words:
            yield _fact(self._label("Where"), self.words.apart(place))
        if occasion.cancelled_at is None:
            yield _fact("", self.access(is_open=occasion.is_open_to_press))
            for category, until in occasion.accreditation.items():
                moment = datetime.fromisoformat(until)
                told = self._span(moment, None, occasion)
                called = self.said(category, occasion).words
                yield _fact(self._label("Accreditation deadline", called), told)

    def _when(self, occasion: Occasion) -> str:
        """Such as `Tuesday 1 December 2026, 09:00–10:00 GMT (10:00–11:00 CET Luxembourg)`."""
        if not is_whole_day(occasion):
            return self._span(occasion.starts_at, occasion.ends_at, occasion)
        place = zone(occasion.zone)
        days = (occasion.starts_at, occasion.ends_at or occasion.starts_at)
        told = [self._day(one.astimezone(place).date()) for one in days]
        return " – ".join(dict.fromkeys(told))

    def access(self, *, is_open: bool) -> str:
        """Whether the press may come."""
        return self.words.say(OPEN if is_open else CLOSED)

    def _part(self, part: dict[str, Any], occasion: Occasion) -> PartLine:
        starts_at = datetime.fromisoformat(part["starts_at"])
        ends_at = datetime.fromisoformat(part["ends_at"]) if part["ends_at"] else None
        day = occasion.starts_at.astimezone(self._here(occasion)).date()
        title = self.said(part["title"], occasion)
        when = self._span(starts_at, ends_at, occasion, known_day=day)
        return PartLine(
            when=plain(when),
            when_whole=whole(when),
            title=title.words,
            language=title.language,
            direction=direction(title.language),
            access=self.access(is_open=part["is_open_to_press"]),
        )

    def _here(self, occasion: Occasion) -> Any:
        return zone(self.reader_zone or occasion.zone)

    def _span(
        self,
        starts_at: datetime,
        ends_at: datetime | None,
        occasion: Occasion,
        *,
        known_day: date | None = None,
    ) -> str:
        """The time on the reader's clock; in brackets on that of the place where it differs."""
        here, there = self._here(occasion), zone(occasion.zone)
        own = self._on(here, starts_at, ends_at, known_day, is_own=True)
        if starts_at.astimezone(here).utcoffset() == starts_at.astimezone(there).utcoffset():
            return own
        day = starts_at.astimezone(here).date()
        return f"{own} ({self._on(there, starts_at, ends_at, day, is_own=False)})"

    def _on(
        self,
        where: Any,
        starts_at: datetime,
        ends_at: datetime | None,
        known_day: date | None,
        *,
        is_own: bool,
    ) -> str:
        """The time on one clock; a day that is known already is not said again."""
        words, start = self.words, starts_at.astimezone(where)
        end = ends_at and ends_at.astimezone(where)
        clock = self._clocks(start, end)
        place = city(str(where), words, office=self.office)
        owner = whose(start, place, words.language, not is_own)
        is_one_day = end is None or end.date() == start.date()
        told = words.apart(held(clock, owner) if is_one_day else f"{clock} {owner}")
        if start.date() == known_day:
            return told
        return f"{self._day(start.date())}{words.comma} {told}"

    def _clocks(self, start: datetime, end: datetime | None) -> str:
        first = clock_time(start, self.words.language)
        if end is None or end == start:
            return first
        last = clock_time(end, self.words.language)
        if end.date() == start.date():
            return f"{first}–{last}"
        return f"{first} – {self._day(end.date())}{self.words.comma} {last}"

    def _day(self, day: date) -> str:
        return weekday_date(day, self.words.language)

    def _label(self, english: str, category: str = "") -> str:
        beside = f" ({category})" if category else ""
        return f"{self.words.say(english)}{beside}{self.words.colon}"
