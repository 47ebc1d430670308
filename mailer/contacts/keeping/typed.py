"""What a list keeper typed into a field, read as an import reads it; what no file has is read by a
reader of our own.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlmodel import Session, SQLModel

from mailer import clock, languages
from mailer.contacts import scoped
from mailer.contacts.beats import is_shared, meaning
from mailer.contacts.importing import values
from mailer.contacts.importing.values import Kind, Phone
from mailer.contacts.keeping.editable import column_of
from mailer.contacts.suggesting import did_you_mean
from mailer.errors import BadInput, NotFound
from mailer.models import MediaType, ReleaseKind, SalutationForm, TrackingMode

#: Ends the greeting in one language, before that in the next.
NEXT_LANGUAGE = re.compile(r"\n|;(?=\s*[A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?\s*:)")


@dataclass(frozen=True)
class Reader:
    """By what a text is read."""

    session: Session
    #: The clock of times that name no zone.
    zone: str
    #: The country whose telephone numbers need no country code.
    region: str
    #: Whether a topic is taken that nothing has yet.
    takes_new_topics: bool = False

    def read(self, kind: Kind | None, field: str, text: str, *, row: SQLModel) -> Any:
        """The value; that of a blank record for a text that says nothing. Raises BadInput."""
        value = self._said(kind, field, text) if text else None
        if value is None:
            return _blank(row, field)
        if field == "topics":
            self._refuse_unknown(value, known=getattr(row, field, ()))
        if kind is Kind.PHONES:
            return _only(value)
        return list(value) if isinstance(value, tuple) else value

    def _said(self, kind: Kind | None, field: str, text: str) -> Any:
        if field == "paused_until":
            return self._moment(text)
        return OWN[field](text) if kind is None else values.read(kind, text, region=self.region)

    def _moment(self, text: str) -> datetime:
        """A moment; a mere day is its first by the office's clock."""
        return clock.parse_moment(text, zone_name=self.zone)

    def _refuse_unknown(self, topics: Iterable[str], *, known: Iterable[str]) -> None:
        """A wish for a topic that nothing has keeps everything away that has one."""
        kept = {meaning(topic) for topic in known}
        for topic in topics:
            if self.takes_new_topics or is_shared(topic) or meaning(topic) in kept:
                continue
            try:
                scoped.known_topic(self.session, topic)
            except NotFound as unknown:
                raise BadInput(
                    f"{unknown} `mailer contacts edit` takes it all the same with --new-topic"
                ) from unknown


def _blank(row: SQLModel, field: str) -> Any:
    """What stands in a field of which nothing is known."""
    blank = getattr(type(row)(), column_of(field))
    if field == "name":
        raise BadInput("it needs one: write what it is called")
    if isinstance(blank, bool | TrackingMode):
        raise BadInput("write yes or no" if isinstance(blank, bool) else "write none, or more")
    return blank


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


def _salutation_form(text: str) -> str:
    known = [form.value for form in SalutationForm]
    word = text.strip().casefold()
    if word not in known:
        raise BadInput(f"{text!r} is no form of address: {did_you_mean(word, known)}")
    return word


def _salutations(text: str) -> dict[str, str]:
    """Lines by language, such as `da: Kære Karen; en: Dear Karen`."""
    lines = [line for line in NEXT_LANGUAGE.split(text) if line.strip()]
    return dict(map(_salutation, lines))


def _salutation(line: str) -> tuple[str, str]:
    tag, _, greeting = line.partition(":")
    if not (told := values.clean(greeting)):
        raise BadInput(
            f"cannot read {line.strip()!r}: write it like da: Kære Karen; en: Dear Karen"
        )
    return languages.parse(tag), told


OWN: dict[str, Callable[[str], Any]] = {
    "public_note": _note,
    "private_note": _note,
    "kinds": _kinds,
    "salutation_form": _salutation_form,
    "salutations": _salutations,
    "media_type": _media_type,
    "quiet_from": _time,
    "quiet_until": _time,
}
