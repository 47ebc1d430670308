"""`mailer office`: the sending identity, from a file."""

from pathlib import Path
from typing import Annotated

import typer

from mailer.cli import press_contacts
from mailer.cli.context import AsJson, Context
from mailer.releases.files.logos import logo_beside, take_logo, without_logo
from mailer.releases.offices import read_office, save_office, the_office

app = typer.Typer(no_args_is_help=True, help="The office as journalists see it.")
app.add_typer(press_contacts.app, name="contacts")


@app.command("save")
def save(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A TOML file such as office.toml.")],
    as_json: AsJson = False,
) -> None:
    """Take masthead, From address, languages and postal address from a file."""
    desk: Context = context.obj
    description = read_office(file)
    logo = logo_beside(file, description, limits=desk.settings.files)
    with desk.writing() as session:
        office = save_office(session, without_logo(description))
        take_logo(session, office, description, logo)
    desk.answer(
        office.model_dump(), as_json=as_json, told=lambda: desk.say(f"saved: {office.name}")
    )


@app.command("show")
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the office."""
    desk: Context = context.obj
    with desk.reading() as session:
        document = the_office(session).model_dump()
    desk.answer(
        document,
        as_json=as_json,
        told=lambda: desk.table("", "", rows=((name, str(document[name])) for name in document)),
    )
