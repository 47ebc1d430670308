"""`mailer contacts`: the list keeper's files, and everything that stands behind an address."""

import typer

from mailer.cli import keeping
from mailer.cli.context import AsJson, Context
from mailer.cli.exporting import export_file
from mailer.cli.importing import import_file
from mailer.contacts.directory import ContactCard, describe

app = typer.Typer(no_args_is_help=True, help="Journalists, desks and outlets.")


app.command("import")(import_file)
app.command("export")(export_file)


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


for name, command in keeping.COMMANDS.items():
    app.command(name)(command)
