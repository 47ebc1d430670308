"""Threads of distributions: the first one, and all that follow it. Every follow-up names the first.

What was corrected or withdrawn goes to nobody any more: such a distribution never sends again.
"""

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from mailer.errors import NotFound, Refused
from mailer.models import Distribution, DistributionStatus, Relation, Release, ReleaseStatus

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


def refuse_replaced(session: Session, release: Release) -> None:
    """Raise Refused for a release of which nothing may go out any more, whoever never had it: it
    was withdrawn, or another release takes its place.
    """
    if release.status is ReleaseStatus.WITHDRAWN:
        raise Refused(
            f"release {release.reference} was withdrawn: nobody gets it any more; what is true goes"
            " out as a new release"
        )
    other = _other_release(session, release.id or 0)
    if other is not None:
        raise Refused(f"release {other} takes the place of {release.reference}: send that one")


def _other_release(session: Session, release_id: int) -> str | None:
    """The reference of the release that was decided to take the place of that one, if any."""
    first = aliased(Distribution)
    found = session.exec(
        select(Release.reference)
        .join(Distribution, col(Distribution.release_id) == col(Release.id))
        .join(first, col(first.id) == col(Distribution.follows_id))
        .where(
            col(first.release_id) == release_id,
            col(Distribution.release_id) != release_id,
            col(Distribution.relation).in_(REPLACING),
            col(Distribution.status) != DistributionStatus.CANCELLED,
        )
        .order_by(col(Distribution.id).desc())
        .limit(1)
    )
    return found.first()


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
