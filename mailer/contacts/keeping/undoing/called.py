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
            name = row.full_name
        case Role():
            name = _at(session, called(session, Journalist, row.journalist_id), row.outlet_id)
        case Desk():
            name = _at(session, row.name, row.outlet_id)
        case MediaListEntry():
            who = called(session, Role, row.role_id) or called(session, Desk, row.desk_id)
            name = f"{who or row.criteria} on {called(session, MediaList, row.list_id)}"
        case DifferentPeople():
            two = (row.first_id, row.second_id)
            name = " and ".join(called(session, Journalist, number) for number in two)
        case Address():
            name = row.email
        case Outlet() | MediaList():
            name = row.name
        case _:
            name = ""
    return name


def _at(session: Session, name: str, outlet_id: int | None) -> str:
    return f"{name} at {called(session, Outlet, outlet_id)}" if outlet_id else name
