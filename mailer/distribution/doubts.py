"""Deliveries of which nobody knows whether the relay took them: a person decides (R6)."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.distribution.batches import lock_all, recount
from mailer.distribution.following.threads import replaced_by
from mailer.distribution.informing import inform
from mailer.distribution.lifecycle import found, reopen
from mailer.distribution.wording import DECIDED
from mailer.errors import Refused
from mailer.models import Delivery, DeliveryStatus, DistributionStatus


class Decision(StrEnum):
    """What shall happen to deliveries of which nobody knows whether the relay took them."""

    RESEND = "resend"
    ACCEPT = "accept"


def resolve_unknown(session: Session, distribution_id: int, *, resend: bool) -> int:
    """Decide the deliveries in doubt: hand them over again, or take them as sent; their number.

    Sent again they keep their Message-ID, so that a receiver can drop the double (RFC 1047).
    Raises NotFound, or Refused when the distribution was cancelled.
    """
    numbers = lock_all(session, distribution_id)
    # Read under the lock: somebody may have cancelled it while we waited.
    row = found(session, distribution_id)
    if resend and row.status is DistributionStatus.CANCELLED:
        raise Refused(
            f"distribution {distribution_id} was cancelled: nothing is sent from it again"
        )
    if resend and (later := replaced_by(session, distribution_id)) is not None:
        raise Refused(
            f"distribution {later} takes the place of {distribution_id}, and they get that one:"
            " the old text is not sent again; --unknown accept takes them as sent"
        )
    target = DeliveryStatus.PENDING if resend else DeliveryStatus.SENT
    in_doubt = sa.and_(
        col(Delivery.distribution_id) == distribution_id,
        col(Delivery.status) == DeliveryStatus.UNKNOWN,
    )
    noticed = sa.select(col(Delivery.id)).where(in_doubt, col(Delivery.notice_basis).is_not(None))
    informed = [] if resend else list(session.execute(noticed).scalars())
    decided = session.exec(
        sa.update(Delivery)
        .where(in_doubt)
        .values(
            status=target,
            reason=DECIDED,
            next_attempt_at=clock.now() if resend else None,
        )
        .execution_options(synchronize_session=False)
    )
    inform(session, informed, at=clock.now())
    recount(session, batch_ids=numbers)
    reopen(session, distribution_id)
    return int(decided.rowcount)
