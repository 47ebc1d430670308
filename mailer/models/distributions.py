"""When it goes and to whom: the distribution, and one delivery for each address of it."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from mailer.database import UTCDateTime, one_of
from mailer.models.columns import BIG, document, numbers, reference, row_id, words
from mailer.models.contacts import LegalBasis
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


class UnknownPolicy(StrEnum):
    """What becomes of a delivery of which nobody knows whether the relay took it."""

    #: A person decides.
    HOLD = "hold"
    #: It is handed over again under the same Message-ID, so that a receiver can drop the double.
    RESEND = "resend"


class LanguagePolicy(StrEnum):
    """What a recipient gets whose own edition is not ready (J3)."""

    #: The next best edition, at once.
    FALLBACK = "fallback"
    #: Nothing until it is.
    WAIT = "wait"
    #: The next best at once, and the translation in the same thread for who wants that.
    FOLLOW = "follow"


class Relation(StrEnum):
    """How a distribution follows an earlier one: in the thread of each of its recipients."""

    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    TRANSLATION = "translation"
    #: An occasion has moved or is cancelled.
    UPDATE = "update"
    #: More is told of it, which takes the place of nothing: its embargo is lifted.
    NOTICE = "notice"


class Clock(StrEnum):
    """Whose clock a time of day is meant by."""

    OFFICE = "office"
    RECIPIENT = "recipient"


class Distribution(SQLModel, table=True):
    """The decision: this release, this audience, this moment."""

    id: int | None = row_id()
    release_id: int = reference("release.id")
    #: Whom to send to; a follow-up asks the deliveries of its thread instead.
    criteria: str
    #: The distribution that began its thread.
    follows_id: int | None = reference("distribution.id", default=None)
    relation: Relation | None = Field(default=None, sa_type=one_of(Relation))
    language_policy: LanguagePolicy = Field(
        default=LanguagePolicy.FALLBACK, sa_type=one_of(LanguagePolicy)
    )
    #: Languages of editions that were expected and not ready when the audience was frozen: some
    #: wait for them, or get them afterwards.
    awaited: list[str] = words()
    #: Whether documents come with the message to those who take them; else all get links.
    attaches_files: bool = True
    #: Who was on duty when the audience was frozen, by the keys of press contacts.
    duty: list[str] = words()
    status: DistributionStatus = Field(
        default=DistributionStatus.DRAFT, sa_type=one_of(DistributionStatus), index=True
    )
    #: When we send.
    scheduled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: After this moment nothing more is handed over: what is left expires.
    not_after: datetime | None = Field(default=None, sa_type=UTCDateTime)
    is_urgent: bool = False
    unknown_policy: UnknownPolicy = Field(default=UnknownPolicy.HOLD, sa_type=one_of(UnknownPolicy))
    #: At most so many hand-overs a minute by all workers together, 1.667 for 100 an hour; None: as
    #: fast as the relay.
    rate_per_minute: float | None = None
    #: Such as 08:30: each recipient gets it at that time of her own clock; empty: all at once.
    local_time: str = ""
    #: The day of her calendar that it is meant for; None: the office's day of `scheduled_at`.
    local_date: date | None = None
    #: Such as 08:00-19:00: outside these hours nothing is handed over; empty: at any hour.
    sending_hours: str = ""
    sending_clock: Clock = Field(default=Clock.OFFICE, sa_type=one_of(Clock))
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: str = ""
    #: How many recipients it had when it was decided; None: nobody counted.
    decided_count: int | None = None
    #: When the audience was frozen into deliveries; none yet: the fan-out is still to do.
    fanned_out_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: Why it stopped by itself, in plain words.
    note: str = ""


class Batch(SQLModel, table=True):
    """Some hundred deliveries of one distribution that stand side by side in its order.

    One worker holds a batch at a time. What is in it is counted here whenever that changes, so
    that nobody has to count a million rows to know how far a distribution is.
    """

    __table_args__ = (
        # The next batch is found without sorting those that are due at the same moment.
        sa.Index("ix_batch_due", "distribution_id", "due_at", "id"),
        # Every second somebody looks for lost workers: the few that are held, of all times.
        sa.Index(
            "ix_batch_held",
            "lease_until",
            sqlite_where=sa.text("lease_until IS NOT NULL"),
            postgresql_where=sa.text("lease_until IS NOT NULL"),
        ),
    )

    id: int | None = row_id()
    distribution_id: int = reference("distribution.id", index=False)
    #: The positions of its deliveries, both included.
    first_position: int
    last_position: int
    #: When something in it is to be handed over next; None: nothing waits.
    due_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: The worker that holds it, and until when it may be silent; empty: nobody does.
    lease_owner: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: How many of its deliveries have which status.
    counts: dict[str, int] = document()
    #: When the relay took the first of them, and the last so far.
    first_sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class KeptSkeleton(SQLModel, table=True):
    """A message without its personal parts, kept so that what was sent can be shown years later."""

    id: int | None = row_id()
    #: SHA-256 of `parts`: the same message is kept once.
    digest: bytes = Field(unique=True)
    parts: bytes
    #: Whether it is one whole message to one person, which goes when she is erased.
    is_personal: bool = False
    #: The stored files that stand in it: they are kept as long as it is.
    file_ids: list[int] = numbers()


class ReceivingDomain(SQLModel, table=True):
    """Who receives mail for a domain, as its MX records said when we last asked."""

    domain: str = Field(primary_key=True)
    provider: str
    looked_up_at: datetime = Field(sa_type=UTCDateTime)


class Delivery(SQLModel, table=True):
    """One edition to one address in one distribution."""

    __table_args__ = (
        # The address stands first, so that this also finds all that ever went to one address.
        sa.UniqueConstraint("address_id", "distribution_id"),
        # Workers go through the positions of their batch. No index holds what a hand-over changes:
        # PostgreSQL then writes the new version of a row beside the old one, and no index at all.
        sa.Index("ix_delivery_position", "distribution_id", "position"),
        {"postgresql_with": {"fillfactor": 80}},
    )

    # No foreign keys: PostgreSQL spends 10 to 15 µs on each of them for every row, over a minute
    # for a million deliveries, where writing them without takes ten seconds. The rows come from
    # one query of those very tables in the same transaction; what they say is frozen, and stands
    # also when the contact is erased. No number is given twice (sqlite_autoincrement in
    # models.contacts), so an old one never leads to somebody else. The same goes for indexes by
    # person and desk: 1 to 3 µs a row each, for a question that is asked on an erasure.
    id: int | None = row_id()
    distribution_id: int = Field(sa_type=BIG)
    #: The order of hand-over; outlets and domains are interleaved. Those withheld stand last.
    position: int = 0

    address_id: int | None = Field(default=None, sa_type=BIG)
    journalist_id: int | None = Field(default=None, sa_type=BIG)
    role_id: int | None = Field(default=None, sa_type=BIG)
    desk_id: int | None = Field(default=None, sa_type=BIG)
    outlet_id: int | None = Field(default=None, sa_type=BIG)
    #: As they stood when the audience was frozen (R5, R12).
    email: str
    recipient_name: str = ""
    outlet_name: str = ""
    country: str = ""
    zone: str = ""
    #: Who receives mail for that domain: the group of its mail servers, or the domain itself.
    provider: str = ""
    #: Every reason why this address is in (R2).
    reasons: list[str] = words()

    revision_id: int | None = Field(default=None, sa_type=BIG)
    edition_language: str = ""
    edition_rule: str = ""
    cover_language: str = ""
    cover_rule: str = ""
    tracking: TrackingMode = Field(default=TrackingMode.NONE, sa_type=one_of(TrackingMode))
    plain_text_only: bool = False
    #: Whether files come with it, or links to them.
    attaches_files: bool = True
    #: The line that greets the reader, in the cover's language; empty: none.
    greeting: str = ""
    #: The officer's words to this reader alone; they go when she is erased.
    personal_note: str = ""
    #: The Message-IDs before it in its thread, the oldest first, with blanks between: it answers
    #: the last. Empty: it begins a thread.
    in_reply_to: str = ""
    #: The basis and the source that its notice under Art. 14 names; None: it carries no notice.
    notice_basis: LegalBasis | None = Field(default=None, sa_type=one_of(LegalBasis))
    notice_source: str = ""

    status: DeliveryStatus = Field(default=DeliveryStatus.PENDING, sa_type=one_of(DeliveryStatus))
    #: Why it is withheld, rejected, deferred or unknown, in our words.
    reason: str = ""
    message_id: str = ""
    attempt: int = 0
    #: When it is to be handed over: the first time, or again. None: it does not wait.
    next_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: The line that has claimed it; together with `attempt` it tells a late answer from ours.
    lease_owner: str = ""
    first_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: What the relay answered last, whole: its code and its text with the queue id.
    reply_code: int | None = None
    reply_text: str = ""
    #: The relay that took it, by its name in the settings.
    relay: str = ""
    #: What it takes to make the very message again, and the SHA-256 of its octets in hexadecimal
    #: as proof.
    skeleton_id: int | None = Field(default=None, sa_type=BIG)
    signatures: list[str] = words()
    content_hash: str = ""
