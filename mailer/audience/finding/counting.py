"""How many addresses criteria find, told by the database alone: the quick number of a form."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlmodel import Session, col

from mailer.audience.criteria import Criteria
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.sources import DESKS, ROLES, Condition, Source
from mailer.models import Address, AddressState, Desk, Journalist, MediaListEntry, Outlet, Role

#: Mailboxes that take mail, as far as we know.
LIVING = (AddressState.OK, AddressState.SOFT)


def count(session: Session, criteria: Criteria, *, at: datetime) -> int:
    """The different addresses of those whom the criteria want and do not leave out.

    Dead and suppressed addresses, and persons and desks that do not want mail, are not counted. All
    else that a plan looks at is: pauses, wishes, embargo, several addresses of one person, limits
    of the office. So the recipients are at most so many. Raises BadInput as `selection` does.
    """
    conditions, today = Conditions(session), at.astimezone(UTC).date()
    conditions.lists.is_internal(criteria)
    roles = _addresses(ROLES, conditions.matching(criteria, ROLES), today=today)
    lean = _without_persons(conditions.matching(criteria, ROLES), today=today)
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    number = session.execute(roles if lean is None or not is_postgresql else lean).scalar_one()
    if session.execute(sa.select(col(Desk.id)).limit(1)).first() is None:
        return int(number)
    # Desks are few: those whose mailbox a person reads too have been counted with the person.
    shared = roles.with_only_columns(sa.literal(1)).where(ROLES.address_id == DESKS.address_id)
    desks = _addresses(DESKS, conditions.matching(criteria, DESKS), today=today)
    alone = desks.where(~shared.correlate(Desk).exists())
    return int(number) + int(session.execute(alone).scalar_one())


def _addresses(source: Source, found: Condition, *, today: date) -> sa.Select[int]:
    """The number of living addresses of those who are found, still there, and want mail."""
    rows: sa.FromClause = sa.join(Desk, Address, col(Address.id) == col(Desk.address_id))
    if source is ROLES:
        people = sa.join(Role, Journalist, col(Journalist.id) == col(Role.journalist_id))
        rows = people.join(Address, col(Address.id) == col(Role.address_id))
    if Outlet.__tablename__ in _tables(found):
        at = col(Role.outlet_id) if source is ROLES else col(Desk.outlet_id)
        rows = rows.outerjoin(Outlet, col(Outlet.id) == at)
    return (
        sa.select(sa.func.count(sa.distinct(source.address_id)))
        .select_from(rows)
        .where(
            source.is_current(today),
            source.do_not_contact.is_(False),
            col(Address.state).in_(LIVING),
            found,
        )
    )


def _without_persons(found: Condition, *, today: date) -> sa.Select[int] | None:
    """The same of jobs, when nothing is asked of persons and outlets; else None.

    PostgreSQL is twice as fast when it need not join a million rows to another million.
    """
    if _tables(found) - {Role.__tablename__, MediaListEntry.__tablename__}:
        return None
    refusing = sa.select(col(Journalist.id)).where(col(Journalist.do_not_contact).is_(True))
    dead = sa.select(col(Address.id)).where(col(Address.state).not_in(LIVING))
    return sa.select(sa.func.count(sa.distinct(ROLES.address_id))).where(
        ROLES.is_current(today),
        col(Role.journalist_id).not_in(refusing),
        ROLES.address_id.not_in(dead),
        found,
    )


def _tables(found: Condition) -> set[str]:
    """The names of the tables that a condition looks at."""
    parts = visitors.iterate(found)
    return {str(part.table.name) for part in parts if isinstance(part, sa.Column)}
