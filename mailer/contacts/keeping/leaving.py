"""A job ends, or a desk closes; and what is told of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from mailer.contacts.history import operation
from mailer.contacts.keeping.people import Job, choose_job, jobs_of
from mailer.errors import BadInput
from mailer.models import (
    Address,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
)
from mailer.models.ending import lasts


@dataclass(frozen=True)
class Moved:
    """What became of it."""

    operation_id: int
    name: str
    left: str
    ended_on: date
    #: The lists that the old job stood on.
    lists_left: tuple[str, ...]
    lists_kept: tuple[str, ...] = ()
    new: str = ""
    email: str = ""
    #: Why the new address is closed, when a leave at the old one holds for it, or its own does.
    closed: str = ""
    #: Whether there is an address now, of this job or of another one that lasts.
    is_reachable: bool = True


def end_job(
    session: Session,
    person: Journalist,
    *,
    leaving: Job,
    on: date,
    source: str,
    officer_id: int | None = None,
) -> Moved:
    """End that job; another of hers becomes the first one. The caller commits."""
    note = f"{person.full_name} leaves {leaving.at}"
    with operation(
        session, OperationKind.MOVE, source=source, officer_id=officer_id, note=note
    ) as recording:
        lists = lists_of(session, MediaListEntry.role_id, leaving.role.id)
        others = (job.role for job in jobs_of(session, person) if job.is_current(on))
        heir = next((role for role in others if role.id != leaving.role.id), None)
        if leaving.role.is_primary and heir is not None:
            heir.is_primary = True
        end(leaving.role, on)
    return Moved(
        operation_id=recording.id,
        name=person.full_name,
        left=leaving.at,
        ended_on=on,
        lists_left=tuple(one.name for one in lists),
    )


def close_desk(
    session: Session, desk: Desk, *, on: date, source: str, officer_id: int | None = None
) -> Moved:
    """Close a desk on that day. The caller commits."""
    outlet = session.get(Outlet, desk.outlet_id)
    at = outlet.name if outlet else ""
    if not lasts(desk.ended_on, on):
        raise BadInput(f"the desk {desk.name!r} at {at} was closed on {desk.ended_on} already")
    with operation(
        session,
        OperationKind.MOVE,
        source=source,
        officer_id=officer_id,
        note=f"the desk {desk.name} at {at} closes",
    ) as recording:
        lists = lists_of(session, MediaListEntry.desk_id, desk.id)
        desk.ended_on = on
    return Moved(
        operation_id=recording.id,
        name=desk.name,
        left=at,
        ended_on=on,
        lists_left=tuple(one.name for one in lists),
    )


def job_to_leave(
    session: Session, person: Journalist, *, address: Address | None, at: str, on: date
) -> Job:
    """The job that ends: the one at that address, or at the outlet that is named.

    Raises BadInput when it is not clear which one is meant.
    """
    jobs = [job for job in jobs_of(session, person) if job.is_current(on)]
    there = [job for job in jobs if address and job.role.address_id == address.id]
    return choose_job(there or jobs, said=person.full_name, at=at)


def end(role: Role, on: date) -> None:
    """The job ends on that day, and is the first one no more."""
    role.ended_on = on
    role.is_primary = False


def lists_of(session: Session, member: Any, number: int | None) -> tuple[MediaList, ...]:
    """The lists that a role or a desk stands on, by name."""
    rows = session.exec(
        select(MediaList)
        .join(MediaListEntry, col(MediaListEntry.list_id) == MediaList.id)
        .where(member == number)
        .order_by(col(MediaList.name))
    )
    return tuple({one.id: one for one in rows}.values())
