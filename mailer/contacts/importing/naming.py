"""Whom a file names of those who were known. It is kept, so that nobody goes with an older file
that brought her first while a later one stands for her.
"""

from collections.abc import Iterable

from sqlmodel import Session, SQLModel

from mailer.contacts import history
from mailer.contacts.importing.plans import Placement
from mailer.models import ChangeAction, Desk, Journalist, MediaListEntry, Outlet, Role


def note_named(session: Session, placement: Placement) -> None:
    """Keep which jobs, desks, people without a job and outlets without anybody are named."""
    jobs = [
        job.role.id or 0
        for plan in placement.people
        for job in plan.roles
        if job.role is not None and job.is_touched
    ]
    # Whoever is named with her job stays with it.
    without_job = [
        plan.person.id or 0
        for plan in placement.people
        if plan.person is not None and not any(job.is_touched for job in plan.roles)
    ]
    desks = [plan.desk.id or 0 for plan in placement.desks if plan.desk is not None]
    alone = placement.outlets.values()
    outlets = [plan.outlet_id for plan in alone if plan.outlet_id is not None and not plan.row]
    for table, numbers in (
        (Role, jobs),
        (Journalist, without_job),
        (Desk, desks),
        (Outlet, outlets),
    ):
        _note(session, table, numbers)


def note_entries(session: Session, numbers: Iterable[int]) -> None:
    """Keep which entries of lists are named."""
    _note(session, MediaListEntry, numbers)


def _note(session: Session, table: type[SQLModel], numbers: Iterable[int]) -> None:
    history.note_rows(session, ((table, one, ChangeAction.NAMED, {}, {}) for one in numbers))
