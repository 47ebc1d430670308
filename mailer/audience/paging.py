"""An audience page by page, in the order of the addresses: only what the page shows is read."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session

from mailer.audience.candidates import Candidate
from mailer.audience.criteria import Criteria
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.sources import DESKS, ROLES
from mailer.audience.leaving_out.matters import Matter
from mailer.audience.selection import LeftOut, readings


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
    between = (after + 1, shown[-1])
    found = list(
        readings(session, criteria, at=at, matter=matter, between=between, conditions=conditions)
    )
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
        to_be_told = source.is_current(today)
        if criteria.names_by_hand():
            to_be_told = sa.or_(to_be_told, conditions.named(criteria, source))
        rows = (
            sa.select(source.address_id)
            .select_from(source.rows())
            .where(
                source.address_id > after,
                to_be_told,
                conditions.matching(Criteria(wanted=criteria.wanted), source),
            )
            .order_by(source.address_id)
            .distinct()
            .limit(size)
        )
        found.update(session.execute(rows).scalars())
    return sorted(found)[:size]
