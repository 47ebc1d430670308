"""`mailer audience`: who is in and why, who is left out and why."""

from typing import Annotated

import typer

from mailer import clock
from mailer.audience import selection
from mailer.audience.criteria import parse
from mailer.audience.selection import Audience
from mailer.cli.context import AsJson, Context
from mailer.distribution.planning import plan
from mailer.releases.editions import load

app = typer.Typer(no_args_is_help=True, help="Who would get a release, and why.")

CriteriaLine = Annotated[
    str, typer.Argument(help='Such as: language:da,en outlet:wire -list:"Do not invite"')
]


@app.command("show")
def show(
    context: typer.Context,
    criteria: CriteriaLine,
    release: Annotated[str, typer.Option(help="Also apply the rules of this release.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show everyone in the audience with the reasons, and everyone left out with the reason."""
    desk: Context = context.obj
    rule = parse(criteria)
    now = clock.now()
    with desk.reading() as session:
        if release:
            planned = plan(session, load(session, release), rule, at=now)
            recipients = tuple(one.recipient for one in planned.planned)
            audience = Audience(recipients=recipients, left_out=planned.left_out)
        else:
            audience = selection.select(session, rule, at=now)
    document = {
        "criteria": rule.line(),
        "sentence": rule.sentence(),
        "count": len(audience.recipients),
        "recipients": audience.recipients,
        "left_out": audience.left_out,
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, rule.sentence(), audience))


def _tell(desk: Context, sentence: str, audience: Audience) -> None:
    desk.say(sentence)
    desk.table(
        "address",
        "name",
        "outlet",
        "why",
        rows=((r.email, r.name, r.outlet_name, "; ".join(r.reasons)) for r in audience.recipients),
        title=f"{len(audience.recipients)} recipients",
    )
    if audience.left_out:
        desk.table(
            "address",
            "name",
            "left out because",
            rows=((one.email, one.name, one.reason) for one in audience.left_out),
            title=f"{len(audience.left_out)} left out",
        )
