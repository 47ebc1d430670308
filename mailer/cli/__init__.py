"""The command `mailer`: a door like the web, for administrators and their scripts.

Exit codes: 0 done; 1 done, but findings block or something failed; 2 bad input, nothing written;
3 database, broker or relay away. An error is one line that says what to do.
"""

import json
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mailer import __version__, logs
from mailer.cli import (
    audience,
    contacts,
    db,
    deliveries,
    demo,
    distributions,
    duty,
    inbound,
    lists,
    officers,
    offices,
    outlets,
    privacy,
    relays,
    releases,
    reports,
    running,
    setting_up,
    suppressions,
)
from mailer.cli.context import Context
from mailer.cli.legible import refuse_what_is_no_text
from mailer.errors import NO_ROOM, DiskFull, MailerError, is_disk_full

BAD_USAGE = 2
START, WORK, AFTER, CARE = "Start", "Press work", "What came back", "Care"


class InOrder(TyperGroup):
    """Lists the commands in the order of the sentence, not of the alphabet."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names as they were added."""
        return list(self.commands)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words of the whole line, before any command reads its own."""
        refuse_what_is_no_text(args)
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=InOrder,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Send press releases to journalists, each in a language they read.",
)


def version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        sys.stdout.write(f"mailer {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="The settings file; else $MAILER_CONFIG or ./mailer.toml.")
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show where an error comes from.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Make what every command stands on."""
    context.obj = Context(config=config)
    context.call_on_close(context.obj.close)
    context.meta["debug"] = debug


app.command("demo", rich_help_panel=START)(demo.demo)
app.command("init", rich_help_panel=START)(setting_up.init)
for name, command in running.COMMANDS.items():
    app.command(name, rich_help_panel=START)(command)
for name, group, panel in (
    ("contacts", contacts.app, WORK),
    ("outlets", outlets.app, WORK),
    ("lists", lists.app, WORK),
    ("audience", audience.app, WORK),
    ("releases", releases.app, WORK),
    ("distributions", distributions.app, WORK),
    ("duty", duty.app, WORK),
    ("deliveries", deliveries.app, WORK),
    ("inbound", inbound.app, AFTER),
    ("suppressions", suppressions.app, AFTER),
    ("reports", reports.app, AFTER),
    ("privacy", privacy.app, CARE),
    ("relays", relays.app, CARE),
    ("db", db.app, CARE),
    ("office", offices.app, CARE),
    ("officers", officers.app, CARE),
):
    app.add_typer(group, name=name, rich_help_panel=panel)


def main() -> int:
    """Run the command line; the exit code. No traceback without --debug."""
    logs.configure()
    try:
        app()
    except MailerError as error:
        return _told(str(error), exit_code=error.exit_code)
    except SystemExit as ended:
        return _ended(ended)
    except Exception as defect:  # noqa: BLE001 – whatever it is, it is told in one line
        if is_disk_full(defect):
            # Beside the database, such as a file that is written: a part of it may be there.
            return _told(f"{NO_ROOM}: make room, then do it again", exit_code=DiskFull.exit_code)
        told = f"a defect of ours: {type(defect).__name__}: {defect}; --debug shows where"
        return _told(told.replace("\n", " "), exit_code=1)
    return 0


def _ended(ended: SystemExit) -> int:
    """The code of a command that ended by itself; bad usage has been told on standard error."""
    code = ended.code if isinstance(ended.code, int) else 1
    if code == BAD_USAGE and "--json" in sys.argv:
        _answer("bad usage: standard error tells what is missing or unknown", exit_code=code)
    return code


def _told(what: str, *, exit_code: int) -> int:
    if "--debug" in sys.argv:
        traceback.print_exc()
    sys.stderr.write(f"mailer: {what}\n")
    if "--json" in sys.argv:
        _answer(what, exit_code=exit_code)
    return exit_code


def _answer(what: str, *, exit_code: int) -> None:
    document = {"error": what, "exit_code": exit_code}
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
