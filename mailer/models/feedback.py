"""What came back: events of a delivery, counted links, and returned mail as it arrived."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import document, reference, row_id


class EventKind(StrEnum):
    """What happened to a message after it was composed."""

    DEFERRED = "deferred"
    REJECTED = "rejected"
    BOUNCED = "bounced"
    DELAYED = "delayed"
    COMPLAINED = "complained"
    AUTOREPLIED = "autoreplied"
    REPLIED = "replied"
    OPENED = "opened"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"


class Agent(StrEnum):
    """Who or what opened or clicked."""

    PERSON = "person"
    PROXY = "proxy"
    SCANNER = "scanner"


class InboundKind(StrEnum):
    """What a message that came to the bounce domain is."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    AUTOREPLY = "autoreply"
    UNSUBSCRIBE = "unsubscribe"
    REPLY = "reply"
    OTHER = "other"


class DeliveryEvent(SQLModel, table=True):
    """Something that happened to a delivery, recorded once."""

    __tablename__ = "delivery_event"

    id: int | None = row_id()
    delivery_id: int = reference("delivery.id")
    kind: EventKind = Field(sa_type=one_of(EventKind))
    agent: Agent | None = Field(default=None, sa_type=one_of(Agent))
    #: What makes it this event and no other: a second report with it changes nothing.
    source_key: str = Field(unique=True)
    link_number: int | None = None
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    details: dict[str, Any] = document()


class TrackedLink(SQLModel, table=True):
    """A link of a revision; its target stands here and never in the link itself."""

    __tablename__ = "tracked_link"
    __table_args__ = (sa.UniqueConstraint("revision_id", "number"),)

    id: int | None = row_id()
    revision_id: int = reference("revision.id")
    number: int
    url: str


class EngagementCount(SQLModel, table=True):
    """Opens and clicks counted for all recipients of a revision together, by the hour."""

    __tablename__ = "engagement_count"
    __table_args__ = (sa.UniqueConstraint("revision_id", "kind", "link_number", "agent", "hour"),)

    id: int | None = row_id()
    revision_id: int = reference("revision.id")
    kind: EventKind = Field(sa_type=one_of(EventKind))
    #: 0 for an open.
    link_number: int = 0
    agent: Agent = Field(sa_type=one_of(Agent))
    hour: datetime = Field(sa_type=UTCDateTime)
    count: int = 0


class InboundMessage(SQLModel, table=True):
    """A message that came to the bounce domain: kept raw before anything is made of it."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        # What is still to be acted upon; without it SQLite reads past all the raw bytes.
        sa.Index(
            "ix_inbound_message_waiting",
            "id",
            sqlite_where=sa.text("processed_at IS NULL"),
            postgresql_where=sa.text("processed_at IS NULL"),
        ),
    )

    id: int | None = row_id()
    envelope_recipient: str
    #: SHA-256 of recipient and content: a second copy is the same message.
    digest: str = Field(unique=True)
    raw: bytes
    received_at: datetime = Field(sa_type=UTCDateTime)
    processed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    kind: InboundKind | None = Field(default=None, sa_type=one_of(InboundKind))
    delivery_id: int | None = reference("delivery.id", default=None)
    note: str = ""
