"""Being measured in person, and ending it: one button, also for what was sent already (T-2)."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.distribution.batches import lock_around
from mailer.models import Delivery, DeliveryStatus, Desk, Journalist, TrackingMode

#: Not composed yet: what is withdrawn now does not stand in them any more.
NOT_COMPOSED = (DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)


def is_measured(session: Session, delivery: Delivery) -> bool:
    """Whether the reader of that delivery agreed to be measured in person, and still does."""
    contact = _contact(session, delivery)
    return contact is not None and contact.tracking is TrackingMode.INDIVIDUAL


def stop_measuring(session: Session, delivery_id: int) -> bool:
    """Measure the reader of that delivery no more; True when that is new.

    The date of the consent stays: it is the proof of what was recorded until now.
    """
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or not is_measured(session, delivery):
        return False
    contact = _contact(session, delivery)
    if contact is not None:
        contact.tracking = TrackingMode.NONE
        session.add(contact)
    to_come = sa.and_(
        col(Delivery.address_id) == delivery.address_id, col(Delivery.status).in_(NOT_COMPOSED)
    )
    places = session.exec(select(Delivery.distribution_id, Delivery.position).where(to_come))
    lock_around(session, places.all())
    session.exec(sa.update(Delivery).where(to_come).values(tracking=TrackingMode.NONE))
    session.flush()
    return True


def _contact(session: Session, delivery: Delivery) -> Journalist | Desk | None:
    if delivery.journalist_id is not None:
        return session.get(Journalist, delivery.journalist_id)
    return session.get(Desk, delivery.desk_id) if delivery.desk_id is not None else None
