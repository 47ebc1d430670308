"""Compares what the relay took with what we recorded: the table of a chaos run."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields

from sqlmodel import Session, col, select

from mailer.distribution.telling import overview
from mailer.models import Batch, Delivery, DeliveryStatus
from tests.chaos.log import LogReader

SENT = {DeliveryStatus.SENT, DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED}
#: It was not handed over, and the record says why.
ENDED = {
    DeliveryStatus.REJECTED,
    DeliveryStatus.WITHHELD,
    DeliveryStatus.CANCELLED,
    DeliveryStatus.EXPIRED,
}


@dataclass
class Tally:
    """The numbers of one round, or of many."""

    deliveries: int = 0
    #: Deliveries whose message the relay took, by its log.
    accepted: int = 0
    #: Deliveries recorded as sent.
    recorded: int = 0
    #: In doubt, for a person to decide.
    unknown: int = 0
    #: Recorded as rejected, withheld, cancelled or expired.
    ended: int = 0
    #: Taken more than once, although nobody decided so.
    doubled: int = 0
    #: Neither sent nor in doubt nor at another honest end.
    lost: int = 0
    #: Recorded as sent but never taken, or taken but recorded as never handed over.
    false: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost, doubled or recorded wrongly."""
        return not (self.doubled or self.lost or self.false)

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)


def at_once(session: Session) -> None:
    """Let all questions of the session see the same moment."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def tally(session: Session, distribution_ids: Collection[int], log: LogReader) -> Tally:
    """Compare the deliveries of these distributions with the relay's log."""
    log.read()
    told = Tally()
    rows = session.exec(
        select(Delivery.message_id, Delivery.status).where(
            col(Delivery.distribution_id).in_(distribution_ids)
        )
    )
    for message_id, status in rows:
        taken = log.taken[message_id]
        told.deliveries += 1
        told.accepted += taken > 0
        told.doubled += taken > 1
        told.recorded += status in SENT
        told.unknown += status is DeliveryStatus.UNKNOWN
        told.ended += status in ENDED
        told.lost += status not in SENT | ENDED | {DeliveryStatus.UNKNOWN}
        told.false += (status in SENT) is not (taken > 0) and status is not DeliveryStatus.UNKNOWN
    return told


def faults(session: Session, distribution_id: int, log: LogReader) -> list[str]:
    """What does not fit together, in words: the counts of progress, and mail that nobody sent."""
    rows = session.exec(
        select(Delivery.status, Delivery.message_id).where(
            Delivery.distribution_id == distribution_id
        )
    ).all()
    found = []
    counted = Counter(str(status) for status, _ in rows)
    shown = Counter(dict(overview.progress(session, distribution_id).counts))
    if counted != shown:
        found.append(f"progress shows {dict(shown)}, the rows say {dict(counted)}")
    batches: Counter[str] = Counter()
    for counts in session.exec(
        select(Batch.counts).where(Batch.distribution_id == distribution_id)
    ):
        batches.update(counts)
    if +batches != counted:
        found.append(f"the batches count {dict(+batches)}, the rows say {dict(counted)}")
    if strangers := set(log.taken) - {message_id for _, message_id in rows}:
        found.append(f"the relay took {len(strangers)} messages that are nobody's")
    return found
