"""The sending identity, and the people of the office whom the press may call."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import document, reference, row_id, words


class TrackingMode(StrEnum):
    """How far opens and clicks are followed (standards 6.3 P-1); the stricter of two wins."""

    NONE = "none"
    #: One pixel and one link for all recipients of a revision: counts, no persons.
    AGGREGATE = "aggregate"
    #: A pixel of one's own; only with recorded consent.
    INDIVIDUAL = "individual"

    @classmethod
    def strictest(cls, *modes: "TrackingMode") -> "TrackingMode":
        """Which of them lets us follow the least; they stand here from the strictest on."""
        return min(modes, key=list(cls).index)


class LegalProfile(StrEnum):
    """Whose law holds for the personal data of an office (standards 6.1)."""

    COE = "coe"
    EUDPR = "eudpr"
    GDPR = "gdpr"
    UK = "uk"
    #: Named in the settings, section privacy.
    CUSTOM = "custom"


class Office(SQLModel, table=True):
    """A press office: masthead, From address, languages, zone, postal address."""

    id: int | None = row_id()
    key: str = Field(unique=True)
    name: str
    #: The name as the masthead writes it, by language; `name` where there is none.
    names: dict[str, str] = document()
    phone: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""
    #: The word above the kicker that once told a fax from an e-mail; data, may be empty.
    medium_label: str = "E-mail"
    postal_address: str
    city: str = ""
    from_name: str
    from_address: str
    reply_to: str
    list_name: str = "Press releases"
    list_names: dict[str, str] = document()
    default_language: str = "en"
    languages: list[str] = words()
    zone: str = "UTC"
    tracking: TrackingMode = Field(default=TrackingMode.NONE, sa_type=one_of(TrackingMode))
    #: A person or a desk of an outlet, but not both of them and no second person.
    one_at_outlet: bool = False
    #: So many messages one address gets from the office in a day; None: as many as are sent.
    daily_limit: int | None = None
    #: One of LegalProfile; a word of before is read as custom.
    legal_profile: str = "gdpr"
    privacy_url: str = ""
    #: How a release without a reference gets one, such as {year}-{number:03}.
    reference_pattern: str = "{year}-{number:03}"
    #: Whether a message greets its reader; each contact may have a greeting of its own.
    greets: bool = False
    #: Whether the cover of a mail prints the pages of the print rendition, as a fax did.
    prints_pages: bool = True
    #: Whether the cover prints the reference of the text.
    prints_reference: bool = True
    #: Whether a release that may be published says so in its head.
    says_immediate: bool = False
    #: Whether documents come with a message where a distribution does not say; else as links.
    attaches_files: bool = True
    #: Languages whose dates are written in digits (04.06.2007); all others write the month.
    numeric_dates: list[str] = words()
    #: The office's own wording of the cover: for each language, our English words and its own.
    wordings: dict[str, dict[str, str]] = document()
    #: What stands below each release about the office, in Markdown, by language.
    boilerplates: dict[str, str] = document()
    #: What closes the text, such as ENDS, by language; none where there is none.
    end_marks: dict[str, str] = document()
    #: The logo, as a stored file; None: the name alone.
    logo_id: int | None = reference("stored_file.id", index=False, default=None)
    #: The contact who stands on a release when nobody is on duty; empty: it is not sent then.
    duty_fallback: str = ""


class PressContact(SQLModel, table=True):
    """Someone of the office whom journalists may call about a release."""

    __tablename__ = "press_contact"

    id: int | None = row_id()
    office_id: int = reference("office.id")
    #: How a release file names the person, such as anna.keller.
    key: str = Field(unique=True)
    name: str
    role: str = ""
    #: The same by language; where a reader's is missing, the plain one stands.
    roles: dict[str, str] = document()
    phone: str = ""
    mobile: str = ""
    #: The mobile number is printed only while this is on.
    shows_mobile: bool = True
    email: str = ""
    languages: list[str] = words()


class DutyShift(SQLModel, table=True):
    """The hours in which a press contact answers for every release that names the duty."""

    __tablename__ = "duty_shift"

    id: int | None = row_id()
    office_id: int = reference("office.id")
    press_contact_id: int = reference("press_contact.id")
    starts_at: datetime = Field(sa_type=UTCDateTime, index=True)
    ends_at: datetime = Field(sa_type=UTCDateTime)
