"""What is checked once more just before a hand-over: what has happened since the audience was
frozen keeps a message back (R5).
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.suppressions import reasons_among
from mailer.delivery.claims import Claimed
from mailer.models import Delivery, Desk, Journalist
from mailer.tokens import Keyring


def hindrances(
    session: Session,
    claimed: Sequence[Claimed],
    *,
    keyring: Keyring,
    embargo_until: datetime | None,
    now: datetime,
) -> dict[int, str]:
    """Why some of the claimed deliveries may not go out after all, by their id."""
    emails = [delivery.email for delivery in claimed if delivery.email]
    suppressed = reasons_among(session, emails, keyring=keyring)
    untrusted: set[int] = set()
    if embargo_until is not None and now < embargo_until:
        untrusted = _untrusted(session, claimed)
    reasons: dict[int, str] = {}
    for delivery in claimed:
        if not delivery.email:
            reasons[delivery.id] = "the address was erased"
        elif delivery.email in suppressed:
            reasons[delivery.id] = f"suppressed: {suppressed[delivery.email]}"
        elif delivery.id in untrusted:
            reasons[delivery.id] = "under embargo, and not trusted with embargoes"
    return reasons


def _untrusted(session: Session, claimed: Sequence[Claimed]) -> set[int]:
    """Those whose reader is not, or no longer, trusted with embargoes (J4)."""
    trusted = sa.func.coalesce(
        col(Desk.embargo_trusted), col(Journalist.embargo_trusted), sa.false()
    )
    rows = session.execute(
        sa.select(col(Delivery.id))
        .select_from(Delivery)
        .outerjoin(Journalist, col(Journalist.id) == col(Delivery.journalist_id))
        .outerjoin(Desk, col(Desk.id) == col(Delivery.desk_id))
        .where(col(Delivery.id).in_([one.id for one in claimed]), sa.not_(trusted))
    )
    return set(rows.scalars())
