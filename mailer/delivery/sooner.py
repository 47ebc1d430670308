"""What waits because a relay took nothing is made due, once somebody has mended the relay."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.delivery.reasons import OF_THE_RELAY, Reason
from mailer.distribution.batches import lock_all, recount
from mailer.distribution.lifecycle import PAUSED, SENDING
from mailer.models import Delivery, DeliveryStatus, Distribution

#: Who waits for this waits for a provider that asked for patience through the relay.
PATIENCE = f"{OF_THE_RELAY}{Reason.RATE_LIMITED}"
#: How the note of a distribution begins that stopped by itself (`lifecycle.halt`).
STOPPED = "stopped: "


def make_due(session: Session, relays: Collection[str], *, now: datetime) -> int:
    """Let what waits for these relays be handed over at once; the number of deliveries."""
    open_ones = select(Distribution.id).where(col(Distribution.status).in_((SENDING, PAUSED)))
    numbers = [number for number in session.exec(open_ones) if number is not None]
    # All at once, in their order, before the first is changed.
    lock_all(session, *numbers)
    return sum(_make_due(session, number, relays, now=now) for number in numbers)


def stopped(session: Session) -> list[int]:
    """The distributions that a relay has stopped, and that somebody has to resume."""
    rows = session.exec(
        select(Distribution.id)
        .where(col(Distribution.status) == PAUSED, col(Distribution.note).startswith(STOPPED))
        .order_by(col(Distribution.id))
    )
    return [number for number in rows if number is not None]


def _make_due(
    session: Session, distribution_id: int, relays: Collection[str], *, now: datetime
) -> int:
    numbers = lock_all(session, distribution_id)
    changed = session.execute(
        sa.update(Delivery)
        .where(
            col(Delivery.distribution_id) == distribution_id,
            col(Delivery.status) == DeliveryStatus.DEFERRED,
            col(Delivery.reason).startswith(OF_THE_RELAY),
            col(Delivery.reason) != PATIENCE,
            col(Delivery.relay).in_([*relays]),
            col(Delivery.next_attempt_at) > now,
        )
        .values(next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )
    number = int(changed.rowcount)  # type: ignore[attr-defined]
    if number:
        recount(session, batch_ids=numbers)
    return number
