"""`mailer db`: the tables."""

import typer

from mailer import database
from mailer.cli.context import AsJson, Context
from mailer.migrations import refuse_outdated
from mailer.migrations.upgrading import upgrade

app = typer.Typer(no_args_is_help=True, help="Make the tables and keep them up to date.")


@app.command("upgrade")
def upgrade_tables(context: typer.Context, as_json: AsJson = False) -> None:
    """Make or change the tables until they are today's; nothing is lost."""
    desk: Context = context.obj
    desk.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade(database.connect(desk.settings.database_url))
    desk.answer({"up_to_date": True}, as_json=as_json, told=lambda: desk.say("up to date"))


@app.command("check")
def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Say whether the tables are today's; exit code 1 when they are not."""
    desk: Context = context.obj
    refuse_outdated(database.connect(desk.settings.database_url))
    desk.answer({"up_to_date": True}, as_json=as_json, told=lambda: desk.say("up to date"))
