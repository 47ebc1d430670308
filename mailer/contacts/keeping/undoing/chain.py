"""What was taken back by what. An undo that had to leave something alone can be done once more,
when what held it is taken back, too.
"""

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.errors import NotFound, Refused
from mailer.models import ChangeAction, ContactChange, ContactOperation, OperationKind

#: What the law made us forget, no command brings back.
FINAL = {OperationKind.ERASURE, OperationKind.RETENTION}


def undoable(session: Session, operation_id: int) -> ContactOperation:
    """The operation, if it can be taken back.

    Raises NotFound, and Refused for what was undone before with nothing left, and for what the law
    made us forget.
    """
    known = session.get(ContactOperation, operation_id)
    if known is None:
        raise NotFound(f"there is no operation {operation_id}: see `mailer contacts history`")
    if known.kind in FINAL:
        message = f"operation {operation_id} is {_called(known.kind)}: who was erased stays erased"
        raise Refused(f"{message}, and only the person can come back, by signing up again")
    if not may_be_undone(session, known):
        raise Refused(_undone_before(session, known))
    if _is_forgotten(session, known):
        message = f"operation {operation_id} is too old: retention has removed what it changed"
        raise Refused(f"{message}, so nothing can be put back (history_months in [retention])")
    return known


def may_be_undone(session: Session, operation: ContactOperation) -> bool:
    """Whether nobody took it back, or something of it was left alone then."""
    if operation.undone_by_id is None:
        return True
    undo = session.get(ContactOperation, operation.undone_by_id)
    return undo is not None and undo.undone_by_id is None and undo.left_alone > 0


def first_done(session: Session, operation: ContactOperation) -> ContactOperation:
    """What was done in the first place: the undo of an undo is the operation once more."""
    while operation.kind is OperationKind.UNDO:
        before = session.get(ContactOperation, operation.undoes_id or 0)
        if before is None:
            break
        operation = before
    return operation


def undos_that_hold(session: Session, operation_id: int) -> list[int]:
    """The undos that took a part of the operation back, and were not taken back themselves."""
    rows = session.execute(
        sa.select(col(ContactOperation.id)).where(
            col(ContactOperation.undoes_id) == operation_id,
            col(ContactOperation.undone_by_id).is_(None),
        )
    )
    return [number for (number,) in rows if number is not None]


def claim(session: Session, operation: ContactOperation, *, undo_id: int) -> None:
    """Two who undo it at once do it once."""
    undone_by = col(ContactOperation.undone_by_id)
    claimed = session.connection().execute(
        sa.update(ContactOperation)
        .where(col(ContactOperation.id) == operation.id)
        .where(undone_by.is_not_distinct_from(operation.undone_by_id))
        .values(undone_by_id=undo_id)
    )
    if claimed.rowcount != 1:
        raise Refused(f"operation {operation.id} is being undone by somebody else")


def stands_for_others(session: Session, operation_id: int) -> bool:
    """Whether it named what others had brought, which stayed for its sake."""
    named = sa.select(col(ContactChange.id)).where(
        col(ContactChange.operation_id) == operation_id,
        col(ContactChange.action) == ChangeAction.NAMED,
    )
    return session.execute(named.limit(1)).first() is not None


def _is_forgotten(session: Session, known: ContactOperation) -> bool:
    """Whether nothing is left of its changes, and retention has run since."""
    kept = sa.select(col(ContactChange.id)).where(col(ContactChange.operation_id) == known.id)
    later = sa.select(col(ContactOperation.id)).where(
        col(ContactOperation.kind) == OperationKind.RETENTION,
        col(ContactOperation.done_at) > known.done_at,
    )
    was_kept, has_run = (session.execute(one.limit(1)).first() for one in (kept, later))
    return was_kept is None and has_run is not None


def _called(kind: OperationKind) -> str:
    return "an erasure" if kind is OperationKind.ERASURE else "what retention removed"


def _undone_before(session: Session, known: ContactOperation) -> str:
    """Why it cannot be undone again, and how it can be had all the same."""
    told = f"operation {known.id} was undone by operation {known.undone_by_id}"
    undo_of = session.get(ContactOperation, known.undone_by_id)
    if undo_of is None or undo_of.undone_by_id is None:
        return f"{told}: to have it back, `mailer contacts undo {known.undone_by_id}`"
    last = undo_of
    while not may_be_undone(session, last) and (
        later := session.get(ContactOperation, last.undone_by_id)
    ):
        last = later
    return f"{told}, and that was undone: `mailer contacts undo {last.id}`"
