"""The sending identity, and the people of the office whom the press may call."""

from enum import StrEnum

from sqlmodel import Field, SQLModel

from mailer.database import one_of
from mailer.models.columns import document, reference, row_id, words


class TrackingMode(StrEnum):
    """How far opens and clicks are followed (standards 6.3 P-1); the stricter of two wins."""

    NONE = "none"
    #: One pixel and one link for all recipients of a revision: counts, no persons.
    AGGREGATE = "aggregate"
    #: A pixel of one's own; only with recorded consent.
    INDIVIDUAL = "individual"


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


class PressContact(SQLModel, table=True):
    """Someone of the office whom journalists may call about a release."""

    __tablename__ = "press_contact"

    id: int | None = row_id()
    office_id: int = reference("office.id")
    #: How a release file names the person, such as anna.keller.
    key: str = Field(unique=True)
    name: str
    role: str = ""
    phone: str = ""
    mobile: str = ""
    #: The mobile number is printed only while this is on.
    shows_mobile: bool = True
    email: str = ""
    languages: list[str] = words()
