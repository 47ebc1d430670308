"""`mailer officers`: who may sign in."""

import secrets
from typing import Annotated

import typer

from mailer import accounts
from mailer.cli.context import AsJson, Context
from mailer.models import OfficerRole

app = typer.Typer(no_args_is_help=True, help="Press officers who may sign in.")


@app.command("add")
def add(
    context: typer.Context,
    email: str,
    name: Annotated[str, typer.Option(help="The officer's name.")] = "",
    role: Annotated[
        OfficerRole, typer.Option(help="What the officer may do.")
    ] = OfficerRole.AUTHOR,
    as_json: AsJson = False,
) -> None:
    """Add a press officer; the password is made here and shown once."""
    desk: Context = context.obj
    password = secrets.token_urlsafe(12)
    with desk.writing() as session:
        accounts.add_officer(
            session,
            email,
            name=name or email.partition("@")[0],
            password=password,
            role=role,
        )
    document = {"officer": email, "role": role, "password": password}
    desk.answer(document, as_json=as_json, told=lambda: desk.say(f"{email}: password {password}"))


@app.command("renew")
def renew(context: typer.Context, email: str, as_json: AsJson = False) -> None:
    """Give an officer a new password, shown once; one who was shut out may sign in again."""
    desk: Context = context.obj
    password = secrets.token_urlsafe(12)
    with desk.writing() as session:
        accounts.renew_password(session, email, password=password)
    document = {"officer": email, "password": password}
    desk.answer(document, as_json=as_json, told=lambda: desk.say(f"{email}: password {password}"))


@app.command("deactivate")
def deactivate(context: typer.Context, email: str, as_json: AsJson = False) -> None:
    """Shut an officer out: all sessions end at once."""
    desk: Context = context.obj
    with desk.writing() as session:
        accounts.deactivate(session, email)
    desk.answer(
        {"deactivated": email}, as_json=as_json, told=lambda: desk.say(f"{email}: shut out")
    )
