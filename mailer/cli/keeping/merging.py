"""`mailer contacts duplicates`, `merge` and `different`: the same person twice, or not."""

from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.cli.keeping.undoing import SOURCE, DryRun
from mailer.contacts.book_lock import lock_book
from mailer.contacts.keeping import merging
from mailer.contacts.keeping.different import mark_different
from mailer.contacts.keeping.duplicates import SHOWN, Half, Pair, Proposal, find_duplicates
from mailer.contacts.keeping.merging import Merged
from mailer.contacts.keeping.people import find_person
from mailer.contacts.keeping.telling.outcomes import merged_in_words

Person = Annotated[str, typer.Argument(help="An address, or the number of a person.")]


def duplicates(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Show so many pairs.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Propose who may be there twice, with a score of 100 and the reasons; nothing is changed."""
    desk: Context = context.obj
    with desk.reading() as session:
        proposal = find_duplicates(session, limit=limit)
    desk.answer(proposal, as_json=as_json, told=lambda: _tell_proposal(desk, proposal))


def _tell_proposal(desk: Context, proposal: Proposal) -> None:
    for pair in proposal.pairs:
        _tell_pair(desk, pair)
    if proposal.count > len(proposal.pairs):
        desk.say(f"and {proposal.count - len(proposal.pairs)} more: see --limit")
    if not proposal.pairs:
        desk.say("nobody looks as if they were there twice")
        return
    desk.say("decide with: mailer contacts merge A B, or mailer contacts different A B")


def _tell_pair(desk: Context, pair: Pair) -> None:
    desk.say(f"{pair.score} {_half(pair.first)} — {_half(pair.second)}")
    desk.say(f"    {'; '.join(pair.reasons)}")


def _half(half: Half) -> str:
    known = ", ".join([*half.emails, *half.outlets])
    return f"{half.id} {half.name} ({known})"


def merge(
    context: typer.Context,
    staying: Annotated[str, typer.Argument(metavar="A", help="The one who stays.")],
    going: Annotated[str, typer.Argument(metavar="B", help="The one who is the same person.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put B into A: all jobs, lists and history are kept, and the stricter of two wishes."""
    desk: Context = context.obj
    with desk.writing() as session:
        lock_book(session)
        merged = merging.merge(
            session,
            find_person(session, staying),
            find_person(session, going),
            keyring=desk.keyring,
            source=SOURCE,
        )
        if dry_run:
            session.rollback()
    desk.answer(
        {**vars(merged), "is_dry_run": dry_run},
        as_json=as_json,
        told=lambda: _tell_merged(desk, merged, dry_run=dry_run),
    )


def _tell_merged(desk: Context, merged: Merged, *, dry_run: bool) -> None:
    for line in merged_in_words(merged, zone=desk.zone):
        desk.say(line)
    if dry_run:
        desk.say("a dry run: nothing was written")
    else:
        desk.say(f"to take that back: mailer contacts undo {merged.operation_id}")


def different(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="A", help="An address, or a person's number.")],
    other: Annotated[str, typer.Argument(metavar="B", help="An address, or a person's number.")],
    as_json: AsJson = False,
) -> None:
    """Keep that two are different people: they are never proposed again."""
    desk: Context = context.obj
    with desk.writing() as session:
        lock_book(session)
        two = find_person(session, one), find_person(session, other)
        is_new = mark_different(session, *two, source=SOURCE) is not None
        names = " and ".join(f"{person.id} {person.full_name}" for person in two)
        ids = [person.id for person in two]
    said = "are different people" if is_new else "were marked as different people already"
    desk.answer(
        {"journalist_ids": ids, "is_new": is_new},
        as_json=as_json,
        told=lambda: desk.say(f"{names} {said}"),
    )
