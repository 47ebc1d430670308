"""What a row of the address book is called, in the few words by which a list keeper knows it."""

from typing import Any

from sqlmodel import Session, SQLModel

from mailer.models import (
    Address,
    Desk,
    DifferentPeople,
    Journalist,
    MediaList,
    MediaListEntry,
    Outlet,
    Role,
)


def called(session: Session, model: type[Any], number: int | None) -> str:
    """The name of the row, or where somebody works; empty for one that is not there."""
    row = session.get(model, number) if number else None
    return _named(session, row) if row is not None else ""


def _named(session: Session, row: SQLModel) -> str:
    match row:
        case Journalist():
            return row.full_name or called_by_her_address(session, row)
        case Role():
            name = called(session, Journalist, row.journalist_id)
            return f"{name} at {called(session, Outlet, row.outlet_id)}" if row.outlet_id else name
        case Desk():
            return f"{row.name} at {called(session, Outlet, row.outlet_id)}"
        case MediaListEntry():
            who = called(session, Role, row.role_id) or called(session, Desk, row.desk_id)
            return f"{who or row.criteria} on {called(session, MediaList, row.list_id)}"
        case Address():
            return row.email
        case Outlet() | MediaList():
            return row.name
        case DifferentPeople():
            first, second = (called(session, Journalist, n) for n in (row.first_id, row.second_id))
            return f"{first} and {second}"
    return ""
