"""Files that go with a release: what they hold, kept once, and what each is to a release."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import document, reference, row_id


class AttachmentKind(StrEnum):
    """What a file is to a release."""

    #: A picture that the text shows.
    PICTURE = "picture"
    #: A document that comes with the text.
    DOCUMENT = "document"


class StoredFile(SQLModel, table=True):
    """The octets of a file, once for all releases that carry it."""

    __tablename__ = "stored_file"

    id: int | None = row_id()
    #: SHA-256 of `octets`, in hexadecimal.
    digest: str = Field(unique=True)
    #: Told by what it holds, not by its name (RFC 2046).
    media_type: str
    octets: bytes
    #: In bytes.
    size: int
    #: In pixels; None for what is no picture.
    width: int | None = None
    height: int | None = None
    #: The same picture as a message shows it; None where the picture itself is small enough.
    small_id: int | None = reference("stored_file.id", index=False, default=None)
    created_at: datetime = Field(sa_type=UTCDateTime)


class Attachment(SQLModel, table=True):
    """A file of a release, with what is said about it in each language."""

    __table_args__ = (sa.UniqueConstraint("release_id", "language", "name"),)

    id: int | None = row_id()
    release_id: int = reference("release.id")
    file_id: int = reference("stored_file.id")
    #: The edition that it belongs to; empty: to all of them.
    language: str = ""
    kind: AttachmentKind = Field(sa_type=one_of(AttachmentKind))
    #: As the manuscript calls it, and as the reader's disk will.
    name: str
    position: int = 0
    #: By language: what it shows, for who does not see it.
    alts: dict[str, str] = document()
    captions: dict[str, str] = document()
    #: Who made it, and what may be done with it.
    credit: str = ""
    rights: str = ""
    #: What may be done with it by language; where one is missing, the plain words stand.
    rights_said: dict[str, str] = document()
