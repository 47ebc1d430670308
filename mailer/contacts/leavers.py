"""Who has left, by the person: suppressions are kept by address (R8), but a leave or a complaint at
one of her addresses holds for all of them (F6).
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.contacts.inserting import chunked
from mailer.models import Address, AddressState, Desk, Role, SuppressionReason
from mailer.models.ending import Day, is_lasting


class Leave(NamedTuple):
    """The address of a person at which she left or complained."""

    email: str
    has_complained: bool

    @property
    def told(self) -> str:
        """Why nothing goes to her other addresses either."""
        return f"{'complained' if self.has_complained else 'left'} at {self.email}"


def left_elsewhere(session: Session, people: Iterable[int], *, today: date) -> dict[int, Leave]:
    """Those of the persons who left or complained at one of their addresses, by number."""
    found: dict[int, Leave] = {}
    for chunk in chunked(list(people)):
        leaves = leaves_of(today).where(col(Role.journalist_id).in_(chunk))
        for person, email, state in sorted(session.execute(leaves)):
            found.setdefault(person, leave(email, state))
    return found


def leave(email: str, state: AddressState) -> Leave:
    """The leave that a row of `leaves_of` tells."""
    return Leave(email, state == AddressState.COMPLAINED)


def leaves_of(today: Day) -> sa.Select[int, str, AddressState]:
    """The persons who left, where, and the state of that address; the caller narrows it.

    The address of a job that is over counts as well: who left there has left. A dead mailbox is
    the mailbox's, and one that was closed by hand is that one's alone.
    """
    has_left = sa.or_(
        col(Address.state) == AddressState.COMPLAINED,
        sa.and_(
            col(Address.state) == AddressState.SUPPRESSED,
            col(Address.state_reason) == SuppressionReason.UNSUBSCRIBED.value,
        ),
    )
    return (
        sa.select(col(Role.journalist_id), col(Address.email), col(Address.state))
        .select_from(Role)
        .join(Address, col(Address.id) == col(Role.address_id))
        .where(has_left, ~_is_another_s(today))
    )


def _is_another_s(today: Day) -> sa.ColumnElement[bool]:
    """Whether the address was closed after she had left the job, and others read it now."""
    other = aliased(Role)
    successor = sa.select(sa.literal(1)).where(
        col(other.address_id) == col(Role.address_id),
        col(other.journalist_id) != col(Role.journalist_id),
        is_lasting(col(other.ended_on), today),
    )
    desk = sa.select(sa.literal(1)).where(
        col(Desk.address_id) == col(Role.address_id), is_lasting(col(Desk.ended_on), today)
    )
    closed_later = col(Address.state_changed_at) > col(Role.ended_on)
    return sa.and_(
        ~is_lasting(col(Role.ended_on), today),
        sa.func.coalesce(closed_later, sa.false()),
        sa.or_(successor.correlate(Role).exists(), desk.correlate(Role).exists()),
    )
