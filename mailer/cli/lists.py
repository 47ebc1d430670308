"""`mailer lists`: the lists kept by hand, with their contacts and their rules."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import typer
from sqlmodel import Session

from mailer import clock
from mailer.audience import renaming
from mailer.audience.criteria import read
from mailer.audience.list_rules import add_rule, found_by, refuse_used
from mailer.audience.renaming import Renamed
from mailer.cli.beginnings import TakesCriteria
from mailer.cli.context import AsJson, Context
from mailer.cli.keeping.undoing import SOURCE
from mailer.contacts import list_keeping
from mailer.contacts.book_lock import lock_book
from mailer.contacts.history import Recording, operation
from mailer.contacts.list_keeping import ListCard, ListLine
from mailer.models import ListPurpose, OperationKind
from mailer.models.ending import lasts

app = typer.Typer(no_args_is_help=True, help="Lists kept by hand: contacts and rules.")

Name = Annotated[str, typer.Argument(help="The name of the list; its case does not matter.")]
Given = Annotated[list[str], typer.Argument(help="The addresses of the contacts.")]
DryRun = Annotated[bool, typer.Option(help="Check everything, write nothing.")]


@contextmanager
def _keeping(desk: Context, note: str, *, dry_run: bool) -> Iterator[tuple[Session, Recording]]:
    """One transaction that the history of the address book keeps; nothing on a dry run."""
    with desk.writing() as session:
        with operation(session, OperationKind.EDIT, source=SOURCE, note=note) as done:
            yield session, done
        if dry_run:
            session.rollback()


@app.command("list")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List all lists, with how much stands on each."""
    desk: Context = context.obj
    with desk.reading() as session:
        rows = list_keeping.overview(session, today=clock.now().date())
    desk.answer(rows, as_json=as_json, told=lambda: _tell_all(desk, rows))


def _tell_all(desk: Context, rows: list[ListLine]) -> None:
    desk.table(
        "name",
        "purpose",
        "persons",
        "desks",
        "rules",
        "ended",
        "note",
        rows=(
            (row.name, row.purpose, row.roles, row.desks, row.rules, row.ended, row.note)
            for row in rows
        ),
    )


@app.command("show")
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show who stands on a list, and its rules."""
    desk: Context = context.obj
    with desk.reading() as session:
        card = list_keeping.card(session, name)
        found = {rule: found_by(session, rule, at=clock.now()) for rule in card.rules}
    document = {**vars(card), "found_by_rules": found}
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, card, found))


def _tell(desk: Context, card: ListCard, found: Mapping[str, int | None]) -> None:
    desk.say(f"{card.name} ({card.purpose}){f': {card.note}' if card.note else ''}")
    desk.table(
        "address",
        "name",
        "job",
        "outlet",
        "counts until",
        rows=(
            (one.email, one.name, one.job_title or one.kind, one.outlet, _ending(one.ended_on))
            for one in card.members
        ),
        title="1 contact" if len(card.members) == 1 else f"{len(card.members)} contacts",
    )
    for rule in card.rules:
        number = found[rule]
        desk.say(f"rule: {rule}: {_finds(number)}")


def _finds(number: int | None) -> str:
    """How many addresses a rule leads to."""
    if number is None:
        return "it cannot be read any more"
    return f"finds {number:,} {'address' if number == 1 else 'addresses'} now"


def _ending(day: date | None) -> str:
    """When the job ends, and whether it has."""
    if day is None:
        return ""
    return f"ends on {day}" if lasts(day, clock.now().date()) else f"ended on {day}: no more"


@app.command("make")
def make(
    context: typer.Context,
    name: Name,
    purpose: Annotated[
        ListPurpose, typer.Option(help="Internal lists never mix with press lists.")
    ] = ListPurpose.PRESS,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make an empty list."""
    desk: Context = context.obj
    with _keeping(desk, f"list {name} made", dry_run=dry_run) as (session, done):
        made = list_keeping.make(session, name, purpose=purpose, note=note)
        number = done.id
        document = {"name": made.name, "purpose": made.purpose, "note": made.note}
    told = f"made the list {document['name']}"
    _answer(desk, document, told, done=number, as_json=as_json, dry_run=dry_run)


@app.command("add")
def add(
    context: typer.Context,
    name: Name,
    address: Given,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put all current jobs and desks at these addresses on a list."""
    desk: Context = context.obj
    with _keeping(desk, f"list {name}: contacts added", dry_run=dry_run) as (session, done):
        today = clock.now().date()
        added = list_keeping.add(session, name, address, today=today)
        number = done.id if added else None
    document = {"list": name, "added": added}
    told = f"{len(added)} added to {name}"
    _answer(desk, document, told, done=number, as_json=as_json, dry_run=dry_run)


@app.command("remove")
def remove(
    context: typer.Context,
    name: Name,
    address: Given,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take all jobs and desks at these addresses off a list."""
    desk: Context = context.obj
    with _keeping(desk, f"list {name}: contacts removed", dry_run=dry_run) as (session, done):
        removed = list_keeping.remove(session, name, address)
        number = done.id if removed else None
    document = {"list": name, "removed": removed}
    told = f"{len(removed)} taken off {name}"
    _answer(desk, document, told, done=number, as_json=as_json, dry_run=dry_run)


@app.command("rule", cls=TakesCriteria)
def rule(
    context: typer.Context,
    name: Name,
    criteria: Annotated[str, typer.Argument(help="Such as: country:DK beat:politics")],
    remove: Annotated[bool, typer.Option(help="Take the rule off instead.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let a list also hold whom criteria find, whenever it is read."""
    desk: Context = context.obj
    wanted = read(criteria)
    with _keeping(desk, f"list {name}: rule {wanted.line()}", dry_run=dry_run) as (session, done):
        if remove:
            list_keeping.remove_rule(session, name, wanted.line())
            is_changed = True
        else:
            is_changed = add_rule(session, name, wanted)
        number = done.id if is_changed else None
    document = {"list": name, "rule": wanted.line(), "removed": remove, "is_changed": is_changed}
    said = "taken off" if remove else "added" if is_changed else "there already"
    told = f"{said}: {wanted.sentence()}"
    _answer(desk, document, told, done=number, as_json=as_json, dry_run=dry_run)


@app.command("rename")
def rename(
    context: typer.Context,
    name: Name,
    new_name: Annotated[str, typer.Argument(help="What it is called from now on.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Rename a list; rules and distributions to come that name it find it still."""
    desk: Context = context.obj
    with desk.writing() as session:
        lock_book(session)
        media_list = list_keeping.find(session, name)
        renamed = renaming.rename(session, media_list, new_name, source=SOURCE)
        if dry_run:
            session.rollback()
    told, number = _renamed(renamed), renamed.operation_id
    _answer(desk, vars(renamed), told, done=number, as_json=as_json, dry_run=dry_run)


def _renamed(renamed: Renamed) -> str:
    if renamed.operation_id is None:
        return f"nothing changes: the list is called {renamed.after} already"
    return renaming.in_words(renamed)


@app.command("delete")
def delete(
    context: typer.Context, name: Name, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Delete a list, not the contacts on it; refused while a rule or a distribution names it."""
    desk: Context = context.obj
    with _keeping(desk, f"list {name} deleted", dry_run=dry_run) as (session, done):
        refuse_used(session, name)
        entries, number = list_keeping.delete(session, name), done.id
    document = {"deleted": name, "entries": entries}
    told = f"deleted {name}, {entries} {'entry' if entries == 1 else 'entries'}"
    _answer(desk, document, told, done=number, as_json=as_json, dry_run=dry_run)


def _answer(
    desk: Context,
    document: Mapping[str, object],
    told: str,
    *,
    done: int | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Tell what was done, and the number of the operation by which it is taken back, if any."""
    number = None if dry_run else done
    after = f"; to take that back: mailer contacts undo {number}" if number else ""
    if dry_run:
        after = "; a dry run: nothing was written"
    desk.answer(
        {**document, "operation_id": number, "dry_run": dry_run},
        as_json=as_json,
        told=lambda: desk.say(f"{told}{after}"),
    )
