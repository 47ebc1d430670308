"""Stored files that nothing names any more, which go after a while."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.models import Attachment, KeptSkeleton, Office, StoredFile

#: So many go in one run: the next one is tomorrow, and others want to write, too.
AT_ONCE = 500


def forget_unused(session: Session, *, before: datetime) -> int:
    """Remove the files that were kept before that moment and are used by nothing; their number.

    A file stays as long as a release carries it, it is the logo, or a message that was sent held
    it: such a message can be shown again years later.
    """
    old = sa.select(col(StoredFile.id)).where(
        col(StoredFile.created_at) < before, ~_is_carried(), ~_is_logo(), ~_is_small_one()
    )
    sent = _in_messages(session)
    unused = [number for number in session.scalars(old) if number not in sent][:AT_ONCE]
    if unused:
        session.execute(sa.delete(StoredFile).where(col(StoredFile.id).in_(unused)))
    return len(unused)


def _is_carried() -> sa.ColumnElement[bool]:
    return sa.exists().where(col(Attachment.file_id) == col(StoredFile.id))


def _is_logo() -> sa.ColumnElement[bool]:
    return sa.exists().where(col(Office.logo_id) == col(StoredFile.id))


def _is_small_one() -> sa.ColumnElement[bool]:
    """Whether it is the small form of a picture, after which it goes a day later."""
    whole = aliased(StoredFile)
    return sa.exists().where(col(whole.small_id) == col(StoredFile.id))


def _in_messages(session: Session) -> set[int]:
    """The files that stand in messages that were sent."""
    some = sa.cast(col(KeptSkeleton.file_ids), sa.Text) != "[]"
    rows = session.scalars(sa.select(col(KeptSkeleton.file_ids)).where(some))
    return {number for numbers in rows for number in numbers}
