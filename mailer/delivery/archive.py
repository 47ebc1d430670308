"""What was sent, kept so that every message can be shown again as it was, years later (R12)."""

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.compose.skeleton import Skeleton
from mailer.database import insert
from mailer.models import KeptSkeleton


def keep(session: Session, skeleton: Skeleton) -> int:
    """Keep a skeleton, each only once; the number under which it can be found."""
    row = insert(session, KeptSkeleton).values(
        digest=skeleton.digest,
        parts=skeleton.dump(),
        is_personal=skeleton.is_personal,
        file_ids=skeleton.file_ids,
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["digest"]))
    found = sa.select(col(KeptSkeleton.id)).where(col(KeptSkeleton.digest) == skeleton.digest)
    return int(session.execute(found).scalar_one())
