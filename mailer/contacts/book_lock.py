"""The lock of the address book: one transaction at a time changes it, on PostgreSQL too.

An import looks people up before it writes, an undo reads what stood there, an erasure finds all
that is kept. What another commits between the look and the writing would come twice, or come back
after it was erased. SQLite has one writer anyway.

Only list keepers take it. What a journalist does herself, and what workers do, never waits here.
"""

import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError
from sqlmodel import Session

#: The advisory lock of PostgreSQL that stands for the address book: "contacts" in ASCII.
ADDRESS_BOOK = 0x636F6E7461637473
_MINE = "lock of the address book"


def lock_book(session: Session) -> None:
    """Wait until nobody else changes the address book; it is ours until the transaction ends.

    It comes before every other lock, and before anything is read that a change goes by: what the
    session has read already it reads again.
    """
    if _needs_none(session):
        return
    session.flush()  # what is not written yet must not be forgotten
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(ADDRESS_BOOK)))
    _begin(session)


def lock_book_if_free(session: Session) -> bool:
    """The same for one who must not wait: False while somebody else has it."""
    if _needs_none(session):
        return True
    session.flush()
    is_mine = session.execute(sa.select(sa.func.pg_try_advisory_xact_lock(ADDRESS_BOOK))).scalar()
    if is_mine:
        _begin(session)
    return bool(is_mine)


def _needs_none(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return True
    mine = session.info.get(_MINE)
    return mine is not None and mine is session.get_transaction()


def _begin(session: Session) -> None:
    # Not expired: of an expired field that is set, nobody knows what stood there before.
    for row in list(session):
        try:
            session.refresh(row)
        except InvalidRequestError:
            session.expunge(row)  # it is gone: who looks for it again is told so
    session.info[_MINE] = session.get_transaction()
