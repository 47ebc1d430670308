"""Whom we know: outlets and their desks, journalists and their roles, the addresses they
read, and the addresses we must not write to.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import (
    NUMBERED_ONCE,
    beginning,
    document,
    only_where,
    reference,
    row_id,
    words,
)
from mailer.models.offices import TrackingMode


class MediaType(StrEnum):
    """What kind of outlet it is."""

    WIRE = "wire"
    DAILY = "daily"
    REGIONAL = "regional"
    WEEKLY = "weekly"
    MAGAZINE = "magazine"
    TRADE = "trade"
    RADIO = "radio"
    TV = "tv"
    ONLINE = "online"
    BLOG = "blog"
    PODCAST = "podcast"
    NEWSLETTER = "newsletter"
    PHOTO = "photo"
    FREELANCE = "freelance"
    #: Nobody has told it yet; never guessed.
    UNKNOWN = "unknown"


class AddressState(StrEnum):
    """What we know of a mailbox; it lives on the address, not on the person."""

    OK = "ok"
    SOFT = "soft"
    HARD = "hard"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"


class LegalBasis(StrEnum):
    """Why we may hold and use the data (GDPR Art. 6(1), and its equals elsewhere)."""

    CONSENT = "consent"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_TASK = "public_task"
    OTHER = "other"


class SalutationForm(StrEnum):
    """How a contact is greeted; a gender is never inferred from a name (standards 9 G-2)."""

    #: Not at all.
    NONE = "none"
    NEUTRAL = "neutral"
    FEMALE = "female"
    MALE = "male"
    #: By a line of its own, for each language in which there is one.
    CUSTOM = "custom"


class SuppressionReason(StrEnum):
    """Why we must not write to an address."""

    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    BOUNCED = "bounced"
    MANUAL = "manual"
    ERASED = "erased"


class SuppressionScope(StrEnum):
    """How much a suppression covers."""

    ALL = "all"
    TOPIC = "topic"
    OFFICE = "office"


class Preferences(SQLModel):
    """What a recipient asked for; it follows the person, not the job."""

    topics: list[str] = words()
    kinds: list[str] = words()
    plain_text_only: bool = False
    wants_attachments: bool = True
    #: Whether a translation that comes later is sent after the text in another language (J3).
    wants_translations: bool = False
    urgent_only: bool = False
    quiet_from: str = ""
    quiet_until: str = ""
    paused_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    tracking: TrackingMode = Field(default=TrackingMode.NONE, sa_type=one_of(TrackingMode))
    tracking_consented_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Provenance(SQLModel):
    """Where the data comes from and what the person was told (GDPR Art. 14)."""

    source: str = ""
    legal_basis: LegalBasis = Field(
        default=LegalBasis.LEGITIMATE_INTEREST, sa_type=one_of(LegalBasis)
    )
    first_seen_at: datetime = Field(sa_type=UTCDateTime)
    #: From whom we have it: what a notice under Art. 14(2)(f) has to name.
    basis_source: str = ""
    informed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    verified_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Outlet(SQLModel, table=True):
    """A newspaper, a wire, a station."""

    __table_args__ = NUMBERED_ONCE

    id: int | None = row_id()
    name: str = Field(index=True)
    group_name: str = ""
    media_type: MediaType = Field(default=MediaType.UNKNOWN, sa_type=one_of(MediaType))
    publication_languages: list[str] = words()
    #: The market it serves; where it sits is `city`, when it wakes is `zone`.
    country: str = Field(default="", max_length=2)
    city: str = ""
    zone: str = ""
    website: str = ""
    public_note: str = ""
    #: Its number in the database that it was exported from.
    external_id: str = Field(default="", index=True)
    #: What a source tells beside all this: frequency, scope, postal address, by our names.
    details: dict[str, Any] = document()


class Address(SQLModel, table=True):
    """One mailbox: a row per normalised e-mail address."""

    __table_args__ = (
        # The few that a count leaves out.
        sa.Index("ix_address_closed", "id", **only_where("state NOT IN ('ok', 'soft')")),
        NUMBERED_ONCE,
    )

    id: int | None = row_id()
    email: str
    normalised: str = Field(unique=True)
    domain: str = Field(index=True)
    state: AddressState = Field(default=AddressState.OK, sa_type=one_of(AddressState))
    state_reason: str = ""
    state_changed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Desk(Preferences, Provenance, table=True):
    """A news desk, a foreign desk, pictures: an address without a person."""

    __table_args__ = NUMBERED_ONCE

    id: int | None = row_id()
    outlet_id: int = reference("outlet.id")
    name: str = Field(index=True)
    address_id: int = reference("address.id")
    phone: str = ""
    #: The same in E.164, where it can be read; it is what duplicates are found by.
    phone_e164: str = ""
    languages: list[str] = words()
    beats: list[str] = words()
    country: str = Field(default="", max_length=2)
    city: str = ""
    zone: str = ""
    do_not_contact: bool = False
    embargo_trusted: bool = False
    public_note: str = ""
    #: Never in any template scope.
    private_note: str = ""
    ended_on: date | None = None
    details: dict[str, Any] = document()


class Journalist(Preferences, Provenance, table=True):
    """A person who reports, whatever outlet the person works for today."""

    __table_args__ = (
        sa.Index("ix_journalist_languages", beginning("languages")),
        # The few that a count leaves out.
        sa.Index(
            "ix_journalist_refusing", "id", "do_not_contact", **only_where("do_not_contact IS TRUE")
        ),
        NUMBERED_ONCE,
    )

    id: int | None = row_id()
    title: str = ""
    given_name: str = ""
    family_name: str = Field(default="", index=True)
    particle: str = ""
    patronymic: str = ""
    suffix: str = ""
    #: Hungarian and others put the family name first.
    family_name_first: bool = False
    #: The name as a letter calls it, in the case of the first language that the person reads.
    vocative: str = ""
    #: One of SalutationForm; a word of before is read as neutral.
    salutation_form: str = "neutral"
    #: Whole lines that greet, by language; they win.
    salutations: dict[str, str] = document()
    #: What the person reads, in order.
    languages: list[str] = words()
    country: str = Field(default="", max_length=2)
    city: str = ""
    zone: str = ""
    phone: str = ""
    phone_e164: str = Field(default="", index=True)
    mobile: str = ""
    mobile_e164: str = Field(default="", index=True)
    do_not_contact: bool = False
    embargo_trusted: bool = False
    accredited_until: date | None = None
    public_note: str = ""
    #: Never in any template scope.
    private_note: str = ""
    #: What a source tells beside all this: profiles, pages, preferred channel, by our names.
    details: dict[str, Any] = document()

    @property
    def full_name(self) -> str:
        """The name as the person writes it."""
        return written_name(
            self.given_name, self.particle, self.family_name, family_first=self.family_name_first
        )


def written_name(given: str, particle: str, family: str, *, family_first: bool) -> str:
    """The name in the order in which its bearer writes it."""
    family = " ".join(part for part in (particle, family) if part)
    parts = (family, given) if family_first else (given, family)
    return " ".join(part for part in parts if part)


class Role(SQLModel, table=True):
    """A person's job at an outlet; a freelance's role has no outlet."""

    __table_args__ = (sa.Index("ix_role_beats", beginning("beats")), NUMBERED_ONCE)

    id: int | None = row_id()
    journalist_id: int = reference("journalist.id")
    outlet_id: int | None = reference("outlet.id", default=None)
    job_title: str = ""
    beats: list[str] = words()
    address_id: int | None = reference("address.id", default=None)
    phone: str = ""
    phone_e164: str = Field(default="", index=True)
    mobile: str = ""
    mobile_e164: str = Field(default="", index=True)
    is_primary: bool = True
    started_on: date | None = None
    ended_on: date | None = None
    #: Its number in the database that it was exported from.
    external_id: str = Field(default="", index=True)
    details: dict[str, Any] = document()


class Suppression(SQLModel, table=True):
    """An address we must not write to, by keyed hash: it outlives the contact."""

    __table_args__ = (
        sa.UniqueConstraint("address_hash", "scope", "scope_value"),
        # Each wave asks whether anybody has left its topics or its office.
        sa.Index("ix_suppression_scope", "scope", "scope_value"),
    )

    id: int | None = row_id()
    address_hash: str = Field(index=True)
    scope: SuppressionScope = Field(default=SuppressionScope.ALL, sa_type=one_of(SuppressionScope))
    scope_value: str = ""
    reason: SuppressionReason = Field(sa_type=one_of(SuppressionReason))
    note: str = ""
    #: Where it came from: a link, a report, an import, an officer.
    source: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)
