"""What follows when something came back: the table of the trade, and the writing of its cells.

Effects follow an event that was new, never a second copy of it. A refusal that blames us or our
text never touches an address (a bounce storm would kill half the contacts otherwise).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import addresses, clock
from mailer.contacts import suppressions
from mailer.delivery.refusal import BounceClass, Reason
from mailer.distribution.batches import WAITING, lock_around, lock_free_around, recount
from mailer.distribution.informing import inform, take_back
from mailer.distribution.wording import IN_DOUBT
from mailer.feedback.classification import BLAMELESS_REASONS, Finding
from mailer.models import (
    Address,
    AddressState,
    Batch,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    EventKind,
    SuppressionReason,
)
from mailer.tokens import Keyring


@dataclass(frozen=True)
class Effect:
    """One cell of the table."""

    delivery: DeliveryStatus | None = None
    address: AddressState | None = None
    suppression: SuppressionReason | None = None


NOTHING = Effect()
#: Event × class of the refusal (None: no refusal, or one that does not blame the address).
EFFECTS: dict[tuple[EventKind, BounceClass | None], Effect] = {
    (EventKind.REJECTED, BounceClass.HARD): Effect(address=AddressState.HARD),
    (EventKind.REJECTED, BounceClass.SOFT): Effect(address=AddressState.SOFT),
    (EventKind.BOUNCED, BounceClass.HARD): Effect(DeliveryStatus.BOUNCED, AddressState.HARD),
    (EventKind.BOUNCED, BounceClass.SOFT): Effect(DeliveryStatus.BOUNCED, AddressState.SOFT),
    (EventKind.BOUNCED, BounceClass.BLOCK): Effect(DeliveryStatus.BOUNCED),
    (EventKind.BOUNCED, None): Effect(DeliveryStatus.BOUNCED),
    (EventKind.COMPLAINED, None): Effect(
        DeliveryStatus.COMPLAINED, suppression=SuppressionReason.COMPLAINED
    ),
    (EventKind.UNSUBSCRIBED, None): Effect(
        DeliveryStatus.SENT, suppression=SuppressionReason.UNSUBSCRIBED
    ),
    # Whoever answers or reads has the message: an `unknown` hand-over is resolved.
    (EventKind.OPENED, None): Effect(DeliveryStatus.SENT),
    (EventKind.CLICKED, None): Effect(DeliveryStatus.SENT),
    (EventKind.DELAYED, None): Effect(DeliveryStatus.SENT),
    (EventKind.AUTOREPLIED, None): Effect(DeliveryStatus.SENT),
    (EventKind.REPLIED, None): Effect(DeliveryStatus.SENT),
}
#: From which states an event may move a delivery; from any other it stays where it is. What came
#: back while the message is on the wire is not forgotten when its acceptance is written down.
DELIVERY_MOVES: dict[DeliveryStatus, tuple[DeliveryStatus, ...]] = {
    DeliveryStatus.SENT: (DeliveryStatus.UNKNOWN,),
    DeliveryStatus.BOUNCED: (
        DeliveryStatus.SENT,
        DeliveryStatus.UNKNOWN,
        DeliveryStatus.SENDING,
    ),
    DeliveryStatus.COMPLAINED: (
        DeliveryStatus.SENT,
        DeliveryStatus.UNKNOWN,
        DeliveryStatus.SENDING,
        DeliveryStatus.BOUNCED,
    ),
}
ADDRESS_MOVES: dict[AddressState, tuple[AddressState, ...]] = {
    AddressState.SOFT: (AddressState.OK,),
    AddressState.HARD: (AddressState.OK, AddressState.SOFT),
}
#: So many messages returned within so long a time prove that the address is dead.
HARD_LIMIT = (2, timedelta(days=7))
FULL_LIMIT = (5, timedelta(days=30))


def follow(
    session: Session,
    delivery: Delivery,
    kind: EventKind,
    *,
    keyring: Keyring,
    source: str,
    now: datetime,
    finding: Finding | None = None,
) -> None:
    """Let everything follow that the table names for a new event of that delivery.

    `source` says where it came from: a report, a link, the conversation with the relay.
    """
    effect = EFFECTS.get((kind, _column(finding)), NOTHING)
    reason = finding.reason.value if finding else kind.value
    if effect.delivery:
        move_delivery(session, delivery, to=effect.delivery, reason=reason)
    if effect.address:
        _move_address(session, delivery, to=effect.address, reason=reason, now=now)
    suppression = effect.suppression or _proven_dead(session, delivery, finding, now=now)
    if suppression:
        _suppress(session, delivery, suppression, keyring=keyring, source=source, note=reason)


def _column(finding: Finding | None) -> BounceClass | None:
    if finding is None:
        return None
    if finding.bounce_class is BounceClass.SOFT and finding.reason in BLAMELESS_REASONS:
        return None
    return finding.bounce_class


def move_delivery(session: Session, delivery: Delivery, *, to: DeliveryStatus, reason: str) -> None:
    """Move it there if the table lets it, and count its batch again."""
    numbers = lock_around(session, [(delivery.distribution_id, delivery.position)])
    # The state is asked in the database: a worker may have moved it since this row was read.
    move = (
        sa.update(Delivery)
        .where(
            col(Delivery.id) == delivery.id,
            sa.or_(col(Delivery.status).in_(DELIVERY_MOVES[to]), _waits_in_doubt(to)),
        )
        .values(
            status=to,
            reason="" if to is DeliveryStatus.SENT else reason,
            # It has arrived: no second copy follows.
            next_attempt_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    session.exec(move)
    recount(session, batch_ids=numbers)
    session.refresh(delivery)
    _follow_notice(session, delivery)


def _follow_notice(session: Session, delivery: Delivery) -> None:
    """Who has a message in doubt has its notice; whose came back was told nothing by it."""
    if delivery.notice_basis is None or delivery.id is None:
        return
    if delivery.status is DeliveryStatus.SENT:
        inform(session, [delivery.id], at=clock.now())
    elif delivery.status is DeliveryStatus.BOUNCED and delivery.first_attempt_at is not None:
        take_back(session, delivery, since=delivery.first_attempt_at)


def _waits_in_doubt(to: DeliveryStatus) -> sa.ColumnElement[bool]:
    """It is to be handed over again, and the event tells that an earlier attempt has arrived.

    Who read or complained has it. That one came back tells it only of a message in doubt: of one
    that was put off, the next attempt may do better.
    """
    waits = sa.and_(col(Delivery.status).in_(WAITING), col(Delivery.attempt) > 0)
    return waits & (col(Delivery.reason) == IN_DOUBT) if to is DeliveryStatus.BOUNCED else waits


def _move_address(
    session: Session, delivery: Delivery, *, to: AddressState, reason: str, now: datetime
) -> None:
    move = (
        sa.update(Address)
        .where(col(Address.id) == delivery.address_id, col(Address.state).in_(ADDRESS_MOVES[to]))
        .values(state=to, state_reason=reason, state_changed_at=now)
        .execution_options(synchronize_session=False)
    )
    session.exec(move)


def _proven_dead(
    session: Session, delivery: Delivery, finding: Finding | None, *, now: datetime
) -> SuppressionReason | None:
    if finding is None:
        return None
    if finding.is_clear or _failed_too_often(session, delivery, finding, now=now):
        return SuppressionReason.BOUNCED
    return None


def _failed_too_often(
    session: Session, delivery: Delivery, finding: Finding, *, now: datetime
) -> bool:
    if finding.bounce_class is BounceClass.HARD:
        field, word, limit, period = "bounce_class", BounceClass.HARD.value, *HARD_LIMIT
    elif finding.reason is Reason.MAILBOX_FULL:
        field, word, limit, period = "reason", Reason.MAILBOX_FULL.value, *FULL_LIMIT
    else:
        return False
    # Each message counts once, however many reports came about it; this one is written already.
    failed = (
        select(sa.func.count(sa.distinct(col(DeliveryEvent.delivery_id))))
        .join(Delivery, col(Delivery.id) == DeliveryEvent.delivery_id)
        .where(
            Delivery.address_id == delivery.address_id,
            col(DeliveryEvent.kind).in_((EventKind.BOUNCED, EventKind.REJECTED)),
            col(DeliveryEvent.details)[field].as_string() == word,
            DeliveryEvent.occurred_at >= now - period,
        )
    )
    return session.exec(failed).one() >= limit


def _suppress(
    session: Session,
    delivery: Delivery,
    why: SuppressionReason,
    *,
    keyring: Keyring,
    source: str,
    note: str,
) -> None:
    if not delivery.email:
        # Erased since: its suppression was written then, by hash.
        return
    suppressions.suppress(
        session, delivery.email, keyring=keyring, reason=why, source=source, note=note
    )
    withhold_waiting(session, delivery, reason=why.value)


def withhold_waiting(session: Session, delivery: Delivery, *, reason: str) -> None:
    """Withhold what still waits for the address of that delivery, in any distribution.

    Its own batch may be locked by us: we wait for no other then. What is in one that is just being
    worked in is withheld when it is claimed, since the address is suppressed by now.
    """
    waiting = sa.and_(_of_same_address(delivery), col(Delivery.status).in_(WAITING))
    places = session.exec(select(Delivery.distribution_id, Delivery.position).where(waiting))
    numbers = lock_free_around(session, places.all())
    session.exec(
        sa.update(Delivery)
        .where(waiting, _lies_in(numbers))
        .values(status=DeliveryStatus.WITHHELD, reason=reason, next_attempt_at=None)
        .execution_options(synchronize_session="fetch")
    )
    recount(session, batch_ids=numbers)


def _lies_in(batch_ids: list[int]) -> sa.ColumnElement[bool]:
    return (
        sa.select(col(Batch.id))
        .where(
            col(Batch.id).in_(batch_ids),
            col(Batch.distribution_id) == col(Delivery.distribution_id),
            col(Delivery.position).between(col(Batch.first_position), col(Batch.last_position)),
        )
        .exists()
    )


def _of_same_address(delivery: Delivery) -> sa.ColumnElement[bool]:
    if delivery.address_id is not None:
        return col(Delivery.address_id) == delivery.address_id
    # The contact is gone; the address may have come back under another number.
    normalised = addresses.parse(delivery.email).normalised
    numbers = select(Address.id).where(Address.normalised == normalised)
    return sa.or_(col(Delivery.email) == delivery.email, col(Delivery.address_id).in_(numbers))
