"""`mailer demo`: the whole story on this machine."""

from dataclasses import asdict
from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.demo.running import DemoResult, run_demo


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
    numbers = {name: value for name, value in asdict(result).items() if isinstance(value, int)}
    desk.table("", "", rows=((name.replace("_", " "), value) for name, value in numbers.items()))
    for difference in result.differences:
        desk.say(f"not as told: {difference}")
