"""Which operations stand no more: one that was undone, unless that undo was itself undone. Whoever
asks whether something that was done to the address book still holds asks here.
"""

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.models import ContactOperation


def fallen(session: Session) -> set[int]:
    """The numbers of all operations that do not stand. One that was undone in part is among them,
    as long as one of its undos stands.
    """
    number, undoes = col(ContactOperation.id), col(ContactOperation.undoes_id)
    undone_by = col(ContactOperation.undone_by_id)
    links: set[tuple[int, int]] = set()
    for link in (
        sa.select(number, undoes).where(undoes.is_not(None)),
        sa.select(undone_by, number).where(undone_by.is_not(None)),
    ):
        links.update((undo or 0, undone or 0) for undo, undone in session.execute(link))
    down: set[int] = set()
    # The latest undo first: nothing earlier takes it back.
    for undo, undone in sorted(links, reverse=True):
        if undo not in down:
            down.add(undone)
    return down


def undone_once(session: Session) -> set[int]:
    """The numbers of all that were ever undone, whether they stand again or not."""
    undone = sa.select(col(ContactOperation.id)).where(
        col(ContactOperation.undone_by_id).is_not(None)
    )
    return {number or 0 for number in session.scalars(undone)}
