"""Two who look like one person and are not: so decided by the list keeper, and kept."""

from sqlmodel import Session, select

from mailer import clock
from mailer.contacts.book_lock import lock_book
from mailer.contacts.history import operation
from mailer.errors import BadInput
from mailer.models import DifferentPeople, Journalist, OperationKind


def mark_different(
    session: Session,
    one: Journalist,
    other: Journalist,
    *,
    source: str,
    officer_id: int | None = None,
) -> int | None:
    """Keep that the two are different people: they are never proposed again.

    The number of the operation; None when it was decided before.
    """
    lock_book(session)
    if one.id == other.id:
        raise BadInput(f"{one.full_name} is one person: name two")
    first, second = pair(one.id, other.id)
    if known_as_different(session, first, second):
        return None
    note = f"{one.full_name} ({one.id}) and {other.full_name} ({other.id}) are different people"
    with operation(
        session, OperationKind.EDIT, source=source, officer_id=officer_id, note=note
    ) as recording:
        session.add(DifferentPeople(first_id=first, second_id=second, decided_at=clock.now()))
    return recording.id


def known_as_different(session: Session, first: int, second: int) -> bool:
    """Whether that pair, the smaller number first, was decided."""
    return (
        session.exec(
            select(DifferentPeople.id).where(
                DifferentPeople.first_id == first, DifferentPeople.second_id == second
            )
        ).first()
        is not None
    )


def pair(one: int | None, other: int | None) -> tuple[int, int]:
    """The two numbers, the smaller one first."""
    first, second = sorted((one or 0, other or 0))
    return first, second
