"""A change of the address book in words that a list keeper reads."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer import clock
from mailer.contacts import history
from mailer.contacts.keeping.undoing import MERGED_INTO
from mailer.contacts.office_clock import office_zone
from mailer.contacts.outlets import FORMER_NAMES
from mailer.database import UTCDateTime
from mailer.models import (
    Address,
    ChangeAction,
    ContactChange,
    Desk,
    Journalist,
    MediaList,
    Outlet,
    Role,
)
from mailer.models.contacts import written_name

#: What a column refers to, and the word for it.
REFERENCES: dict[str, tuple[type[SQLModel], str]] = {
    "outlet_id": (Outlet, "outlet"),
    "address_id": (Address, "address"),
    "journalist_id": (Journalist, "person"),
    "role_id": (Role, "job"),
    "desk_id": (Desk, "desk"),
    "list_id": (MediaList, "list"),
    "first_id": (Journalist, "person"),
    "second_id": (Journalist, "person"),
}
#: E.164 stands beside what was typed; whoever reads wants that.
BESIDE = {"phone_e164", "mobile_e164"}
NAMED = "named again, with nothing new"
ON_LISTS = {
    ChangeAction.ADDED: "put on",
    ChangeAction.CHANGED: "taken off",
    ChangeAction.REMOVED: "taken off",
    ChangeAction.NAMED: "named again on",
}
Row = Mapping[str, Any]


class Became(NamedTuple):
    """A change apart: each name by itself, since it may run from right to left."""

    #: What the row is called.
    called: str
    #: What became of it, and the name that stands at the end of that.
    verb: str
    name: str
    #: Of each field that changed its name, what stood there, and what stands there since.
    fields: list[tuple[str, str, str]]

    def sentence(self) -> str:
        """The same in one line."""
        fields = ", ".join(f"{name}: {before} → {after}" for name, before, after in self.fields)
        return f"{self.called}: {fields or f'{self.verb} {self.name}'.rstrip()}"


class Wording:
    """Words for rows and changes; `rows` are those that the history is about, by table."""

    def __init__(self, session: Session, rows: Mapping[str, Mapping[int, Row]]) -> None:
        self.session = session
        self.rows = rows
        self._labels: dict[tuple[str, int], str] = {}

    @cached_property
    def zone(self) -> str:
        """By whose clock times are told."""
        return office_zone(self.session)

    def became(self, change: ContactChange) -> Became:
        """What a change is about, and what became of it."""
        subject = change.subject
        row = self.rows.get(subject, {}).get(change.subject_id) or change.before
        if subject == "media_list_entry":
            verb = f"{ON_LISTS[change.action]} the list"
            return Became(self._member(row), verb, self._named("list_id", row.get("list_id")), [])
        label = self.label(subject, change.subject_id)
        if into := change.after.get(MERGED_INTO):
            name = f"{self.label('journalist', into)} ({into})"
            return Became(label, "merged into", name, [])
        if change.action is ChangeAction.NAMED:
            return Became(label, NAMED, "", [])
        if change.action is not ChangeAction.CHANGED:
            return Became(label, str(change.action), "", [])
        return Became(label, "", "", self.fields(change))

    def fields(self, change: ContactChange) -> list[tuple[str, str, str]]:
        """Each field that changed: its name, what stood there and what stands there since."""
        if change.action is not ChangeAction.CHANGED:
            return []
        return [
            (
                REFERENCES[name][1] if name in REFERENCES else name.replace("_", " "),
                self._value(change.subject, name, before),
                self._value(change.subject, name, change.after.get(name)),
            )
            for name, before in change.before.items()
            if name not in BESIDE and not _is_former_name(name, before, change.after.get(name))
        ]

    def label(self, subject: str, number: int) -> str:
        """What a row is called."""
        if (subject, number) not in self._labels:
            self._labels[subject, number] = self._label(subject, number)
        return self._labels[subject, number]

    def _label(self, subject: str, number: int) -> str:
        row = self.rows.get(subject, {}).get(number)
        if row is None:
            found = self.session.get(history.TABLES[subject], number)
            row = found.model_dump() if found is not None else self._gone(subject, number)
        if not row.get("id"):
            return f"{subject.replace('_', ' ')} {number}"
        return self._called(subject, row)

    def _gone(self, subject: str, number: int) -> Row:
        """A list or an outlet that is not there any more, as it was last."""
        removed = sa.select(col(ContactChange.before)).where(
            col(ContactChange.subject) == subject,
            col(ContactChange.subject_id) == number,
            col(ContactChange.action) == ChangeAction.REMOVED,
        )
        last = self.session.scalars(removed.order_by(col(ContactChange.id).desc()).limit(1)).first()
        return last if last and subject in ("media_list", "outlet") else {}

    def _called(self, subject: str, row: Row) -> str:
        if subject == "journalist":
            return written_name(
                row["given_name"],
                row["particle"],
                row["family_name"],
                family_first=row["family_name_first"],
            )
        if subject == "role":
            at = self._named("outlet_id", row["outlet_id"]) if row["outlet_id"] else "freelance"
            return f"{row['job_title'] or 'job'} at {at}"
        if subject == "desk":
            return f"desk {row['name']} at {self._named('outlet_id', row['outlet_id'])}"
        if subject == "different_people":
            two = (self.label("journalist", row[name]) for name in ("first_id", "second_id"))
            return f"{' and '.join(two)} as different people"
        return str(row.get("email") or row.get("name") or row["id"])

    def _member(self, row: Row) -> str:
        for column, subject in (("role_id", "role"), ("desk_id", "desk")):
            if row.get(column):
                return self.label(subject, row[column])
        return str(row.get("criteria") or "an entry")

    def _value(self, subject: str, name: str, kept: Any) -> str:
        """A kept value; moments by the office's clock."""
        column = sa.inspect(history.TABLES[subject]).local_table.columns.get(name)
        if column is not None and isinstance(column.type, UTCDateTime):
            return in_words(history.as_value(column, kept), zone=self.zone)
        return self._named(name, kept)

    def _named(self, name: str, value: Any) -> str:
        if name in REFERENCES and value is not None:
            return self.label(str(REFERENCES[name][0].__tablename__), value)
        return in_words(value)


def _is_former_name(name: str, before: Any, after: Any) -> bool:
    """Whether only a name of an outlet was remembered: the name itself is told beside it."""
    if name != "details" or not isinstance(before, dict) or not isinstance(after, dict):
        return False
    return {**before, FORMER_NAMES: 0} == {**after, FORMER_NAMES: 0}


def in_words(value: Any, *, zone: str = "UTC") -> str:
    """A value as a list keeper reads it; a moment by the clock of that zone."""
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return clock.told(value, zone_name=zone)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
