"""Two records of one person become one: all jobs, lists and history are kept, and the stricter of
two wishes. Deliveries keep the number they had: the history leads from it to the one who stays.
"""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock
from mailer.contacts.book_lock import lock_book
from mailer.contacts.history import operation
from mailer.contacts.keeping.combining import combined
from mailer.contacts.keeping.different import known_as_different, pair
from mailer.contacts.keeping.leaves import left_at
from mailer.contacts.keeping.people import jobs_of
from mailer.contacts.keeping.undoing import MERGED_INTO
from mailer.errors import BadInput
from mailer.models import (
    ChangeAction,
    ContactChange,
    ContactOperation,
    DifferentPeople,
    Journalist,
    OperationKind,
)
from mailer.models.history import is_kept, kept
from mailer.tokens import Keyring


@dataclass(frozen=True)
class FieldOfTwo:
    """A field of the one who stays that the other changes."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Merged:
    """What became of the two."""

    operation_id: int
    staying_id: int
    going_id: int
    name: str
    #: The jobs that came with the other.
    jobs: tuple[str, ...]
    changes: tuple[FieldOfTwo, ...] = field(default=())
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prospect:
    """What a merge would make of the one who stays; nothing is written yet."""

    changes: tuple[FieldOfTwo, ...]
    notices: tuple[str, ...]


def prospect(
    session: Session, staying: Journalist, going: Journalist, *, keyring: Keyring
) -> Prospect:
    """What a merge would change of the one who stays.

    Raises BadInput for one and the same, and for two that were said to be different people.
    """
    _refuse_different(session, staying, going)
    values = combined(staying, going)
    notices = _disagreements(staying, going)
    leaves = left_at(session, [staying, going], keyring=keyring)
    if leaves and not values["do_not_contact"]:
        # By an address that is still open she would get what she left: a mark that an undo can
        # take off again, where a suppression could not be.
        values["do_not_contact"] = True
        notices += (f"left at {', '.join(leaves)}: marked as do not contact",)
    return Prospect(_changes(staying, values), notices)


def merge(
    session: Session,
    staying: Journalist,
    going: Journalist,
    *,
    keyring: Keyring,
    source: str,
    officer_id: int | None = None,
) -> Merged:
    """Put the second record into the first. The caller commits, or rolls back.

    Raises BadInput for one and the same, and for two that were said to be different people.
    """
    lock_book(session)
    coming = prospect(session, staying, going, keyring=keyring)
    note = f"{going.full_name} ({going.id}) is {staying.full_name} ({staying.id})"
    with operation(
        session, OperationKind.MERGE, source=source, officer_id=officer_id, note=note
    ) as recording:
        for change in coming.changes:
            setattr(staying, change.field, change.after)
        jobs = _take_over(session, staying, going)
        _lead_on(session, recording.id, going.id or 0, to=staying.id or 0)
    return Merged(
        operation_id=recording.id,
        staying_id=staying.id or 0,
        going_id=going.id or 0,
        name=staying.full_name,
        jobs=jobs,
        changes=coming.changes,
        notices=coming.notices,
    )


def _take_over(session: Session, staying: Journalist, going: Journalist) -> tuple[str, ...]:
    """Everything that names the other names the one who stays; the jobs that came so."""
    jobs = _take_jobs(session, staying, going)
    _take_differences(session, staying, going)
    session.flush()
    session.delete(going)
    session.flush()
    return jobs


def former_numbers(session: Session, journalist_id: int) -> list[int]:
    """The numbers of records that were merged into this one, and into those: what deliveries and
    history before the merge go by.
    """
    found, wanted = set[int](), {journalist_id}
    while wanted:
        wanted = _merged_into(session, wanted) - found
        found |= wanted
    return sorted(found)


def _merged_into(session: Session, numbers: set[int]) -> set[int]:
    """The records that went into one of these last, and are gone."""
    once = sa.select(col(ContactChange.subject_id)).where(
        kept(MERGED_INTO).in_(list(map(str, numbers))), is_kept(MERGED_INTO)
    )
    removed = (
        select(ContactChange.subject_id, ContactChange.after)
        .join(ContactOperation, col(ContactOperation.id) == ContactChange.operation_id)
        .outerjoin(Journalist, col(Journalist.id) == ContactChange.subject_id)
        .where(
            col(ContactChange.subject_id).in_(sorted(set(session.scalars(once)))),
            ContactOperation.kind == OperationKind.MERGE,
            ContactChange.subject == "journalist",
            ContactChange.action == ChangeAction.REMOVED,
            # One that an undo has brought back is a person again.
            col(Journalist.id).is_(None),
        )
        .order_by(col(ContactChange.id))
    )
    into = {number: after.get(MERGED_INTO) for number, after in session.exec(removed)}
    return {number for number, to in into.items() if to in numbers}


def _refuse_different(session: Session, staying: Journalist, going: Journalist) -> None:
    if staying.id == going.id:
        raise BadInput(f"{staying.full_name} is one record already: name two")
    if known_as_different(session, *pair(staying.id, going.id)):
        message = f"{staying.full_name} and {going.full_name} were marked as different people"
        raise BadInput(f"{message}: undo that first, see `mailer contacts history {staying.id}`")


def _disagreements(staying: Journalist, going: Journalist) -> tuple[str, ...]:
    """Wishes that have nothing in common: the one who stays has it her way."""
    found = []
    for name in ("topics", "kinds"):
        of_one, of_other = getattr(staying, name), getattr(going, name)
        if of_one and of_other and not set(of_one) & set(of_other):
            found.append(f"they asked for different {name}: {', '.join(of_one)} holds")
    return tuple(found)


def _changes(staying: Journalist, values: dict[str, Any]) -> tuple[FieldOfTwo, ...]:
    return tuple(
        FieldOfTwo(name, getattr(staying, name), value)
        for name, value in values.items()
        if getattr(staying, name) != value
    )


def _take_jobs(session: Session, staying: Journalist, going: Journalist) -> tuple[str, ...]:
    """Give all jobs of the one to the other; a person has one first job."""
    today = clock.now().date()
    own = jobs_of(session, staying)
    has_first = any(job.role.is_primary and job.is_current(today) for job in own)
    jobs = jobs_of(session, going)
    for job in jobs:
        job.role.journalist_id = staying.id or 0
        if has_first:
            job.role.is_primary = False
    return tuple(f"{job.role.job_title or 'a job'} at {job.at}" for job in jobs)


def _take_differences(session: Session, staying: Journalist, going: Journalist) -> None:
    """Whoever differs from the one who goes differs from the one who stays."""
    rows = session.exec(
        select(DifferentPeople).where(
            sa.or_(
                col(DifferentPeople.first_id) == going.id,
                col(DifferentPeople.second_id) == going.id,
            )
        )
    ).all()
    for row in rows:
        other = row.second_id if row.first_id == going.id else row.first_id
        two = pair(staying.id, other)
        if known_as_different(session, *two):
            session.delete(row)
        else:
            row.first_id, row.second_id = two


def _lead_on(session: Session, operation_id: int, going_id: int, *, to: int) -> None:
    """Say in the history which record goes on in the place of the one that went."""
    session.connection().execute(
        sa.update(ContactChange)
        .where(
            col(ContactChange.operation_id) == operation_id,
            col(ContactChange.subject) == "journalist",
            col(ContactChange.subject_id) == going_id,
            col(ContactChange.action) == ChangeAction.REMOVED,
        )
        .values(after={MERGED_INTO: to})
    )
