"""Nobody is forgotten while an audience is being frozen: it would write down who is just going."""

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.models import Distribution, DistributionStatus


def wait_for_audiences(session: Session) -> None:
    """Wait until no audience is being frozen; none begins before the transaction ends."""
    session.execute(
        sa.select(col(Distribution.id))
        .where(
            col(Distribution.fanned_out_at).is_(None),
            col(Distribution.status).in_(
                (DistributionStatus.SCHEDULED, DistributionStatus.SENDING)
            ),
        )
        .order_by(col(Distribution.id))
        .with_for_update()
    )
