"""Jobs and desks as lines of one list, to be searched and sorted together."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from mailer.models import Address, Desk, Journalist, Outlet, Role
from mailer.models.ending import is_lasting

NOTHING: sa.ColumnElement[str] = sa.literal_column("''", sa.String)


def roles(today: date) -> sa.Select[Any]:
    """The jobs of journalists as lines."""
    # Outer joins are gone about in this order: SQLite would sort all jobs for one page.
    return (
        _lines_of_roles()
        .select_from(Journalist)
        .outerjoin(Role, col(Role.journalist_id) == col(Journalist.id))
        .outerjoin(Address, col(Address.id) == Role.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .where(col(Address.id).is_not(None), is_lasting(col(Role.ended_on), today))
    )


def roles_among(today: date) -> sa.Select[Any]:
    """The same for some that are found by their numbers."""
    return (
        _lines_of_roles()
        .select_from(Role)
        .join(Journalist, col(Journalist.id) == Role.journalist_id)
        .join(Address, col(Address.id) == Role.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
        .where(is_lasting(col(Role.ended_on), today))
    )


def _lines_of_roles() -> sa.Select[Any]:
    country = sa.func.coalesce(col(Outlet.country), NOTHING)
    family = sa.func.ltrim(col(Journalist.particle) + " " + col(Journalist.family_name))
    given = col(Journalist.given_name)
    full_name = sa.case(
        (col(Journalist.family_name_first), family + " " + given), else_=given + " " + family
    )
    return sa.select(
        *_shared(full_name, col(Journalist.id), work=col(Role.job_title), is_desk=False),
        col(Journalist.family_name).label("sort_name"),
        col(Journalist.given_name).label("sort_given"),
        sa.func.coalesce(col(Outlet.name), NOTHING).label("outlet"),
        sa.func.coalesce(sa.func.nullif(country, ""), col(Journalist.country)).label("country"),
        col(Journalist.languages).label("languages"),
        col(Journalist.do_not_contact).label("do_not_contact"),
    )


def desks(today: date) -> sa.Select[Any]:
    """Desks as lines of the same shape."""
    return (
        sa.select(
            *_shared(col(Desk.name), col(Desk.id), work=NOTHING, is_desk=True),
            col(Desk.name).label("sort_name"),
            NOTHING.label("sort_given"),
            sa.func.coalesce(col(Outlet.name), NOTHING).label("outlet"),
            sa.func.coalesce(col(Outlet.country), NOTHING).label("country"),
            col(Desk.languages).label("languages"),
            col(Desk.do_not_contact).label("do_not_contact"),
        )
        .select_from(Desk)
        .outerjoin(Address, col(Address.id) == Desk.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Desk.outlet_id)
        .where(is_lasting(col(Desk.ended_on), today))
    )


def _shared(name: Any, number: Any, *, work: Any, is_desk: bool) -> tuple[Any, ...]:
    return (
        col(Address.id).label("address_id"),
        number.label("number"),
        col(Address.email).label("email"),
        col(Address.state).label("state"),
        name.label("name"),
        work.label("work"),
        sa.literal(is_desk).label("is_desk"),
    )
