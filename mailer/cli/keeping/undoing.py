"""`mailer contacts imports`, `history` and `undo`: what was done, and how it is taken back."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from mailer.audience.renaming.undoing import undo as take_back
from mailer.cli.context import BIGGEST, AsJson, Context, counted
from mailer.contacts.fallen import fallen
from mailer.contacts.keeping.telling import OperationTold, history_of
from mailer.contacts.keeping.telling.outcomes import left_in_words, undone_in_words
from mailer.contacts.keeping.undoing import Undone
from mailer.models import ContactImport, ContactOperation

#: Who did it, when no press officer signed in for it.
SOURCE = "command line"
DryRun = Annotated[bool, typer.Option(help="Say what would happen; write nothing.")]
Number = Annotated[int | None, typer.Option(min=1, max=BIGGEST)]


def imports(context: typer.Context, as_json: AsJson = False) -> None:
    """List the files that were imported, the latest first."""
    desk: Context = context.obj
    with desk.reading() as session:
        found = list(_imports(session))
    desk.answer(
        found,
        as_json=as_json,
        told=lambda: desk.table(
            "no.",
            "file",
            "when",
            "counts",
            "undone",
            rows=(
                (
                    one["operation_id"] or "older than the history",
                    one["file_name"],
                    desk.at(one["imported_at"]),
                    counted(one["counts"]),
                    _undone(one),
                )
                for one in found
            ),
        ),
    )


def _imports(session: Session) -> Iterator[dict[str, Any]]:
    undo_of_it = aliased(ContactOperation)
    rows = session.exec(
        select(ContactImport, ContactOperation.undone_by_id, undo_of_it.left_alone)
        .outerjoin(ContactOperation, col(ContactOperation.id) == ContactImport.operation_id)
        .outerjoin(undo_of_it, col(undo_of_it.id) == ContactOperation.undone_by_id)
        .order_by(col(ContactImport.id).desc())
    )
    down = fallen(session)
    for row, undone_by_id, left_alone in rows:
        is_undone = row.operation_id in down
        # One number for an import, the operation's: the history and `contacts undo` have no other.
        kept = row.model_dump(exclude={"id", "operation_id"})
        yield {
            "operation_id": row.operation_id,
            **kept,
            "undone_by_id": undone_by_id if is_undone else None,
            "left_alone": (left_alone or 0) if is_undone else 0,
        }


def _undone(told: dict[str, Any]) -> str:
    if not told["undone_by_id"]:
        return ""
    return f"{'in part, ' if told['left_alone'] else ''}by operation {told['undone_by_id']}"


def undo(
    context: typer.Context,
    number: Annotated[
        int,
        typer.Argument(min=1, max=BIGGEST, help="See `mailer contacts imports` and `history`."),
    ],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take an import or another operation back; exit code 1 when something has changed since."""
    desk: Context = context.obj
    with desk.writing() as session:
        undone = take_back(session, number, keyring=desk.keyring, source=SOURCE)
        if dry_run:
            session.rollback()
    desk.answer(
        {**vars(undone), "is_dry_run": dry_run},
        as_json=as_json,
        told=lambda: _tell_undone(desk, undone, dry_run=dry_run),
    )
    if undone.conflict_count:
        raise typer.Exit(1)


def _tell_undone(desk: Context, undone: Undone, *, dry_run: bool) -> None:
    desk.say(undone_in_words(undone))
    for line in left_in_words(undone):
        desk.say(line)
    if dry_run:
        desk.say("a dry run: nothing was written")
    elif undone.is_done:
        desk.say(f"to take that back: mailer contacts undo {undone.undo_id}")


def history(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="An address, or the number of a person.")],
    as_json: AsJson = False,
) -> None:
    """Tell what happened to a contact: who, when, and what stood there before."""
    desk: Context = context.obj
    with desk.reading() as session:
        told = history_of(session, address)
    desk.answer(told, as_json=as_json, told=lambda: tell_history(desk, told))


def tell_history(desk: Context, told: list[OperationTold]) -> None:
    """Each operation, with what it changed."""
    if not told:
        desk.say("nothing has changed since the history is kept")
    for one in told:
        by = one.who or one.source
        undone = f", undone by operation {one.undone_by_id}" if one.undone_by_id else ""
        what = f"{one.kind} {one.operation_id} ({by}{undone}) {one.note}".rstrip()
        desk.say(f"{desk.at(one.done_at)} {what}")
        for change in one.changes:
            row = f" (row {change.file_row})" if change.file_row else ""
            desk.say(f"    {change.words}{row}")
