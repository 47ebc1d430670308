"""Who has left, by the person: suppressions are kept by address (R8), but a leave or a complaint at
one of her addresses holds for all of them (F6), also a leave of one topic or of one office.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.contacts.inserting import chunked
from mailer.contacts.scoped import Left, Scope, look_up
from mailer.models import Address, AddressState, Desk, Role, SuppressionReason
from mailer.models.ending import Day, is_lasting
from mailer.tokens import Keyring


class Leave(NamedTuple):
    """The address of a person at which she left or complained."""

    email: str
    has_complained: bool
    #: What she left, such as "left the topic crime"; empty: everything.
    part: str = ""

    @property
    def told(self) -> str:
        """Why nothing goes to her other addresses either."""
        whole = "complained" if self.has_complained else "left"
        return f"{self.part or whole} at {self.email}"


class Parts(NamedTuple):
    """The topics and the office of what is sent, and the keys by which their leaves are found."""

    scopes: tuple[Scope, ...]
    keyring: Keyring


def left_elsewhere(session: Session, people: Iterable[int], *, today: date) -> dict[int, Leave]:
    """Those of the persons who left or complained at one of their addresses, by number."""
    found: dict[int, Leave] = {}
    for chunk in chunked(list(people)):
        leaves = leaves_of(today).where(col(Role.journalist_id).in_(chunk))
        for person, email, state in sorted(session.execute(leaves)):
            found.setdefault(person, leave(email, state))
    return found


def left_part_elsewhere(
    session: Session, people: Iterable[int], parts: Parts, *, today: date
) -> dict[int, Leave]:
    """Those of the persons who left one of these topics, or the office, at an address of theirs."""
    found: dict[int, Leave] = {}
    for chunk in chunked(list(people)):
        jobs = jobs_with_address(today, by=col(Role.journalist_id)).where(
            col(Role.journalist_id).in_(chunk)
        )
        found |= left_parts(session, session.execute(jobs).all(), parts)
    return found


def left_parts(session: Session, jobs: Iterable[Any], parts: Parts) -> dict[Any, Leave]:
    """The leave of one of these parts that one of the jobs tells, whoever they were asked by.

    The jobs are rows of `jobs_with_address`. What was closed by hand is that address's alone.
    """
    rows = sorted(jobs, key=lambda row: (row.by, row.email))
    left = look_up(
        session,
        sorted({row.normalised for row in rows}),
        parts.scopes,
        keyring=parts.keyring,
        reasons={SuppressionReason.UNSUBSCRIBED},
    )
    found: dict[Any, Leave] = {}
    for row in rows:
        here = left.get(row.normalised)
        if here is not None and not _is_of_another(row, here):
            found.setdefault(row.by, Leave(row.email, has_complained=False, part=here.told))
    return found


def _is_of_another(row: Any, left: Left) -> bool:
    """Whether it was left after she had left the job, and others read that address now."""
    if not row.is_read_now:
        return False
    return left.since > datetime.combine(row.ended_on, time(), UTC)


def jobs_with_address(today: Day, *, by: Any) -> sa.Select[Any]:
    """All jobs with their addresses, also those that are over, and who is asked for `by` it; the
    caller narrows it.
    """
    jobs: sa.Select[Any] = (
        sa.select(
            by.label("by"),
            col(Address.email),
            col(Address.normalised),
            col(Role.ended_on),
            _is_read_by_others(today).label("is_read_now"),
        )
        .select_from(Role)
        .join(Address, col(Address.id) == col(Role.address_id))
    )
    return jobs


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
    closed_later = col(Address.state_changed_at) > col(Role.ended_on)
    return sa.and_(sa.func.coalesce(closed_later, sa.false()), _is_read_by_others(today))


def _is_read_by_others(today: Day) -> sa.ColumnElement[bool]:
    """Whether the job is over, and its address is somebody else's now."""
    other = aliased(Role)
    successor = sa.select(sa.literal(1)).where(
        col(other.address_id) == col(Role.address_id),
        col(other.journalist_id) != col(Role.journalist_id),
        is_lasting(col(other.ended_on), today),
    )
    desk = sa.select(sa.literal(1)).where(
        col(Desk.address_id) == col(Role.address_id), is_lasting(col(Desk.ended_on), today)
    )
    return sa.and_(
        ~is_lasting(col(Role.ended_on), today),
        sa.or_(successor.correlate(Role).exists(), desk.correlate(Role).exists()),
    )
