"""`mailer contacts`: the list keeper's files, and everything that stands behind an address."""

import typer

from mailer.cli import keeping
from mailer.cli.context import AsJson, Context
from mailer.cli.exporting import export_file
from mailer.cli.importing import import_file
from mailer.contacts.directory import ContactCard, DeskCard, RoleCard, describe

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
    readers: list[tuple[RoleCard | DeskCard, str]] = [(one, one.job_title) for one in card.roles]
    readers += [(one, "desk") for one in card.desks]
    rows = [
        (one.name, job, one.outlet, one.country, one.languages, one.beats, one.lists, _told(one))
        for one, job in readers
    ]
    desk.table(
        "name",
        "job",
        "outlet",
        "country",
        "languages",
        "beats",
        "lists",
        "informed",
        rows=((*row[:4], *(", ".join(words) for words in row[4:7]), row[7]) for row in rows),
    )


def _told(one: RoleCard | DeskCard) -> str:
    """The day on which somebody was told that we hold her data."""
    return str(one.informed_at.date()) if one.informed_at else "not yet"


for name, command in keeping.COMMANDS.items():
    app.command(name)(command)
