"""`mailer outlets`: newspapers, wires and stations, corrected and renamed by hand."""

from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.cli.keeping.fields import Given, fields_in, tell_edited
from mailer.cli.keeping.undoing import SOURCE, DryRun, tell_history
from mailer.contacts.book_lock import lock_book
from mailer.contacts.keeping.outlets import correcting
from mailer.contacts.keeping.outlets.cards import Colleague, DeskThere, OutletCard, outlet_card
from mailer.contacts.keeping.outlets.finding import (
    OutletLine,
    count_outlets,
    find_outlet,
    list_outlets,
)
from mailer.contacts.keeping.telling import history_of_outlet

SHOWN = 100

app = typer.Typer(no_args_is_help=True, help="Newspapers, wires and stations.")

Name = Annotated[str, typer.Argument(help="The name, also a former one, or the number.")]
Market = Annotated[str, typer.Option("--country", help="The market, where several have the name.")]


@app.command("list")
def list_all(
    context: typer.Context,
    words: Annotated[str, typer.Argument(help="Only with these in the name or the group.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Show so many.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """List outlets by name, with how many people and desks each has."""
    desk: Context = context.obj
    with desk.reading() as session:
        rows = list_outlets(session, words, limit=limit)
        count = count_outlets(session, words)
    desk.answer(
        {"count": count, "outlets": rows},
        as_json=as_json,
        told=lambda: _tell_all(desk, rows, count),
    )


def _tell_all(desk: Context, rows: list[OutletLine], count: int) -> None:
    desk.table(
        *("no.", "name", "group", "kind", "market", "languages", "people", "desks"),
        rows=(
            (
                *(row.outlet_id, row.name, row.group_name, row.media_type, row.country),
                *(", ".join(row.publication_languages), row.people, row.desks),
            )
            for row in rows
        ),
    )
    if count > len(rows):
        desk.say(f"and {count - len(rows)} more: see --limit")


@app.command("show")
def show(context: typer.Context, name: Name, country: Market = "", as_json: AsJson = False) -> None:
    """Show an outlet: its fields, its former names, its desks and people."""
    desk: Context = context.obj
    with desk.reading() as session:
        card = outlet_card(session, find_outlet(session, name, country=country))
    desk.answer(card, as_json=as_json, told=lambda: _tell(desk, card))


def _tell(desk: Context, card: OutletCard) -> None:
    desk.say(f"{card.outlet_id} {card.name} ({card.media_type})")
    if card.former_names:
        desk.say(f"was called: {', '.join(card.former_names)}")
    for label, told in (
        ("group", card.group_name),
        ("languages", ", ".join(card.publication_languages)),
        ("market", card.country),
        ("where", ", ".join(filter(None, (card.city, card.zone)))),
        ("website", card.website),
        ("note", card.public_note),
        ("number in its source", card.external_id),
    ):
        if told:
            desk.say(f"{label}: {told}")
    people = [(one.name, one.job_title, one.email, _state(one)) for one in card.people]
    desks = [(one.name, _desk_is(one.ended_on), one.email, _state(one)) for one in card.desks]
    desk.table("name", "job", "address", "state", rows=desks + people)


def _state(one: Colleague | DeskThere) -> str:
    return "no mail" if one.do_not_contact else one.state


def _desk_is(ended_on: object) -> str:
    return f"desk, closed on {ended_on}" if ended_on else "desk"


@app.command("edit")
def edit(
    context: typer.Context,
    name: Name,
    given: Given,
    country: Market = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Set fields of an outlet: name, group_name, media_type, languages, country, city, zone, …"""
    desk: Context = context.obj
    fields = fields_in(given)
    with desk.writing() as session:
        lock_book(session)
        outlet = find_outlet(session, name, country=country)
        edited = correcting.correct(session, outlet, fields, source=SOURCE)
        if dry_run:
            session.rollback()
    desk.answer(
        {**vars(edited), "is_dry_run": dry_run},
        as_json=as_json,
        told=lambda: tell_edited(desk, edited, dry_run=dry_run),
    )


@app.command("history")
def history(
    context: typer.Context, name: Name, country: Market = "", as_json: AsJson = False
) -> None:
    """Tell what happened to an outlet: who, when, and what stood there before."""
    desk: Context = context.obj
    with desk.reading() as session:
        told = history_of_outlet(session, find_outlet(session, name, country=country))
    desk.answer(told, as_json=as_json, told=lambda: tell_history(desk, told))
