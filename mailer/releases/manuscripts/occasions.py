"""The press events of a release file: when, where, their parts, and who may come until when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from mailer import clock
from mailer.errors import BadInput
from mailer.languages import closest
from mailer.releases.manuscripts.files import by_language
from mailer.releases.manuscripts.front_matter import Record, is_blank

OCCASION_KEYS: Final = (
    *("title", "place", "address", "starts", "ends", "zone", "open_to_press"),
    *("cancelled", "accreditation", "parts"),
)
PART_KEYS: Final = ("title", "starts", "ends", "open_to_press")
DEADLINE_KEYS: Final = ("category", "until")
#: What is said in each language.
Spoken = dict[str, str]
#: A day without a time lasts until its last minute.
LAST_MINUTE: Final = time(23, 59)


@dataclass(frozen=True)
class PartDraft:
    """A part of a press event; naive times are meant in the zone of the whole."""

    title: str
    starts: datetime
    ends: datetime | None = None
    is_open_to_press: bool = True


@dataclass(frozen=True)
class OccasionDraft:
    """A press event as a release file describes it; naive times are meant in `zone`."""

    title: str
    starts: datetime
    ends: datetime | None = None
    #: With its address.
    place: str = ""
    #: Empty: the office's zone.
    zone: str = ""
    is_open_to_press: bool = True
    #: None: the file does not say.
    is_cancelled: bool | None = None
    parts: tuple[PartDraft, ...] = ()
    #: Until when to ask for accreditation, by category; an empty one is everybody.
    accreditation: tuple[tuple[str, datetime], ...] = ()
    #: What title, place, categories and the titles of parts are in each language, by what they are
    #: here; only where the file says it by language.
    wordings: dict[str, Spoken] = field(default_factory=dict)


def read_occasions(record: Record, *, language: str) -> tuple[OccasionDraft, ...]:
    """The events that the file names; what it says in one line stands in the language of the file.

    Raises BadInput, naming the place and what to do.
    """
    items = record.items("occasions")
    return tuple(_occasion(record, item, language) for item in items if item)


def _occasion(record: Record, item: str | Record, language: str) -> OccasionDraft:
    if isinstance(item, str):
        raise record.wrong("occasions", "must be records with title: and starts:")
    item.refuse_unknown(OCCASION_KEYS)
    said = bool(item.line("cancelled"))
    spoken = Wordings(language)
    return OccasionDraft(
        title=spoken.required(item, "title"),
        place=spoken.taken(_place(item, language)),
        starts=_start(item, example="2007-06-11T09:30"),
        ends=_at(item.moment("ends"), LAST_MINUTE),
        zone=_zone(item),
        is_open_to_press=item.claim("open_to_press", default=True),
        is_cancelled=item.claim("cancelled", default=False) if said else None,
        parts=tuple(_part(item, part, spoken) for part in item.items("parts") if part),
        accreditation=tuple(_deadlines(item, spoken)),
        wordings=spoken.found,
    )


@dataclass(frozen=True)
class Wordings:
    """Collects what is said in several languages, by what it is in the language of the file."""

    language: str
    found: dict[str, Spoken] = field(default_factory=dict)

    def required(self, item: Record, key: str) -> str:
        """The value in the language of the file; BadInput when nothing of it is seen."""
        if isinstance(item.values.get(key), dict):
            said = self.taken(by_language(item, key, language=self.language))
            if said:
                return said
            raise BadInput(f"{item.where}: {key} says nothing: add a line such as en: …")
        return item.required(key)

    def taken(self, said: Spoken) -> str:
        """The same of what was read; where the file's language is missing, in the first."""
        said = {tag: words for tag, words in said.items() if not is_blank(words)}
        own = closest(self.language, said)
        plain = said[own] if own else next(iter(said.values()), "")
        if len(said) > 1 or (said and not own):
            self.found[plain] = said
        return plain


def _place(item: Record, language: str) -> Spoken:
    """The place with its address, in each language that one of both has."""
    both = [by_language(item, key, language=language) for key in ("place", "address")]
    tags = dict.fromkeys(tag for said in both for tag in said)
    return {tag: ", ".join(filter(None, _in(tag, both, language))) for tag in tags}


def _in(tag: str, both: list[Spoken], language: str) -> Iterator[str]:
    for said in both:
        match = closest(tag, said) or closest(language, said)
        yield said[match] if match else next(iter(said.values()), "")


def _part(record: Record, item: str | Record, spoken: Wordings) -> PartDraft:
    if isinstance(item, str):
        raise record.wrong("parts", "must be records with title: and starts:")
    item.refuse_unknown(PART_KEYS)
    return PartDraft(
        title=spoken.required(item, "title"),
        starts=_start(item, example="2007-06-11T10:00"),
        ends=_at(item.moment("ends"), LAST_MINUTE),
        is_open_to_press=item.claim("open_to_press", default=True),
    )


def _start(item: Record, *, example: str) -> datetime:
    starts = _at(item.moment("starts"), time.min)
    if starts is None:
        raise BadInput(f"{item.where}: starts is missing: add a line starts: {example}")
    return starts


def _zone(item: Record) -> str:
    zone = item.line("zone")
    try:
        if zone:
            clock.zone(zone)
    except BadInput as wrong:
        raise BadInput(f"{item.where}: {wrong}") from wrong
    return zone


def _deadlines(item: Record, spoken: Wordings) -> list[tuple[str, datetime]]:
    """One moment for all, or one for each category by its name, also in several languages."""
    value = item.values.get("accreditation")
    if isinstance(value, list):
        return [_deadline(item, one, spoken) for one in item.items("accreditation") if one]
    if not isinstance(value, dict):
        moment = _at(item.moment("accreditation"), LAST_MINUTE)
        return [("", moment)] if moment else []
    by_category = Record({str(key): one for key, one in value.items()}, f"{item.where}")
    deadlines = []
    for category in by_category.values:
        moment = _at(by_category.moment(category), LAST_MINUTE)
        if moment is None:
            raise by_category.wrong(category, "must be a time such as 2007-06-08T18:00")
        deadlines.append((category, moment))
    return deadlines


def _deadline(record: Record, item: str | Record, spoken: Wordings) -> tuple[str, datetime]:
    if isinstance(item, str):
        raise record.wrong("accreditation", "must be records with category: and until:")
    item.refuse_unknown(DEADLINE_KEYS)
    moment = _at(item.moment("until"), LAST_MINUTE)
    if moment is None:
        raise BadInput(f"{item.where}: until is missing: add a line until: 2007-06-08T18:00")
    return spoken.required(item, "category"), moment


def _at(moment: date | datetime | None, time_of_day: time) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time_of_day)
