"""Fields that a list keeper corrects by hand, read as an import reads them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlmodel import Session, SQLModel

from mailer import clock
from mailer.contacts.history import operation
from mailer.contacts.importing import values
from mailer.contacts.importing.values import Kind, Phone
from mailer.contacts.keeping.editable import FIELDS, column_of
from mailer.contacts.outlets import remembering
from mailer.contacts.suggesting import did_you_mean
from mailer.errors import BadInput
from mailer.models import MediaType, OperationKind, Outlet, ReleaseKind, TrackingMode

#: What follows a field by itself, and is not told beside it.
BESIDE = {"details"}


@dataclass(frozen=True)
class FieldSet:
    """A field that has another value now."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Edited:
    """What an edit changed; no operation when nothing did."""

    operation_id: int | None
    changes: tuple[FieldSet, ...]


def edit(
    session: Session,
    rows: tuple[SQLModel, ...],
    given: Mapping[str, str],
    *,
    source: str,
    officer_id: int | None = None,
) -> Edited:
    """Set fields of a person and her job, or of a desk; an empty text clears one.

    The caller commits. Raises BadInput for a field that nobody has, and for what cannot be read.
    """
    named = {column_of(rows[0], name): text.strip() for name, text in given.items()}
    region = next((getattr(row, "country", "") for row in rows), "")
    wanted = [
        (row, name, value)
        for field, text in named.items()
        for row, name, value in _read(rows, field, text, region=region)
    ]
    changed = [(row, name, value) for row, name, value in wanted if getattr(row, name) != value]
    if not changed:
        return Edited(None, ())
    told = tuple(
        FieldSet(name, getattr(row, name), value)
        for row, name, value in changed
        if name not in BESIDE
    )
    with operation(session, OperationKind.EDIT, source=source, officer_id=officer_id) as recording:
        for row, name, value in changed:
            setattr(row, name, value)
    return Edited(recording.id, told)


def faults(rows: tuple[SQLModel, ...], given: Mapping[str, str]) -> dict[str, str]:
    """What of it cannot be read, by field: all of it at once, where `edit` raises the first."""
    region = next((getattr(row, "country", "") for row in rows), "")
    found = {}
    for field, text in given.items():
        try:
            _read(rows, field, text.strip(), region=region)
        except BadInput as wrong:
            found[field] = str(wrong).removeprefix(f"{field}: ")
    return found


def _read(
    rows: tuple[SQLModel, ...], field: str, text: str, *, region: str
) -> list[tuple[SQLModel, str, Any]]:
    """The columns that the text of one field sets."""
    row = next((row for row in rows if field in FIELDS[type(row)]), None)
    if row is None:
        known = [name for one in rows for name in FIELDS[type(one)]]
        raise BadInput(f"there is no field {field!r} here: {did_you_mean(field, known, shown=40)}")
    try:
        value = _value(FIELDS[type(row)][field], field, text, row=row, region=region)
    except BadInput as wrong:
        raise BadInput(f"{field}: {wrong}") from wrong
    if field in ("phone", "mobile"):
        phone = value or Phone("", "")
        return [(row, field, phone.typed), (row, f"{field}_e164", phone.e164)]
    if field == "name" and isinstance(row, Outlet):
        return [(row, field, value), (row, "details", remembering(row, value))]
    if field == "tracking":
        # Only recorded consent lets anybody be followed in person (R10).
        consented_at = getattr(row, "tracking_consented_at", None) or clock.now()
        since = consented_at if value is TrackingMode.INDIVIDUAL else None
        return [(row, field, value), (row, "tracking_consented_at", since)]
    return [(row, field, value)]


def _value(kind: Kind | None, field: str, text: str, *, row: SQLModel, region: str) -> Any:
    blank = _blank(row, field)
    if not text:
        if field == "name":
            raise BadInput("it needs one: write what it is called")
        if isinstance(blank, bool | TrackingMode):
            raise BadInput("write yes or no" if isinstance(blank, bool) else "write none, or more")
        return blank
    if kind is None:
        return OWN[field](text)
    value = values.read(kind, text, region=region)
    if value is None:
        # A text that says nothing, such as n/a, clears the field as an empty one does.
        return _value(kind, field, "", row=row, region=region)
    if kind is Kind.PHONES:
        return _only(value)
    return list(value) if isinstance(value, tuple) else value


def _blank(row: SQLModel, field: str) -> Any:
    """What stands in a field of which nothing is known."""
    return getattr(type(row)(), field)


def _only(phones: Any) -> Phone:
    if len(phones) != 1:
        raise BadInput("write one number")
    phone: Phone = phones[0]
    return phone


def _note(text: str) -> str:
    """Cleaned line by line: a note may have several."""
    return "\n".join(values.clean(line) for line in text.splitlines()).strip()


def _kinds(text: str) -> list[str]:
    words = [word.strip().casefold() for word in text.replace("|", ",").split(",")]
    known = [kind.value for kind in ReleaseKind]
    for word in words:
        if word not in known:
            raise BadInput(f"{word!r} is no kind of release: {did_you_mean(word, known, shown=20)}")
    return words


def _media_type(text: str) -> MediaType:
    """One kind of outlet: an import takes the first of several, a person can say which."""
    reading = values.read_told(Kind.MEDIA_TYPE, text)
    if reading.notices:
        raise BadInput(f"{text!r} names several kinds of outlet: write one")
    return MediaType(str(reading.value or MediaType.UNKNOWN))


def _time(text: str) -> str:
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError as wrong:
        raise BadInput(f"{text!r} is no time of the day: write it like 19:30") from wrong


def _moment(text: str) -> datetime:
    """A moment; a mere day is its first in UTC."""
    return clock.parse_moment(text, zone_name=str(UTC))


OWN: dict[str, Callable[[str], Any]] = {
    "public_note": _note,
    "private_note": _note,
    "kinds": _kinds,
    "media_type": _media_type,
    "quiet_from": _time,
    "quiet_until": _time,
    "paused_until": _moment,
}
