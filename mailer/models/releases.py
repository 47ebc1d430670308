"""What we say: the release, its language editions, their numbered revisions, and its occasions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import BIG, document, entries, reference, row_id, words


class ReleaseKind(StrEnum):
    """What kind of text it is; it chooses the kicker and the urgency."""

    RELEASE = "release"
    STATEMENT = "statement"
    SPEECH = "speech"
    ADVISORY = "advisory"
    INVITATION = "invitation"
    PHOTO = "photo"
    OP_ED = "op-ed"
    MEMO = "memo"
    PLANNER = "planner"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    EMBARGO_LIFTED = "embargo-lifted"

    @property
    def replaces(self) -> bool:
        """Whether it takes the place of what the press has read: it outranks all else (R7) and says
        what changed (J5).
        """
        return self in {ReleaseKind.CORRECTION, ReleaseKind.WITHDRAWAL}


class ReleaseStatus(StrEnum):
    """Where a release stands; drafts are free, what was sent is not."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENT = "sent"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class EditionStatus(StrEnum):
    """Whether a language of a release can go out."""

    MISSING = "missing"
    IN_TRANSLATION = "in_translation"
    #: The source changed after the translation was started.
    STALE = "stale"
    READY = "ready"


class Release(SQLModel, table=True):
    """A press release, language-free: reference, kind, date, embargo, contacts."""

    id: int | None = row_id()
    office_id: int = reference("office.id")
    #: The release that this one corrects, withdraws or lifts the embargo of.
    corrects_id: int | None = reference("release.id", default=None)
    reference: str = Field(unique=True)
    kind: ReleaseKind = Field(default=ReleaseKind.RELEASE, sa_type=one_of(ReleaseKind))
    status: ReleaseStatus = Field(default=ReleaseStatus.DRAFT, sa_type=one_of(ReleaseStatus))
    place: str = ""
    dated_on: date
    #: When they may publish; not when we send, nor when our own page opens (R4).
    embargo_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    publish_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    beats: list[str] = words()
    source_language: str
    #: Whether the text about the office stands below it.
    carries_boilerplate: bool = True
    #: Whether those on duty at the time of sending stand among its contacts.
    names_duty: bool = False
    created_at: datetime = Field(sa_type=UTCDateTime)


class Edition(SQLModel, table=True):
    """One language of a release."""

    __table_args__ = (sa.UniqueConstraint("release_id", "language"),)

    id: int | None = row_id()
    release_id: int = reference("release.id")
    language: str
    status: EditionStatus = Field(default=EditionStatus.READY, sa_type=one_of(EditionStatus))
    #: The revision of the source that the translation was made from; None for the source itself.
    source_revision_id: int | None = Field(default=None, sa_type=BIG)


class Revision(SQLModel, table=True):
    """A numbered state of an edition; never changed once written."""

    __table_args__ = (sa.UniqueConstraint("edition_id", "number"),)

    id: int | None = row_id()
    edition_id: int = reference("edition.id")
    number: int
    title: str
    subtitle: str = ""
    #: The city of the dateline in this language.
    place: str = ""
    body: str
    #: What changed, in the first lines of a correction or of a later revision.
    change_note: str = ""
    #: Notes to editors, in Markdown; they are not for publication.
    notes: str = ""
    content_hash: str
    created_at: datetime = Field(sa_type=UTCDateTime)


class StillValid(SQLModel, table=True):
    """Somebody's word that a translation holds although its source has changed since."""

    __tablename__ = "still_valid"

    id: int | None = row_id()
    edition_id: int = reference("edition.id")
    #: The newest revision of the source at that time.
    source_revision_id: int = Field(sa_type=BIG)
    note: str = ""
    said_by: str = ""
    said_at: datetime = Field(sa_type=UTCDateTime)


class ReleaseContact(SQLModel, table=True):
    """A press contact printed on a release, in order."""

    __tablename__ = "release_contact"
    __table_args__ = (sa.UniqueConstraint("release_id", "press_contact_id"),)

    id: int | None = row_id()
    release_id: int = reference("release.id")
    press_contact_id: int = reference("press_contact.id")
    position: int = 0


class Occasion(SQLModel, table=True):
    """A press conference, a visit, a photo call: a date with a zone and a place."""

    id: int | None = row_id()
    release_id: int = reference("release.id")
    title: str
    place: str = ""
    starts_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    zone: str
    is_open_to_press: bool = True
    position: int = 0
    #: What a calendar knows it by (RFC 5545 section 3.8.4.7): the same through all changes.
    uid: str = ""
    #: How often what a calendar holds of it has changed (RFC 5545 section 3.8.7.4).
    sequence: int = 0
    cancelled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: When what a calendar holds of it last changed.
    changed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: Its parts in order: title, starts_at, ends_at as ISO 8601 with zone, is_open_to_press.
    parts: list[dict[str, Any]] = entries()
    #: Until when each category must ask for accreditation, as ISO 8601 with zone.
    accreditation: dict[str, str] = document()
    #: Its title, its place, its categories and the titles of its parts in other languages: by what
    #: stands in these columns, and by language, that of the column's own words included.
    wordings: dict[str, dict[str, str]] = document()


class PersonalNote(SQLModel, table=True):
    """A few words of the officer to one recipient of a release, above its text (J7)."""

    __tablename__ = "personal_note"
    __table_args__ = (sa.UniqueConstraint("release_id", "address_id"),)

    id: int | None = row_id()
    release_id: int = reference("release.id")
    address_id: int = reference("address.id")
    text: str
    created_by: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)


class Rendition(SQLModel, table=True):
    """How many pages a print rendition has, by what it was made from: counted once."""

    #: SHA-256, in hexadecimal, of all that the print depends on.
    digest: str = Field(primary_key=True)
    pages: int
    created_at: datetime = Field(sa_type=UTCDateTime)


class Waiver(SQLModel, table=True):
    """A finding of the linter that an officer let pass, and why."""

    __table_args__ = (sa.UniqueConstraint("release_id", "finding"),)

    id: int | None = row_id()
    release_id: int = reference("release.id")
    #: The finding's fingerprint: its check, edition and place.
    finding: str
    reason: str
    waived_by: str = ""
    waived_at: datetime = Field(sa_type=UTCDateTime)
