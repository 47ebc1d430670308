"""What was heard while a message was on the wire: that it was opened, or left by its link. Once the
attempt has ended in doubt, that tells that it arrived.
"""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.feedback import effects
from mailer.feedback.effects import EFFECTS
from mailer.models import Agent, Delivery, DeliveryEvent, DeliveryStatus

#: Whoever does this has the message.
ARRIVED = tuple(kind for (kind, _), one in EFFECTS.items() if one.delivery is DeliveryStatus.SENT)


def recall(session: Session, delivery_id: int) -> bool:
    """Let what was heard of it count now; True when something was. A machine tells nothing.

    For doors, after an attempt whose answer was written down and was no acceptance.
    """
    heard = (
        select(DeliveryEvent.id)
        .where(
            DeliveryEvent.delivery_id == delivery_id,
            col(DeliveryEvent.kind).in_(ARRIVED),
            sa.or_(col(DeliveryEvent.agent).is_(None), col(DeliveryEvent.agent) == Agent.PERSON),
        )
        .limit(1)
    )
    if session.exec(heard).first() is None:
        return False
    row = session.get_one(Delivery, delivery_id, populate_existing=True)
    effects.move_delivery(session, row, to=DeliveryStatus.SENT, reason="")
    return True
