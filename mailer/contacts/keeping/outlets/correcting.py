"""An outlet is corrected or renamed; its former names still lead to it."""

from collections.abc import Mapping

from sqlmodel import Session

from mailer.contacts.keeping import editing
from mailer.contacts.keeping.editing import Edited
from mailer.contacts.outlets import find_outlets
from mailer.contacts.suggesting import spelling
from mailer.errors import Refused
from mailer.models import Outlet


class NameTaken(Refused):
    """Another outlet of that market has the name."""

    def __init__(self, name: str, country: str, number: int) -> None:
        self.number = number
        where = f"in {country}" if country else "without a market"
        super().__init__(
            f"there is an outlet {name!r} {where} already, number {number}: choose another name,"
            " or set the market of one of the two"
        )


def correct(
    session: Session,
    outlet: Outlet,
    given: Mapping[str, str],
    *,
    source: str,
    officer_id: int | None = None,
) -> Edited:
    """Set fields of an outlet; an empty text clears one. The caller commits, or rolls back.

    Raises BadInput as `editing.edit` does, NameTaken where a file could not tell it from another.
    """
    edited = editing.edit(session, (outlet,), given, source=source, officer_id=officer_id)
    if {change.field for change in edited.changes} & {"name", "country"}:
        _refuse_taken(session, outlet)
    return edited


def _refuse_taken(session: Session, outlet: Outlet) -> None:
    """By name and market an import finds an outlet: of two it would take one by chance."""
    session.flush()
    namesakes = find_outlets(session, [outlet.name]).get(spelling(outlet.name), [])
    for other in namesakes:
        if other.id != outlet.id and other.country == outlet.country:
            raise NameTaken(other.name, other.country, other.id or 0)
