"""`mailer demo`: the whole story on this machine."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.demo.running import DemoResult, run_demo
from mailer.languages import name

#: The longer the list, the less anyone reads of it.
SHOWN = 12


def demo(
    context: typer.Context,
    exit_after: Annotated[bool, typer.Option("--exit", help="End after the story.")] = False,
    recipients: Annotated[
        int | None, typer.Option(min=1, help="So many recipients instead of the sample's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a release reach newsrooms in their languages, with the real parts, on this machine."""
    desk: Context = context.obj
    result = run_demo(
        recipients=recipients,
        exit_after=exit_after,
        console=desk.err,
        on_result=lambda told: desk.answer(
            asdict(told), as_json=as_json, told=lambda: _tell(desk, told)
        ),
    )
    if not result.went_as_told:
        raise typer.Exit(1)


def _tell(desk: Context, result: DemoResult) -> None:
    numbers = {what: value for what, value in asdict(result).items() if type(value) is int}
    desk.table("", "", rows=((what.replace("_", " "), value) for what, value in numbers.items()))
    covers = {name(tag, written_in="en"): sent for tag, sent in result.by_cover_language.items()}
    desk.say(f"\nBy cover language: {_counted(covers)}")
    desk.say(f"By outlet: {_counted(result.by_outlet)}\n")
    for difference in result.differences:
        desk.say(f"not as told: {difference}")
    if result.went_as_told:
        desk.say(f"Everything went as the story tells, in {result.seconds} seconds.")


def _counted(sent: Mapping[str, int]) -> str:
    shown = [f"{what} {number}" for what, number in list(sent.items())[:SHOWN]]
    rest = len(sent) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
