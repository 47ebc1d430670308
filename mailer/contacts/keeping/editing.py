"""Fields that a list keeper corrects by hand, read as an import reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlmodel import Session, SQLModel

from mailer import clock
from mailer.contacts.history import operation
from mailer.contacts.importing.values import Phone
from mailer.contacts.keeping.editable import FIELDS, OWN_NUMBERS, column_of, field_of
from mailer.contacts.keeping.typed import Reader
from mailer.contacts.lengths import refuse_long
from mailer.contacts.office_clock import office_zone
from mailer.contacts.outlets import remembering
from mailer.contacts.suggesting import did_you_mean
from mailer.errors import BadInput
from mailer.models import Journalist, OperationKind, Outlet, TrackingMode

#: What follows a field by itself, and is not told beside it.
BESIDE = {"details", "phone_e164", "mobile_e164"}
#: What an index holds whole.
LOOKED_UP = {"name", "family_name"}
Rows = tuple[SQLModel, ...]


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


class _Setting(NamedTuple):
    """A column that gets a value, and the field by which it was asked for."""

    row: SQLModel
    column: str
    value: Any
    field: str


def edit(
    session: Session,
    rows: Rows,
    given: Mapping[str, str],
    *,
    source: str,
    officer_id: int | None = None,
    takes_new_topics: bool = False,
) -> Edited:
    """Set fields of a person and her job, or of a desk; an empty text clears one.

    The caller commits. Raises BadInput for a field that nobody has, and for what cannot be read.
    """
    reader = _reader(session, rows, takes_new_topics=takes_new_topics)
    named = {field_of(rows[0], name): text.strip() for name, text in given.items()}
    wanted = [one for field, text in named.items() for one in _read(rows, field, text, reader)]
    changed = [one for one in wanted if getattr(one.row, one.column) != one.value]
    if not changed:
        return Edited(None, ())
    told = tuple(_told(changed))
    with operation(session, OperationKind.EDIT, source=source, officer_id=officer_id) as recording:
        for one in changed:
            setattr(one.row, one.column, one.value)
    return Edited(recording.id, told)


def faults(session: Session, rows: Rows, given: Mapping[str, str]) -> dict[str, str]:
    """What of it cannot be read, by field: all of it at once, where `edit` raises the first."""
    reader = _reader(session, rows)
    found = {}
    for field, text in given.items():
        try:
            _read(rows, field, text.strip(), reader)
        except BadInput as wrong:
            found[field] = str(wrong).removeprefix(f"{field}: ")
    return found


def _reader(session: Session, rows: Rows, *, takes_new_topics: bool = False) -> Reader:
    return Reader(
        session,
        zone=office_zone(session),
        region=_region(session, rows),
        takes_new_topics=takes_new_topics,
    )


def _region(session: Session, rows: Rows) -> str:
    """The country of telephone numbers, as in a file: that of the person, else of the outlet."""
    people = [session.get(Journalist, n) for row in rows if (n := _number(row, "journalist_id"))]
    outlets = [session.get(Outlet, n) for row in rows if (n := _number(row, "outlet_id"))]
    holders = (getattr(one, "country", "") for one in (*rows, *people, *outlets))
    return next(filter(None, holders), "")


def _number(row: SQLModel, column: str) -> int | None:
    return getattr(row, column, None)


def _told(changed: Iterable[_Setting]) -> Iterable[FieldSet]:
    for one in changed:
        if one.column not in BESIDE:
            yield FieldSet(one.field, getattr(one.row, one.column), one.value)


def _read(rows: Rows, field: str, text: str, reader: Reader) -> list[_Setting]:
    """The columns that the text of one field sets."""
    row = _whose(rows, field)
    try:
        value = reader.read(FIELDS[type(row)][field], field, text, row=row)
        if column_of(field) in LOOKED_UP:
            refuse_long(value)
    except BadInput as wrong:
        raise BadInput(f"{field}: {wrong}") from wrong
    column = column_of(field)
    if column in ("phone", "mobile"):
        phone = value or Phone("", "")
        values = {column: phone.typed, f"{column}_e164": phone.e164}
    else:
        values = {column: value} | _following(row, field, value)
    named = {column: field}
    return [_Setting(row, name, one, named.get(name, name)) for name, one in values.items()]


def _whose(rows: Rows, field: str) -> SQLModel:
    """The one of them that has the field. Raises BadInput for none."""
    row = next((row for row in rows if field in FIELDS[type(row)]), None)
    if row is not None:
        return row
    known = [name for one in rows for name in FIELDS[type(one)]]
    own = f"person.{field}"
    if own in OWN_NUMBERS and own in known:
        raise BadInput(f"{field}: that is the job's, and no job lasts: {own} is the person's own")
    raise BadInput(f"there is no field {field!r} here: {did_you_mean(field, known, shown=40)}")


def _following(row: SQLModel, field: str, value: Any) -> dict[str, Any]:
    """What changes with a field."""
    if field == "name" and isinstance(row, Outlet):
        return {"details": remembering(row, value)}
    if field == "tracking":
        # Only recorded consent lets anybody be followed in person (R10).
        consented_at = getattr(row, "tracking_consented_at", None) or clock.now()
        since = consented_at if value is TrackingMode.INDIVIDUAL else None
        return {"tracking_consented_at": since}
    return {}
