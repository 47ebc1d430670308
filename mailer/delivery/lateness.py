"""Whose answer still counts: a line may have been silent for so long that others settled for it.

Always of the attempt that the answer is about: a later claim has a higher one, and what was handed
over again is nobody's to take back.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from mailer.distribution.batches import WAITING
from mailer.models import Delivery, DeliveryStatus

#: What came back is the last word of a message that was taken.
RETURNED = (DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED)
#: Decided about a message that nobody knew to be taken.
GIVEN_UP = (DeliveryStatus.CANCELLED, DeliveryStatus.WITHHELD, DeliveryStatus.EXPIRED)


def is_ours(owner: Any) -> sa.ColumnElement[bool]:
    """Claimed by that line, or called `unknown` by a rescuer."""
    sending = sa.and_(
        col(Delivery.status) == DeliveryStatus.SENDING, col(Delivery.lease_owner) == owner
    )
    return sa.or_(sending, _settled(DeliveryStatus.UNKNOWN))


def may_be_answered(owner: Any) -> sa.ColumnElement[bool]:
    """The same, and what is to be handed over again but was not claimed yet: whoever knows that it
    was refused, or never begun, ends the doubt for which that was planned.
    """
    return sa.or_(is_ours(owner), _settled(*WAITING))


def may_be_accepted(owner: Any) -> sa.ColumnElement[bool]:
    """The same, and what was given up or came back meanwhile: the relay took it all the same."""
    returned = sa.and_(
        col(Delivery.status).in_(RETURNED), col(Delivery.lease_owner).in_(("", owner))
    )
    return sa.or_(may_be_answered(owner), _settled(*GIVEN_UP), returned)


def _settled(*statuses: DeliveryStatus) -> sa.ColumnElement[bool]:
    return sa.and_(col(Delivery.status).in_(statuses), col(Delivery.lease_owner) == "")
