"""Newspapers, wires and stations, known by name and market."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, select

from mailer.contacts.inserting import chunked
from mailer.contacts.suggesting import spelling
from mailer.models import Outlet


def save_outlet(session: Session, *, name: str, country: str, **facts: Any) -> Outlet:
    """The outlet of that name and market, found or made; the given `facts` (columns) are kept."""
    found = find_outlets(session, [name]).get(spelling(name), [])
    outlet = next((known for known in found if known.country == country), None)
    outlet = outlet or Outlet(name=name, country=country)
    for column, value in facts.items():
        if column not in Outlet.model_fields:
            raise TypeError(f"an outlet has no {column}")
        setattr(outlet, column, value)
    session.add(outlet)
    session.flush()
    return outlet


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
