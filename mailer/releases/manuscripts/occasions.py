"""The press events of a release file: when, where, their parts, and who may come until when."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from mailer import clock
from mailer.errors import BadInput
from mailer.releases.manuscripts.front_matter import Record

OCCASION_KEYS: Final = (
    *("title", "place", "address", "starts", "ends", "zone", "open_to_press"),
    *("cancelled", "accreditation", "parts"),
)
PART_KEYS: Final = ("title", "starts", "ends", "open_to_press")
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


def read_occasions(record: Record) -> tuple[OccasionDraft, ...]:
    """The events that the file names. Raises BadInput, naming the place and what to do."""
    return tuple(_occasion(record, item) for item in record.items("occasions") if item)


def _occasion(record: Record, item: str | Record) -> OccasionDraft:
    if isinstance(item, str):
        raise record.wrong("occasions", "must be records with title: and starts:")
    item.refuse_unknown(OCCASION_KEYS)
    said = bool(item.line("cancelled"))
    return OccasionDraft(
        title=item.required("title"),
        place=", ".join(filter(None, (item.line("place"), item.line("address")))),
        starts=_start(item, example="2007-06-11T09:30"),
        ends=_at(item.moment("ends"), LAST_MINUTE),
        zone=_zone(item),
        is_open_to_press=item.claim("open_to_press", default=True),
        is_cancelled=item.claim("cancelled", default=False) if said else None,
        parts=tuple(_part(item, part) for part in item.items("parts") if part),
        accreditation=tuple(_deadlines(item)),
    )


def _part(record: Record, item: str | Record) -> PartDraft:
    if isinstance(item, str):
        raise record.wrong("parts", "must be records with title: and starts:")
    item.refuse_unknown(PART_KEYS)
    return PartDraft(
        title=item.required("title"),
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


def _deadlines(item: Record) -> list[tuple[str, datetime]]:
    """One moment for all, or one for each category by its name."""
    value = item.values.get("accreditation")
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


def _at(moment: date | datetime | None, time_of_day: time) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time_of_day)
