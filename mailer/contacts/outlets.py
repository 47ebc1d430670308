"""Newspapers, wires and stations, known by name and market."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts.inserting import chunked
from mailer.contacts.suggesting import spelling
from mailer.models import Outlet

#: Among the details of an outlet: the names that it had. Files go on naming it by them.
FORMER_NAMES = "former_names"


def find_outlets(session: Session, names: Iterable[str]) -> dict[str, list[Outlet]]:
    """The outlets of those names in all markets, by the spelling that does not mind case.

    By a name that no outlet has, those are found that had it before they were renamed.
    """
    wanted = {spelling(name) for name in names}
    if not wanted:
        return {}
    # SQLite folds only ASCII letters, so the comparing is done here, on two columns.
    named = {
        outlet_id: key
        for outlet_id, name in session.exec(select(Outlet.id, Outlet.name))
        if (key := spelling(name)) in wanted
    }
    unknown = wanted - set(named.values())
    found: dict[str, list[Outlet]] = {}
    for chunk in chunked(list(named)):
        rows = session.exec(
            select(Outlet).where(col(Outlet.id).in_(chunk)).order_by(col(Outlet.id))
        )
        for row in rows:
            found.setdefault(spelling(row.name), []).append(row)
    for row in _renamed(session) if unknown else ():
        for key in unknown.intersection(map(spelling, former_names(row))):
            found.setdefault(key, []).append(row)
    return found


def former_names(outlet: Outlet) -> list[str]:
    """What it was called before it was renamed, the latest last."""
    return list(outlet.details.get(FORMER_NAMES, []))


def remembering(outlet: Outlet, name: str) -> dict[str, Any]:
    """The details of an outlet that gets that name: the one that it has is a former one then."""
    others = {key: value for key, value in outlet.details.items() if key != FORMER_NAMES}
    names = [*former_names(outlet), outlet.name]
    kept = {spelling(one): one for one in names if spelling(one) != spelling(name)}
    return others | ({FORMER_NAMES: list(kept.values())} if kept else {})


def _renamed(session: Session) -> Iterable[Outlet]:
    """The few that had another name."""
    details = sa.cast(col(Outlet.details), sa.Text)
    rows = select(Outlet).where(details.contains(f'"{FORMER_NAMES}"'))
    return session.exec(rows.order_by(col(Outlet.id)))
