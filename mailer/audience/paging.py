"""An audience page by page, in the order of the addresses: only what the page shows is read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from mailer.audience.candidates import Candidate
from mailer.audience.criteria import Criteria
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.sources import DESKS, ROLES, Source
from mailer.audience.leaving_out.matters import Matter
from mailer.audience.selection import ADDRESSES_AT_ONCE, LeftOut, in_chunks, readings

#: So far on the next addresses are looked for one by one: where many are found that is enough, and
#: where few are, it costs little beside a search among all.
NEAR = 2000


@dataclass(frozen=True)
class Page:
    """Some recipients, and those who are left out beside them."""

    recipients: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    #: The number of the last address of this page; None when it is the last page.
    next_after: int | None


def page(
    session: Session,
    criteria: Criteria,
    *,
    at: datetime,
    size: int,
    after: int = 0,
    matter: Matter | None = None,
) -> Page:
    """What becomes of the next `size` addresses after that number: who reads there, or why nobody.

    Those without an address stand on no page. Raises BadInput as `selection.readings` does.
    """
    conditions = Conditions(session)
    numbers = _next_addresses(session, criteria, conditions, at=at, after=after, size=size + 1)
    shown = numbers[:size]
    if not shown:
        return Page((), (), None)
    found = [
        reading
        for some in in_chunks(shown, ADDRESSES_AT_ONCE)
        for reading in readings(
            session, criteria, at=at, matter=matter, among=some, conditions=conditions
        )
    ]
    return Page(
        recipients=tuple(one.recipient for one in found if one.recipient is not None),
        left_out=tuple(left for one in found for left in one.left_out),
        next_after=shown[-1] if len(numbers) > size else None,
    )


def _next_addresses(
    session: Session,
    criteria: Criteria,
    conditions: Conditions,
    *,
    at: datetime,
    after: int,
    size: int,
) -> list[int]:
    """The numbers of the next addresses that the criteria find, in their order."""
    today = at.astimezone(UTC).date()
    found: set[int] = set()
    for source in (ROLES, DESKS):
        near = _addresses(criteria, conditions.of_few(), source, today=today).where(
            source.address_id.between(after + 1, after + NEAR)
        )
        numbers = session.execute(near.limit(size)).scalars().all()
        if len(numbers) < size:
            far = _addresses(criteria, conditions, source, today=today)
            beyond = session.execute(far.where(source.address_id > after).limit(size))
            numbers = beyond.scalars().all()
        found.update(numbers)
    return sorted(found)[:size]


def _addresses(
    criteria: Criteria, conditions: Conditions, source: Source, *, today: date
) -> sa.Select[int]:
    """The numbers of the addresses of those who are found, or are named and told to be over."""
    to_be_told = source.is_current(today)
    if criteria.names_by_hand():
        to_be_told = sa.or_(to_be_told, conditions.named(criteria, source))
    return (
        sa.select(source.address_id)
        .select_from(source.rows())
        .where(to_be_told, conditions.matching(Criteria(wanted=criteria.wanted), source))
        .order_by(source.address_id)
        .distinct()
    )
