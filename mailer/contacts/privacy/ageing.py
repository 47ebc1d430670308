"""What of the address book has grown too old: contacts that nobody ever wrote to, people whose last
job is long over, and what the history and the imports keep of them.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.keeping.undoing import MERGED_INTO
from mailer.models import (
    ContactChange,
    ContactImport,
    ContactOperation,
    Desk,
    Journalist,
    OperationKind,
    Role,
)
from mailer.models.history import is_kept


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


def survivors(session: Session) -> dict[int, int]:
    """Who goes on in the place of each record that was merged into another: what was sent before a
    merge has the number of the one that went.
    """
    removed = (
        sa.select(col(ContactChange.subject_id), col(ContactChange.after))
        .join(ContactOperation, col(ContactOperation.id) == col(ContactChange.operation_id))
        .outerjoin(Journalist, col(Journalist.id) == col(ContactChange.subject_id))
        .where(
            col(ContactOperation.kind) == OperationKind.MERGE,
            col(ContactChange.subject) == "journalist",
            is_kept(MERGED_INTO),
            # One that an undo has brought back is a person again.
            col(Journalist.id).is_(None),
        )
        .order_by(col(ContactChange.id))
    )
    into = {number: after.get(MERGED_INTO) for number, after in session.execute(removed)}
    return {number: _last(into, number) for number in into}


def _last(into: dict[int, int], number: int) -> int:
    seen = {number}
    while (number := into.get(number, number)) not in seen:
        seen.add(number)
    return number


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
