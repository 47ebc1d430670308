"""The plain fields of a person, a job, a desk and an outlet, as a form asks for them; and the text
that stands in each, which reads back as the same value.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlmodel import SQLModel

from mailer import clock
from mailer.contacts.keeping.editable import column_of
from mailer.models import (
    Desk,
    Journalist,
    MediaType,
    Outlet,
    Role,
    SalutationForm,
    TrackingMode,
)


class Widget(StrEnum):
    """How a field is asked for."""

    LINE = "line"
    TEXT = "text"
    CHECK = "check"
    DAY = "day"
    MOMENT = "moment"
    TIME = "time"
    CHOICE = "choice"


@dataclass(frozen=True)
class Field:
    """One field of a form; its name is that of `contacts edit`."""

    name: str
    label: str
    widget: Widget = Widget.LINE
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    #: Whether what is typed may run from right to left.
    is_speech: bool = False


@dataclass(frozen=True)
class Group:
    """Fields that belong together."""

    title: str
    fields: tuple[Field, ...]


MEASURING = (
    (TrackingMode.NONE.value, "not at all"),
    (TrackingMode.AGGREGATE.value, "counted, without her name"),
    (TrackingMode.INDIVIDUAL.value, "in person: she has agreed, and we keep since when"),
)
KIND_NAMES = {MediaType.TV: "television", MediaType.UNKNOWN: "not known"}
BEATS = Field("beats", "Beats", hint="Such as politics, health; commas between them.")
READS = Group(
    "Reads, and where",
    (
        Field("languages", "Languages", hint="What is read, in order, such as da, en."),
        Field("country", "Country", hint="Two letters or a name, such as DK or Denmark."),
        Field("city", "City", is_speech=True),
        Field("zone", "Time zone", hint="Such as Europe/Copenhagen."),
    ),
)
WISHES = Group(
    "Wishes",
    (
        Field("topics", "Only these topics", hint="Empty: all. Commas between them."),
        Field("kinds", "Only these kinds", hint="Such as release, speech. Empty: all."),
        Field("urgent_only", "Only what is urgent", Widget.CHECK),
        Field("plain_text_only", "Plain text only", Widget.CHECK),
        Field("wants_attachments", "Takes attachments", Widget.CHECK),
        Field("wants_translations", "Wants later translations", Widget.CHECK),
        Field("quiet_from", "Quiet from", Widget.TIME),
        Field("quiet_until", "Quiet until", Widget.TIME),
        Field("paused_until", "Paused until", Widget.MOMENT, hint="By the office's clock."),
        Field("tracking", "Measuring", Widget.CHOICE, choices=MEASURING),
    ),
)
FLAGS = Group(
    "Flags",
    (
        Field("do_not_contact", "Do not contact", Widget.CHECK),
        Field("embargo_trusted", "Trusted with embargoes", Widget.CHECK),
    ),
)
NOTES = Group(
    "Notes",
    (
        Field("public_note", "Note", Widget.TEXT, is_speech=True),
        Field(
            "private_note",
            "Private note",
            Widget.TEXT,
            hint="Never in a message. She may read it when she asks what we hold.",
            is_speech=True,
        ),
    ),
)
NAME = Group(
    "Name",
    tuple(
        Field(name, label, is_speech=True)
        for name, label in (
            ("title", "Title"),
            ("given_name", "Given name"),
            ("particle", "Particle, such as van"),
            ("family_name", "Family name"),
            ("patronymic", "Patronymic"),
            ("suffix", "Suffix, such as Jr."),
            ("vocative", "Vocative, in a salutation"),
        )
    ),
)
FORMS = (
    (SalutationForm.NEUTRAL.value, "by name, where that shows no gender"),
    (SalutationForm.FEMALE.value, "as a woman"),
    (SalutationForm.MALE.value, "as a man"),
    (SalutationForm.CUSTOM.value, "with the lines below"),
    (SalutationForm.NONE.value, "not at all"),
)
GREETING = Group(
    "Greeting, where the office greets",
    (
        Field("salutation_form", "Greet", Widget.CHOICE, choices=FORMS),
        Field(
            "salutations",
            "Lines of her own",
            Widget.TEXT,
            hint="One for a language, such as da: Kære Karen. They win.",
            is_speech=True,
        ),
    ),
)
ACCREDITED = Field("accredited_until", "Accredited until", Widget.DAY)
PERSON = (
    NAME,
    GREETING,
    READS,
    Group(
        "The person's own telephone",
        (
            Field("person.phone", "Own phone", hint="It goes along to another job."),
            Field("person.mobile", "Own mobile"),
        ),
    ),
    WISHES,
    Group("Flags", (*FLAGS.fields, ACCREDITED)),
    NOTES,
)
DESK = (
    Group("Desk", (Field("name", "Name", is_speech=True), BEATS, Field("phone", "Phone"))),
    READS,
    WISHES,
    FLAGS,
    NOTES,
)
JOB = (
    Group("Job", (Field("job_title", "Job title", is_speech=True), BEATS)),
    Group(
        "Telephone there",
        (
            Field("phone", "Phone", hint="Of this job: it stays behind when the job ends."),
            Field("mobile", "Mobile"),
        ),
    ),
)
KINDS = tuple((kind.value, KIND_NAMES.get(kind, kind.value)) for kind in MediaType)
OUTLET = (
    Group(
        "Outlet",
        (
            Field(
                "name",
                "Name",
                hint="Files that have the old name find it still.",
                is_speech=True,
            ),
            Field("group_name", "Group", hint="To whom it belongs.", is_speech=True),
            Field("media_type", "Kind", Widget.CHOICE, choices=KINDS),
            Field(
                "publication_languages",
                "Languages in which it appears",
                hint="In order, such as da, en.",
            ),
            Field("website", "Website"),
        ),
    ),
    Group(
        "Where",
        (
            Field(
                "country",
                "Market",
                hint="The country that it serves: two letters or a name, such as DK or Denmark.",
            ),
            Field("city", "City", hint="Where it sits.", is_speech=True),
            Field("zone", "Time zone", hint="Such as Europe/Copenhagen."),
            Field("public_note", "Note", Widget.TEXT, is_speech=True),
        ),
    ),
)
GROUPS: dict[type[SQLModel], tuple[Group, ...]] = {
    Journalist: PERSON,
    Desk: DESK,
    Role: JOB,
    Outlet: OUTLET,
}


def groups_of(row: SQLModel) -> tuple[Group, ...]:
    """The fields of that record, as the form has them."""
    return GROUPS[type(row)]


def fields_of(row: SQLModel) -> tuple[Field, ...]:
    """The same without their groups."""
    return tuple(field for group in groups_of(row) for field in group.fields)


def typed(row: SQLModel, *, zone: str) -> dict[str, str]:
    """What stands in each field, as one would type it; moments by the clock of that zone."""
    return {
        field.name: _text(getattr(row, column_of(field.name)), zone=zone)
        for field in fields_of(row)
    }


def _text(value: Any, *, zone: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "\n".join(f"{name}: {one}" for name, one in value.items())
    if isinstance(value, date):
        return _moment(value, zone=zone)
    return str(value.value) if isinstance(value, StrEnum) else str(value)


def _moment(value: date, *, zone: str) -> str:
    if isinstance(value, datetime):
        return value.astimezone(clock.zone(zone)).strftime("%Y-%m-%dT%H:%M")
    return value.isoformat()
