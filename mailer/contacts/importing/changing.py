"""Setting what a file says in one row of ours, and telling field by field what that changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from mailer.contacts import history
from mailer.contacts.beats import meaning
from mailer.contacts.history import Recording
from mailer.contacts.importing.drafts import Draft
from mailer.contacts.importing.plans import Facts
from mailer.contacts.importing.values import clean
from mailer.models import Desk, Journalist, Outlet, Role, SuppressionReason, TrackingMode

#: The file's column for an attribute that is called otherwise.
COLUMNS: dict[type[SQLModel], dict[str, str]] = {
    Outlet: {
        "country": "outlet_country",
        "publication_languages": "outlet_languages",
        "public_note": "outlet.notes_public",
        "city": "outlet.city",
        "zone": "outlet.zone",
    },
    Journalist: {"country": "person.country", "public_note": "note"},
    Desk: {"country": "person.country", "public_note": "note", "name": "desk"},
    Role: {},
}
DETAILS = "details."
BEATS = ("beats", "details.beats")
#: Many rows speak of these, and a file may hold only some of them: what they cover adds up.
ADDING_UP = (Outlet, Desk)
#: Numbers to find duplicates by; they follow what was typed and are not told by themselves.
E164 = "_e164"


@dataclass
class Applied:
    """What was written: the lines that brought a contact, and what changed in the known ones."""

    new_rows: set[int] = field(default_factory=set)
    #: The lines that move somebody to an address that is closed, and why nobody writes there.
    closed_rows: dict[int, SuppressionReason] = field(default_factory=dict)
    #: (line, field, before, after)
    changes: list[tuple[int, str, str, str]] = field(default_factory=list)


class Changing:
    """One import's changes."""

    def __init__(self, recording: Recording, *, at: datetime) -> None:
        self.recording = recording
        self.at = at
        self.applied = Applied()

    def write(
        self,
        table: type[SQLModel],
        target: SQLModel | Draft,
        facts: Facts,
        *,
        new_row: int | None = None,
        told: bool = True,
    ) -> None:
        """Set what is said; what the row that made the target says is no change."""
        columns = _columns(table)
        for attribute, said in facts.items():
            before = _standing(target, attribute)
            after = _listed(said.value)
            if attribute in BEATS:
                after = _beats(before or [], after, adds_up=table in ADDING_UP)
            elif not attribute.startswith(DETAILS):
                after = history.as_value(columns[attribute], after)
            # A file may say that nobody may write to someone; only an officer takes that back.
            if _is_alike(before, after) or (attribute == "do_not_contact" and before):
                continue
            _put(target, attribute, after)
            if isinstance(target, SQLModel):
                self.recording.told_by(target, said.row)
            self._follow(target, attribute, facts, after)
            if told and said.row != new_row and not attribute.endswith(E164):
                known = (
                    before
                    if isinstance(target, SQLModel)
                    else facts.said_first(attribute) or before
                )
                self.tell(said.row, COLUMNS[table].get(attribute, attribute), known, after)

    def _follow(self, target: Any, attribute: str, facts: Facts, after: object) -> None:
        """What goes with an attribute: the moment of consent, and the number of a new phone."""
        if attribute == "tracking":
            consented = after == TrackingMode.INDIVIDUAL
            target.tracking_consented_at = self.at if consented else None
        number = attribute + E164
        if attribute in ("phone", "mobile") and number not in facts and hasattr(target, number):
            setattr(target, number, "")

    def tell(self, row: int, column: str, before: object, after: object) -> None:
        """Keep that a line changed a column of a contact that was known."""
        self.applied.changes.append((row, column, _shown(before), _shown(after)))


@cache
def _columns(table: type[SQLModel]) -> Mapping[str, sa.Column[Any]]:
    return dict(sa.inspect(table).local_table.columns)


def _standing(target: Any, attribute: str) -> Any:
    if attribute.startswith(DETAILS):
        return target.details.get(attribute.removeprefix(DETAILS), "")
    return getattr(target, attribute)


def _put(target: Any, attribute: str, value: Any) -> None:
    if attribute.startswith(DETAILS):
        # A document of its own, so that the session sees that it changed.
        target.details = target.details | {attribute.removeprefix(DETAILS): value}
    else:
        setattr(target, attribute, value)


def _beats(before: list[str], said: list[str], *, adds_up: bool) -> list[str]:
    """The beats after a file; the same ones in other words, or another order, are no news."""
    known = {meaning(beat) for beat in before}
    if {meaning(beat) for beat in said} == known:
        return before
    if not adds_up:
        return said
    return before + [beat for beat in said if meaning(beat) not in known]


def _is_alike(before: object, after: object) -> bool:
    """Whether a file that was told the one says the other: line breaks, for one, are not read."""
    if isinstance(before, str) and isinstance(after, str):
        return before == after or clean(before) == after
    return before == after


def _listed(value: object) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "|".join(map(str, value))
    return value.value if isinstance(value, StrEnum) else str(value)
