"""`mailer reports`: what the office is told afterwards."""

import csv
import sys
from typing import Annotated

import typer

from mailer.cli.context import AsJson, Context
from mailer.errors import BadInput
from mailer.reports.summary import ReleaseReport, release_report

app = typer.Typer(no_args_is_help=True, help="What became of a release.")

#: The lines that fit on a terminal; --csv and --json have the others too.
SHOWN = ("cover_language", "country", "outlet")


@app.command("release")
def release(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The reference of the release.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show reached, sent, bounced, opened and left, by language, country, outlet, provider."""
    if as_csv and as_json:
        raise BadInput("--csv and --json are two forms of one answer: choose one")
    desk: Context = context.obj
    with desk.reading() as session:
        report = release_report(session, reference)
    if as_csv:
        csv.writer(sys.stdout).writerows(report.as_rows())
        return
    desk.answer(report.as_json(), as_json=as_json, told=lambda: tell_report(desk, report))


def tell_report(desk: Context, report: ReleaseReport) -> None:
    """Print the report: the totals in words, then a table for each of the main dimensions."""
    t = report.totals
    desk.say(f"release {report.reference}: {t.recipients} recipients, {t.sent} handed over")
    desk.say(f"{t.deferred_then_sent} of them after being deferred; {t.deferred} still deferred")
    desk.say(
        f"{t.rejected} rejected, {t.bounced} bounced ({t.bounced_hard} hard, {t.bounced_soft} soft,"
        f" {t.bounced_block} blocked), {t.unknown} unknown, {t.withheld} withheld"
    )
    machines = t.opened_by_proxies + t.opened_by_scanners
    desk.say(
        f"images loaded by {t.opened_by_persons} persons and {machines} machines, links followed by"
        f" {t.clicked_by_persons} persons; {t.measurable} recipients agreed to be measured"
    )
    desk.say(f"{t.unsubscribed} left")
    for dimension, lines in report.tables().items():
        if dimension in SHOWN:
            desk.table(
                dimension.replace("_", " "),
                "recipients",
                "sent",
                "rejected",
                "bounced",
                rows=(
                    (line.name, f.recipients, f.sent, f.rejected, f.bounced)
                    for line in lines
                    for f in (line.figures,)
                ),
            )
