"""`mailer contacts move` and `edit`: a new job, a job that ends, a field that was wrong."""

from datetime import date
from typing import Annotated

import typer
from sqlmodel import Session, SQLModel

from mailer import clock
from mailer.cli.context import AsJson, Context
from mailer.cli.keeping.fields import Given, fields_in, tell_edited
from mailer.cli.keeping.undoing import SOURCE, DryRun
from mailer.contacts.book_lock import lock_book
from mailer.contacts.keeping import editing, leaving, moving
from mailer.contacts.keeping.leaving import Moved, job_to_leave
from mailer.contacts.keeping.moving import NewJob, find_outlet
from mailer.contacts.keeping.numbers import row_number
from mailer.contacts.keeping.people import (
    FREELANCE,
    desks_at,
    find_person,
    jobs_of,
    known_address,
    people_at,
)
from mailer.contacts.keeping.telling.outcomes import moved_in_words
from mailer.errors import BadInput
from mailer.models import Address, Desk, Outlet
from mailer.tokens import Keyring

IsDesk = Annotated[bool, typer.Option("--desk", help="The desk at that address, not a person.")]
Leaves = Annotated[
    str, typer.Option("--from", help="The outlet she leaves, where she has several jobs.")
]
KeepLists = Annotated[
    bool, typer.Option("--keep-lists", help="Put the new job on the lists of the old one.")
]


def move(  # noqa: PLR0913 – each is an option of the command
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="An address, or the number of a person.")],
    *,
    to: Annotated[str, typer.Option(help="The outlet; `freelance` is none.")] = "",
    ends: Annotated[
        bool, typer.Option("--ends", help="The job ends and no other begins; a desk closes.")
    ] = False,
    email: Annotated[str, typer.Option(help="Her address in the new job.")] = "",
    job_title: Annotated[str, typer.Option(help="What she is there.")] = "",
    on: Annotated[str, typer.Option(help="The day, like 2026-12-01; today if not said.")] = "",
    leaves: Leaves = "",
    country: Annotated[str, typer.Option(help="The market of the new outlet.")] = "",
    new_outlet: Annotated[
        bool, typer.Option("--new-outlet", help="Make the outlet when it is not known.")
    ] = False,
    keep_lists: KeepLists = False,
    is_desk: IsDesk = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Move a journalist to another outlet; or end a job, or close a desk, with --ends."""
    _refuse_half_said(to, ends=ends)
    desk: Context = context.obj
    day = _day(on)
    with desk.writing() as session:
        lock_book(session)
        if ends:
            moved = _end(session, address, day, at=leaves, is_desk=is_desk)
        else:
            outlet = _outlet(session, to, country=country, is_new=new_outlet)
            job = NewJob(outlet, email=email, job_title=job_title, keeps_lists=keep_lists)
            moved = _go(session, address, job, day, at=leaves, keyring=desk.keyring)
        if dry_run:
            session.rollback()
    desk.answer(
        {**vars(moved), "is_dry_run": dry_run},
        as_json=as_json,
        told=lambda: _tell_moved(desk, moved, dry_run=dry_run),
    )


def _refuse_half_said(to: str, *, ends: bool) -> None:
    if bool(to) == ends:
        raise BadInput("say where she goes with --to OUTLET, or that the job ends with --ends")


def _outlet(session: Session, name: str, *, country: str, is_new: bool) -> Outlet | None:
    if name.strip().casefold() == FREELANCE:
        return None
    return find_outlet(session, name, country=country, is_new=is_new)


def _go(session: Session, text: str, new: NewJob, day: date, *, at: str, keyring: Keyring) -> Moved:
    person = find_person(session, text)
    job = job_to_leave(session, person, address=_address(session, text), at=at, on=day)
    return moving.move(session, person, new, leaving=job, on=day, keyring=keyring, source=SOURCE)


def _end(session: Session, text: str, day: date, *, at: str, is_desk: bool) -> Moved:
    address = _address(session, text)
    if is_desk or (address is not None and not people_at(session, address)):
        return leaving.close_desk(session, _desk(session, text), on=day, source=SOURCE)
    person = find_person(session, text)
    job = job_to_leave(session, person, address=address, at=at, on=day)
    return leaving.end_job(session, person, leaving=job, on=day, source=SOURCE)


def _address(session: Session, text: str) -> Address | None:
    """The address that was named; None when it was a person's number."""
    return known_address(session, text) if row_number(text) is None else None


def _desk(session: Session, text: str) -> Desk:
    found = desks_at(session, known_address(session, text))
    if len(found) != 1:
        names = ", ".join(desk.name for desk in found) or "none"
        raise BadInput(f"there is not one desk at {text}: {names}")
    return found[0]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else clock.now().date()
    except ValueError as wrong:
        raise BadInput(f"cannot read the day {text!r}: write it like 2026-12-01") from wrong


def _tell_moved(desk: Context, moved: Moved, *, dry_run: bool) -> None:
    for line in moved_in_words(moved):
        desk.say(line)
    if dry_run:
        desk.say("a dry run: nothing was written")
    else:
        desk.say(f"to take that back: mailer contacts undo {moved.operation_id}")


def edit(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="An address, or the number of a person.")],
    given: Given,
    is_desk: IsDesk = False,
    new_topic: Annotated[
        bool, typer.Option("--new-topic", help="Also a topic that nothing has yet.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Set fields of a person and her job, or of a desk: languages, place, notes, preferences."""
    desk: Context = context.obj
    fields = fields_in(given)
    with desk.writing() as session:
        lock_book(session)
        rows = _rows(session, address, is_desk=is_desk)
        edited = editing.edit(session, rows, fields, source=SOURCE, takes_new_topics=new_topic)
        if dry_run:
            session.rollback()
    desk.answer(
        {**vars(edited), "is_dry_run": dry_run},
        as_json=as_json,
        told=lambda: tell_edited(desk, edited, dry_run=dry_run),
    )


def _rows(session: Session, text: str, *, is_desk: bool) -> tuple[SQLModel, ...]:
    """Who is edited: a person with her job at that address, or the desk."""
    address = _address(session, text)
    if is_desk or (address is not None and not people_at(session, address)):
        return (_desk(session, text),)
    person = find_person(session, text)
    jobs = [job.role for job in jobs_of(session, person) if job.is_current(clock.now().date())]
    there = [role for role in jobs if address and role.address_id == address.id] or jobs
    return (person, *there[:1])
