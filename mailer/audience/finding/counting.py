"""How many addresses criteria find, told by the database alone: the quick number of a form."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlmodel import Session, col

from mailer.audience.criteria import Criteria
from mailer.audience.finding.conditions import Conditions
from mailer.audience.finding.sources import DESKS, ROLES, Column, Condition, column_of
from mailer.models import Address, AddressState, Desk, Journalist, Outlet, Role

#: Mailboxes that take mail, as far as we know.
LIVING = (AddressState.OK, AddressState.SOFT)
#: The others, and who wants no mail: word for word as in the index, which is not taken otherwise.
CLOSED = sa.text("address.state NOT IN ('ok', 'soft')")
REFUSING = sa.text("journalist.do_not_contact IS TRUE")
#: Memory in which PostgreSQL may sort a million numbers, and hash those that are left out.
ROOM = "64MB"


def count(session: Session, criteria: Criteria, *, at: datetime) -> int:
    """The different addresses of those whom the criteria want and do not leave out.

    Dead and suppressed addresses, and persons and desks that do not want mail, are not counted. All
    else that a plan looks at is: pauses, wishes, embargo, several addresses of one person, limits
    of the office. So the recipients are at most so many. Raises BadInput as `selection` does.
    """
    conditions, today = Conditions(session), at.astimezone(UTC).date()
    conditions.lists.is_internal(criteria)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.set_config("work_mem", ROOM, True)))
    roles = _of_roles(conditions.matching(criteria, ROLES), today=today)
    number = session.execute(roles).scalar_one()
    if session.execute(sa.select(col(Desk.id)).limit(1)).first() is None:
        return int(number)
    # Desks are few: those whose mailbox a person reads too have been counted with the person.
    # A value that is compared: of EXISTS PostgreSQL makes a join to all persons, and of IS NULL it
    # thinks that it holds for hardly any.
    shared = roles.with_only_columns(sa.literal(1)).where(ROLES.address_id == DESKS.address_id)
    person = shared.limit(1).correlate(Desk).scalar_subquery()
    desks = _of_desks(conditions.matching(criteria, DESKS), today=today)
    alone = desks.where(sa.func.coalesce(person, 0) != 1)
    return int(number) + int(session.execute(alone).scalar_one())


def _of_roles(found: Condition, *, today: date) -> sa.Select[int]:
    """The number of living addresses of those who are found, still there, and want mail.

    Persons and addresses are joined only where the condition looks at them: without, a million rows
    need not be joined to another million, only to the few that are left out.
    """
    looked_at = _tables(found)
    rows: sa.FromClause = sa.inspect(Role).local_table
    wants = ROLES.do_not_contact.is_(False)
    if Journalist.__tablename__ in looked_at:
        rows = rows.join(Journalist, col(Journalist.id) == col(Role.journalist_id))
    else:
        wants = col(Role.journalist_id).not_in(_left_out(column_of(Journalist.id), REFUSING))
    if Address.__tablename__ in looked_at:
        rows = rows.join(Address, col(Address.id) == col(Role.address_id))
    if Outlet.__tablename__ in looked_at:
        rows = rows.outerjoin(Outlet, col(Outlet.id) == col(Role.outlet_id))
    open_ones = ROLES.address_id.not_in(_left_out(column_of(Address.id), CLOSED))
    number = sa.select(sa.func.count(sa.distinct(ROLES.address_id))).select_from(rows)
    return number.where(ROLES.is_current(today), wants, open_ones, found)


def _left_out(number: Column, condition: sa.TextClause) -> sa.Select[int]:
    """The few of a table: by an index of those alone, whatever the statement around looks at."""
    return sa.select(number).where(condition).correlate(None)


def _of_desks(found: Condition, *, today: date) -> sa.Select[int]:
    """The same of desks."""
    rows = sa.join(Desk, Address, col(Address.id) == col(Desk.address_id))
    if Outlet.__tablename__ in _tables(found):
        rows = rows.outerjoin(Outlet, col(Outlet.id) == col(Desk.outlet_id))
    number = sa.select(sa.func.count(sa.distinct(DESKS.address_id))).select_from(rows)
    wants = DESKS.do_not_contact.is_(False)
    is_open = col(Address.state).in_(LIVING)
    return number.where(DESKS.is_current(today), wants, is_open, found)


def _tables(found: Condition) -> set[str]:
    """The names of the tables that a condition looks at."""
    parts = visitors.iterate(found)
    return {str(part.table.name) for part in parts if isinstance(part, sa.Column)}
