"""When it goes and to whom: the distribution, and one delivery for each address of it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import BIG, reference, row_id, words
from mailer.models.offices import TrackingMode


class DistributionStatus(StrEnum):
    """Where a distribution stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


class DeliveryStatus(StrEnum):
    """Where one message stands. `sent` means the relay took it; `unknown` is real (R6)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Distribution(SQLModel, table=True):
    """The decision: this release, this audience, this moment."""

    id: int | None = row_id()
    release_id: int = reference("release.id")
    criteria: str
    status: DistributionStatus = Field(
        default=DistributionStatus.DRAFT, sa_type=one_of(DistributionStatus), index=True
    )
    #: When we send.
    scheduled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: After this moment nothing more is handed over: what is left expires.
    not_after: datetime | None = Field(default=None, sa_type=UTCDateTime)
    is_urgent: bool = False
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: str = ""
    #: When the audience was frozen into deliveries; none yet: the fan-out is still to do.
    fanned_out_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: Why it stopped by itself, in plain words.
    note: str = ""


class Delivery(SQLModel, table=True):
    """One edition to one address in one distribution."""

    __table_args__ = (
        sa.UniqueConstraint("distribution_id", "address_id"),
        # What the scheduler looks for; the condition stands literally in its query, which SQLite
        # needs, and sent rows are not in it, which keeps PostgreSQL's updates cheap.
        sa.Index(
            "ix_delivery_due",
            "distribution_id",
            "position",
            sqlite_where=sa.text("status IN ('pending', 'deferred', 'sending')"),
            postgresql_where=sa.text("status IN ('pending', 'deferred', 'sending')"),
        ),
    )

    id: int | None = row_id()
    distribution_id: int = reference("distribution.id", index=False)
    #: The order of hand-over; outlets and domains are interleaved.
    position: int = 0

    address_id: int | None = reference("address.id", default=None)
    journalist_id: int | None = reference("journalist.id", default=None)
    role_id: int | None = Field(default=None, foreign_key="role.id", sa_type=BIG)
    desk_id: int | None = reference("desk.id", default=None)
    outlet_id: int | None = Field(default=None, foreign_key="outlet.id", sa_type=BIG)
    #: As they stood when the audience was frozen (R5, R12).
    email: str
    recipient_name: str = ""
    outlet_name: str = ""
    country: str = ""
    zone: str = ""
    #: Every reason why this address is in (R2).
    reasons: list[str] = words()

    revision_id: int | None = reference("revision.id", default=None)
    edition_language: str = ""
    edition_rule: str = ""
    cover_language: str = ""
    cover_rule: str = ""
    tracking: TrackingMode = Field(default=TrackingMode.NONE, sa_type=one_of(TrackingMode))
    plain_text_only: bool = False

    status: DeliveryStatus = Field(default=DeliveryStatus.PENDING, sa_type=one_of(DeliveryStatus))
    #: Why it is withheld, rejected, deferred or unknown, in our words.
    reason: str = ""
    message_id: str = ""
    attempt: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: A task with this delivery is believed to be in the queue until then.
    queued_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    lease_owner: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    first_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: What the relay answered last, whole: its code and its text with the queue id.
    reply_code: int | None = None
    reply_text: str = ""
