"""`mailer office contacts`: whom the press may call."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mailer.cli.choices import one_of, shown
from mailer.cli.context import AsJson, Context
from mailer.models import PressContact
from mailer.releases.offices import the_office
from mailer.releases.offices.press_contacts import (
    all_press_contacts,
    find_press_contact,
    read_press_contacts,
    save_described,
    show_mobile,
)

app = typer.Typer(no_args_is_help=True, help="The people of the office whom the press may call.")

Key = Annotated[str, typer.Argument(help="The key of the contact, such as anna.keller.")]


class Switch(StrEnum):
    """Whether something is printed."""

    ON = "on"
    OFF = "off"


@app.command("list")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the press contacts, with what is printed of each."""
    desk: Context = context.obj
    with desk.reading() as session:
        contacts = all_press_contacts(session)
    rows = (
        (
            one.key,
            one.name,
            _role(one),
            one.phone,
            _mobile(one),
            one.email,
            ", ".join(one.languages),
        )
        for one in contacts
    )
    desk.answer(
        [_document(one) for one in contacts],
        as_json=as_json,
        told=lambda: desk.table(
            "key", "name", "role", "phone", "mobile", "email", "languages", rows=rows
        ),
    )


@app.command("show")
def show(context: typer.Context, key: Key, as_json: AsJson = False) -> None:
    """Show one press contact."""
    desk: Context = context.obj
    with desk.reading() as session:
        document = _document(find_press_contact(session, key))
    desk.answer(
        document,
        as_json=as_json,
        told=lambda: desk.table("", "", rows=((name, str(document[name])) for name in document)),
    )


@app.command("save")
def save(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help='A TOML file with tables such as ["anna.keller"].')],
    as_json: AsJson = False,
) -> None:
    """Take press contacts from a file: new ones, or the given values of those there are."""
    desk: Context = context.obj
    described = read_press_contacts(file)
    with desk.writing() as session:
        saved = save_described(session, described, office=the_office(session))
        documents = [_document(one.contact) | {"is_new": one.is_new} for one in saved]
    lines = [f"{'new' if one['is_new'] else 'saved'}: {one['key']}" for one in documents]
    desk.answer(documents, as_json=as_json, told=lambda: desk.say("\n".join(lines)))


@app.command("mobile")
def mobile(
    context: typer.Context,
    key: Key,
    switch: Annotated[
        Switch,
        typer.Argument(
            parser=one_of(Switch, option="mobile"), metavar=shown(Switch), help="Printed, or not."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Print the mobile number of a press contact from now on, or leave it out."""
    desk: Context = context.obj
    with desk.writing() as session:
        document = _document(show_mobile(session, key, is_shown=switch is Switch.ON))
    desk.answer(
        document,
        as_json=as_json,
        told=lambda: desk.say(f"{document['key']}: the mobile number is {switch}"),
    )


def _document(contact: PressContact) -> dict[str, Any]:
    return contact.model_dump(exclude={"id", "office_id"})


def _role(contact: PressContact) -> str:
    """As it is for all, or else as it is in the first language that it is given in."""
    return contact.role or next(iter(contact.roles.values()), "")


def _mobile(contact: PressContact) -> str:
    hidden = " (not printed)" if contact.mobile and not contact.shows_mobile else ""
    return f"{contact.mobile}{hidden}"
