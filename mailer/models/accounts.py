"""Who uses our pages: press officers and their sessions."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import reference, row_id


class OfficerRole(StrEnum):
    """What a press officer may do."""

    AUTHOR = "author"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class PressOfficer(SQLModel, table=True):
    """A person who works with our pages."""

    __tablename__ = "press_officer"

    id: int | None = row_id()
    email: str = Field(unique=True)
    name: str
    password_hash: str
    role: OfficerRole = Field(default=OfficerRole.AUTHOR, sa_type=one_of(OfficerRole))
    is_active: bool = True
    created_at: datetime = Field(sa_type=UTCDateTime)


class OfficerSession(SQLModel, table=True):
    """A sign-in; the cookie holds a secret of which only the hash is here."""

    __tablename__ = "officer_session"

    id: int | None = row_id()
    officer_id: int = reference("press_officer.id")
    secret_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
