"""`mailer office`: the sending identity, from a file."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.errors import BadInput
from mailer.releases.offices import save_office, the_office

app = typer.Typer(no_args_is_help=True, help="The office as journalists see it.")


@app.command("save")
def save(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A TOML file such as office.toml.")],
    as_json: AsJson = False,
) -> None:
    """Take masthead, From address, languages and postal address from a file."""
    desk: Context = context.obj
    try:
        description = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadInput(f"cannot read {file}: {wrong}") from wrong
    with desk.writing() as session:
        office = save_office(session, description)
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
