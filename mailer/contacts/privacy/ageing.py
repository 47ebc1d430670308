"""What of the address book has grown too old: contacts that nobody ever wrote to, people whose last
job is long over, and what the history and the imports keep of them.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.models import (
    ContactChange,
    ContactImport,
    ContactOperation,
    Desk,
    Journalist,
    OperationKind,
    Role,
)


def unverified(model: type[Journalist] | type[Desk], *, before: datetime) -> sa.Select[Any]:
    """The numbers of those whom we have known for so long, and whom nobody verified since."""
    seen = sa.func.coalesce(col(model.verified_at), col(model.first_seen_at))
    return sa.select(col(model.id)).where(seen < before).order_by(col(model.id))


def all_jobs_ended(*, before: date) -> sa.Select[Any]:
    """The numbers of people who had jobs, and whose last one ended before that day."""
    jobs = sa.select(sa.literal(1)).where(col(Role.journalist_id) == col(Journalist.id))
    lasting = jobs.where(sa.or_(col(Role.ended_on).is_(None), col(Role.ended_on) >= before))
    return (
        sa.select(col(Journalist.id))
        .where(jobs.correlate(Journalist).exists(), ~lasting.correlate(Journalist).exists())
        .order_by(col(Journalist.id))
    )


def forget_history(session: Session, *, before: datetime) -> int:
    """Delete what old operations keep of rows; that they were done, by whom and when, stays.

    Of an operation all or nothing goes, so that none is undone by half. Merges stay: they lead from
    the numbers that deliveries have to the people who have others now.
    """
    old = sa.select(col(ContactOperation.id)).where(
        col(ContactOperation.done_at) < before,
        col(ContactOperation.kind) != OperationKind.MERGE,
    )
    removed = sa.delete(ContactChange).where(col(ContactChange.operation_id).in_(old))
    return session.connection().execute(removed).rowcount


def forget_imports(session: Session, *, before: datetime) -> int:
    """Delete the records of old imports: names of files, and counts."""
    old = sa.delete(ContactImport).where(col(ContactImport.imported_at) < before)
    return session.connection().execute(old).rowcount
