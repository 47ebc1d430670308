"""`mailer contacts`: the list keeper's files, and everything that stands behind an address."""

from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context, counted
from mailer.contacts.directory import ContactCard, describe
from mailer.contacts.importing import ImportReport, import_contacts

app = typer.Typer(no_args_is_help=True, help="Journalists, desks and outlets.")


@app.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV file.")],
    preview: Annotated[bool, typer.Option(help="Say what would change; write nothing.")] = False,
    source: Annotated[str, typer.Option(help="Where the data comes from; kept with it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Import contacts; exit code 1 when rows were unusable (the others are imported)."""
    desk: Context = context.obj
    with desk.writing() as session:
        report = import_contacts(session, file, keyring=desk.keyring, source=source or file.name)
        if preview:
            session.rollback()
    desk.answer(report, as_json=as_json, told=lambda: _tell_import(desk, report))
    if preview and not as_json:
        desk.say("a preview: nothing was written")
    if report.unusable:
        raise typer.Exit(1)


def _tell_import(desk: Context, report: ImportReport) -> None:
    desk.say(f"{report.file_name}: {counted(report.counts)}")
    for notice in report.notices:
        desk.say(notice)
    for unusable in report.unusable:
        desk.say(f"row {unusable.row}: not usable: {unusable.reason}")
    for change in report.changes:
        desk.say(f"row {change.row}: {change.field}: {change.before!r} becomes {change.after!r}")


@app.command("show")
def show(context: typer.Context, address: str, as_json: AsJson = False) -> None:
    """Show who reads an address, where, on which lists, and its state."""
    desk: Context = context.obj
    with desk.reading() as session:
        card = describe(session, address)
    desk.answer(card, as_json=as_json, told=lambda: _tell_card(desk, card))


def _tell_card(desk: Context, card: ContactCard) -> None:
    desk.say(f"{card.email}: {card.state} {card.state_reason}".rstrip())
    rows = [
        (one.name, one.job_title, one.outlet, one.country, one.languages, one.beats, one.lists)
        for one in card.roles
    ] + [
        (one.name, "desk", one.outlet, one.country, one.languages, one.beats, one.lists)
        for one in card.desks
    ]
    desk.table(
        "name",
        "job",
        "outlet",
        "country",
        "languages",
        "beats",
        "lists",
        rows=((*row[:4], *(", ".join(words) for words in row[4:])) for row in rows),
    )
