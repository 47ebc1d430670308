"""Whoever left at an address that an undo takes from her has left at those that she has then (F6);
suppressions are kept by address, so it is carried there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from mailer.contacts.keeping.leaves import LEAVES, Held, carry
from mailer.contacts.keeping.undoing.conflicts import Conflicts
from mailer.contacts.keeping.undoing.rows import changes, in_chunks
from mailer.contacts.scoped import Scope
from mailer.models import (
    Address,
    ChangeAction,
    ContactChange,
    ContactOperation,
    OperationKind,
    Role,
    Suppression,
    SuppressionScope,
)
from mailer.tokens import Keyring

#: By person, the normalised addresses of all her jobs and the numbers of their rows.
Mailboxes = dict[int, dict[str, int]]


def mailboxes_before(session: Session, operation: ContactOperation) -> Mailboxes:
    """The addresses of those who may lose one when the operation is undone.

    Nobody when no one has left since; nor whom the operation brought: she goes whole.
    """
    since = col(Suppression.created_at) >= operation.done_at
    if session.execute(sa.select(col(Suppression.id)).where(since).limit(1)).first() is None:
        return {}
    people = {*_given_jobs(session, operation.id or 0), *_moved(session, operation.id or 0)}
    return _mailboxes(session, people)


def carry_leaves(
    session: Session,
    operation: ContactOperation,
    before: Mailboxes,
    *,
    keyring: Keyring,
    conflicts: Conflicts,
) -> None:
    """Let a leave that was given since at a lost address hold for those that she has now.

    What the officer closed by hand since stays with that address: it may not have been hers.
    """
    after = _mailboxes(session, before)
    moves: dict[str, dict[str, int]] = defaultdict(dict)
    for person, mailboxes in before.items():
        for lost in mailboxes.keys() - after.get(person, {}).keys():
            moves[lost] |= after.get(person, {})
    told_by_file = operation.source if operation.kind is OperationKind.IMPORT else None
    held = carry(
        session,
        moves,
        keyring=keyring,
        source=f"undo of {operation.kind} {operation.id}",
        counts=lambda row: (
            row.reason in LEAVES
            and row.created_at >= operation.done_at
            and row.source != told_by_file
        ),
    )
    for one in held:
        if one.is_news:
            _tell(session, one, number=moves[one.old][one.new], conflicts=conflicts)


def _tell(session: Session, held: Held, *, number: int, conflicts: Conflicts) -> None:
    scope = Scope(held.row.scope, held.row.scope_value)
    is_all = held.row.scope is SuppressionScope.ALL
    what = held.row.reason.value if is_all else scope.told(held.row.reason)
    state = session.execute(sa.select(col(Address.state)).where(col(Address.id) == number)).scalar()
    conflicts.add(
        Address,
        number,
        f"{what} at {held.old} since, and that holds here as well",
        name="state" if is_all else "",
        now=state if is_all else None,
        can_follow=False,
    )


def _given_jobs(session: Session, operation_id: int) -> Iterator[int]:
    """Persons who were known and to whom the operation gave a job."""
    given = _was_added(operation_id, "role", col(Role.id))
    is_new = _was_added(operation_id, "journalist", col(Role.journalist_id))
    found = session.execute(sa.select(col(Role.journalist_id)).where(given, ~is_new))
    yield from found.scalars()


def _was_added(
    operation_id: int, subject: str, number: Mapped[int] | Mapped[int | None]
) -> sa.ColumnElement[bool]:
    added = sa.select(sa.literal(1)).where(
        col(ContactChange.operation_id) == operation_id,
        col(ContactChange.subject) == subject,
        col(ContactChange.subject_id) == number,
        col(ContactChange.action) == ChangeAction.ADDED,
    )
    return added.correlate(Role).exists()


def _moved(session: Session, operation_id: int) -> Iterator[int]:
    """Persons to whose job the operation gave another address."""
    changed = changes(session, operation_id, ChangeAction.CHANGED, subject="role")
    for some in changed:
        jobs = [one.subject_id for one in some if "address_id" in one.before]
        people = sa.select(col(Role.journalist_id)).where(col(Role.id).in_(jobs))
        yield from session.execute(people).scalars()


def _mailboxes(session: Session, people: Iterable[int]) -> Mailboxes:
    found: Mailboxes = defaultdict(dict)
    for chunk in in_chunks(people):
        rows = session.execute(
            sa.select(col(Role.journalist_id), col(Address.normalised), col(Address.id))
            .join(Address, col(Address.id) == col(Role.address_id))
            .where(col(Role.journalist_id).in_(chunk))
        )
        for person, normalised, number in rows:
            found[person][normalised] = number
    return found
