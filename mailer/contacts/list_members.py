"""Who stands on a list, page by page in the order in which they were put on it: a list may hold the
whole address book.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts.inserting import chunked
from mailer.errors import NotFound
from mailer.models import (
    Address,
    AddressState,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    Outlet,
    Role,
)
from mailer.models.ending import lasts


@dataclass(frozen=True)
class Standing:
    """One entry of a list: a job, a desk, or a rule."""

    entry_id: int
    name: str
    email: str
    job_title: str
    outlet: str
    #: None where there is no address.
    state: AddressState | None
    ended_on: date | None
    #: Whether that day has come: the entry counts no more then, but for a list with a minus.
    is_over: bool
    journalist_id: int | None = None
    desk_id: int | None = None


@dataclass(frozen=True)
class Page:
    """Some members of a list."""

    members: tuple[Standing, ...]
    #: The entry after which the next page begins; None on the last one.
    next_after: int | None


def list_of(session: Session, list_id: int) -> MediaList:
    """The list of that number. Raises NotFound."""
    found = session.get(MediaList, list_id)
    if found is None:
        raise NotFound(f"there is no list {list_id} any more: somebody may have deleted it")
    return found


def page(session: Session, list_id: int, *, size: int, after: int = 0) -> Page:
    """The next `size` jobs and desks on that list after that entry."""
    entries = session.exec(
        select(MediaListEntry)
        .where(
            MediaListEntry.list_id == list_id,
            MediaListEntry.criteria == "",
            col(MediaListEntry.id) > after,
        )
        .order_by(col(MediaListEntry.id))
        .limit(size + 1)
    ).all()
    shown = entries[:size]
    found = _people(session, shown) | _desks(session, shown)
    return Page(
        members=tuple(found[entry.id or 0] for entry in shown if entry.id in found),
        next_after=shown[-1].id if len(entries) > size else None,
    )


def rules(session: Session, list_id: int) -> Sequence[MediaListEntry]:
    """The rules on that list, the oldest first."""
    return session.exec(
        select(MediaListEntry)
        .where(MediaListEntry.list_id == list_id, MediaListEntry.criteria != "")
        .order_by(col(MediaListEntry.id))
    ).all()


def take_off(session: Session, list_id: int, entry_id: int) -> bool:
    """Take one entry off that list; False when somebody has done so already."""
    entry = session.get(MediaListEntry, entry_id)
    if entry is None or entry.list_id != list_id:
        return False
    session.delete(entry)
    session.flush()
    return True


def _people(session: Session, entries: Sequence[MediaListEntry]) -> dict[int, Standing]:
    by_role: dict[int | None, int] = {
        entry.role_id: entry.id or 0 for entry in entries if entry.role_id is not None
    }
    rows: list[tuple[Role, Journalist, Address | None, Outlet | None]] = [
        row
        for chunk in chunked(list(by_role))
        for row in session.exec(
            select(Role, Journalist, Address, Outlet)
            .join(Journalist, col(Journalist.id) == Role.journalist_id)
            .outerjoin(Address, col(Address.id) == Role.address_id)
            .outerjoin(Outlet, col(Outlet.id) == Role.outlet_id)
            .where(col(Role.id).in_(chunk))
        )
    ]
    return {
        by_role[role.id]: Standing(
            entry_id=by_role[role.id],
            name=person.full_name,
            email=address.email if address else "",
            job_title=role.job_title,
            outlet=outlet.name if outlet else "",
            state=address.state if address else None,
            ended_on=role.ended_on,
            is_over=not lasts(role.ended_on, clock.now().date()),
            journalist_id=person.id,
        )
        for role, person, address, outlet in rows
    }


def _desks(session: Session, entries: Sequence[MediaListEntry]) -> dict[int, Standing]:
    by_desk: dict[int | None, int] = {
        entry.desk_id: entry.id or 0 for entry in entries if entry.desk_id is not None
    }
    rows = [
        row
        for chunk in chunked(list(by_desk))
        for row in session.exec(
            select(Desk, Address, Outlet)
            .join(Address, col(Address.id) == Desk.address_id)
            .join(Outlet, col(Outlet.id) == Desk.outlet_id)
            .where(col(Desk.id).in_(chunk))
        )
    ]
    return {
        by_desk[desk.id]: Standing(
            entry_id=by_desk[desk.id],
            name=desk.name,
            email=address.email,
            job_title="desk",
            outlet=outlet.name,
            state=address.state,
            ended_on=desk.ended_on,
            is_over=not lasts(desk.ended_on, clock.now().date()),
            desk_id=desk.id,
        )
        for desk, address, outlet in rows
    }
