"""What stands in one message alone: the line that greets its reader, where the office greets, and
the officer's note to her. Looked up for some recipients at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.candidates import Candidate
from mailer.compose.covers.greetings import Person, greeting
from mailer.models import Journalist
from mailer.releases.editions import FullRelease
from mailer.releases.personal_notes import Notes, notes_for

#: What a greeting may say, in the order of `Person`.
SAID = (
    Journalist.title,
    Journalist.given_name,
    Journalist.particle,
    Journalist.family_name,
    Journalist.family_name_first,
    Journalist.patronymic,
    Journalist.vocative,
    Journalist.salutation_form,
    Journalist.salutations,
    Journalist.languages,
)


@dataclass(frozen=True)
class OwnWords:
    """The words to some recipients."""

    greets: bool = False
    #: By their numbers.
    people: Mapping[int, Person] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)

    def to(self, who: Candidate, *, language: str) -> tuple[str, str]:
        """The greeting in the language of her cover, and the note; either may be empty."""
        note = self.notes.to(address_id=who.address_id, journalist_id=who.journalist_id)
        if not self.greets:
            return "", note
        person = None if who.journalist_id is None else self.people.get(who.journalist_id)
        return greeting(language, person, email=who.email), note


class Personal:
    """The words that belong to the recipients of one release."""

    def __init__(self, session: Session, full: FullRelease, *, at: datetime) -> None:
        self._session, self._greets = session, full.office.greets
        # Asked once: a release has a handful of notes, or none.
        today = at.astimezone(UTC).date()
        self._notes = notes_for(session, full.release.id or 0, today=today)

    def of(self, recipients: Sequence[Candidate]) -> OwnWords:
        """The words to these recipients."""
        if not self._greets:
            return OwnWords(notes=self._notes)
        numbers = sorted({one.journalist_id for one in recipients if one.journalist_id})
        rows = self._session.execute(
            sa.select(col(Journalist.id), *map(col, SAID)).where(col(Journalist.id).in_(numbers))
        )
        people = {number: _person(*said) for number, *said in rows}
        return OwnWords(greets=True, people=people, notes=self._notes)


def _person(*said: Any) -> Person:
    """The person of the columns in `SAID`."""
    values = dict(zip(Person.__dataclass_fields__, said, strict=True))
    return Person(**values | {"languages": tuple(values["languages"])})
