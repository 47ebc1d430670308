"""Threads of distributions: the first one, and all that follow it. Every follow-up names the first.

What was corrected or withdrawn goes to nobody any more: such a distribution never sends again.
"""

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from mailer.errors import NotFound
from mailer.models import Distribution, DistributionStatus, Relation

#: What takes the place of the earlier text, so that this goes to nobody any more.
REPLACING = (Relation.CORRECTION, Relation.WITHDRAWAL, Relation.UPDATE)


def root_of(session: Session, distribution_id: int) -> Distribution:
    """The distribution that began the thread of that one. Raises NotFound."""
    row = session.get(Distribution, distribution_id, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no distribution {distribution_id}")
    return row if row.follows_id is None else root_of(session, row.follows_id)


def thread_of(session: Session, distribution_id: int) -> list[Distribution]:
    """All distributions of its thread, the oldest first. Raises NotFound."""
    root = root_of(session, distribution_id)
    later = session.exec(
        select(Distribution)
        .where(Distribution.follows_id == root.id)
        .order_by(col(Distribution.id))
        .execution_options(populate_existing=True)
    )
    return [root, *later]


def lock_thread(session: Session, distribution_id: int) -> list[Distribution]:
    """The same, and until the end of the transaction nobody else decides anything in it."""
    root = root_of(session, distribution_id)
    # Rows that point to it may still be written: what is on its way is not held up.
    locked = sa.select(col(Distribution.id)).where(col(Distribution.id) == root.id)
    session.execute(locked.with_for_update(key_share=True))
    return thread_of(session, distribution_id)


def is_replaced() -> sa.Exists:
    """Whether a later distribution of its thread takes the place of a `distribution`."""
    later = aliased(Distribution)
    return sa.exists().where(
        col(later.follows_id)
        == sa.func.coalesce(col(Distribution.follows_id), col(Distribution.id)),
        col(later.id) > col(Distribution.id),
        col(later.relation).in_(REPLACING),
        col(later.status) != DistributionStatus.CANCELLED,
    )


def replaced_by(session: Session, distribution_id: int) -> int | None:
    """The last distribution that takes the place of that one; None: it stands. Raises NotFound."""
    numbers = [
        row.id
        for row in thread_of(session, distribution_id)
        if row.relation in REPLACING
        and row.status is not DistributionStatus.CANCELLED
        and (row.id or 0) > distribution_id
    ]
    return numbers[-1] if numbers else None
