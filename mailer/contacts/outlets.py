"""Newspapers, wires and stations, known by name and market."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from mailer.contacts.inserting import chunked
from mailer.contacts.suggesting import spelling
from mailer.models import Outlet


def find_outlets(session: Session, names: Iterable[str]) -> dict[str, list[Outlet]]:
    """The outlets of those names in all markets, by the spelling that does not mind case."""
    wanted = {spelling(name) for name in names}
    if not wanted:
        return {}
    # SQLite folds only ASCII letters, so the comparing is done here, on two columns.
    ids = [
        outlet_id
        for outlet_id, name in session.exec(select(Outlet.id, Outlet.name))
        if spelling(name) in wanted
    ]
    found: dict[str, list[Outlet]] = {}
    for chunk in chunked(ids):
        rows = session.exec(
            select(Outlet).where(col(Outlet.id).in_(chunk)).order_by(col(Outlet.id))
        )
        for row in rows:
            found.setdefault(spelling(row.name), []).append(row)
    return found
