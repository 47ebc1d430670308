"""What the tests of keeping share: the whole address book as it stands, and short words for it."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts import history
from mailer.contacts.keeping.people import Job
from mailer.contacts.keeping.undoing import Undone, undo
from mailer.models import AddressState, Journalist, Outlet, Role
from mailer.tokens import Keyring

KEYRING = Keyring({1: b"\x01" * 32, 2: b"\x02" * 32})


def book(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Every row of the address book, by table; but not since when an address is well: one that
    comes back is looked at like a new one.
    """
    session.flush()
    return {
        name: [
            dict(row) | ({"state_changed_at": None} if row.get("state") == AddressState.OK else {})
            for row in session.connection()
            .execute(sa.select(table.__table__).order_by(sa.text("id")))  # type: ignore[attr-defined]
            .mappings()
        ]
        for name, table in history.TABLES.items()
    }


def taken_back(session: Session, operation_id: int) -> Undone:
    """Undo it."""
    return undo(session, operation_id, keyring=KEYRING, source="test")


def job_of(session: Session, person: Journalist) -> Job:
    """The person's only job."""
    role = session.execute(sa.select(Role).where(col(Role.journalist_id) == person.id)).scalar_one()
    return Job(role, session.get(Outlet, role.outlet_id) if role.outlet_id else None)
