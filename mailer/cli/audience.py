"""`mailer audience`: who is in and why, who is left out and why, and how many."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer
from sqlmodel import Session, select

from mailer import clock
from mailer.audience import paging, selection
from mailer.audience.criteria import Criteria, read
from mailer.audience.finding.counting import count
from mailer.audience.selection import Audience
from mailer.cli import summaries
from mailer.cli.beginnings import TakesCriteria
from mailer.cli.context import BIGGEST, AsJson, Context
from mailer.distribution.planning import plan
from mailer.models import Office
from mailer.releases.editions import load

app = typer.Typer(no_args_is_help=True, help="Who would get a release, and why.")

CriteriaLine = Annotated[
    str,
    typer.Argument(
        help='Such as: language:da,en outlet:wire -list:"Do not invite"; or the same as JSON.'
    ),
]


@app.command("show", cls=TakesCriteria)
def show(
    context: typer.Context,
    criteria: CriteriaLine,
    release: Annotated[str, typer.Option(help="Also apply the rules of this release.")] = "",
    limit: Annotated[
        int, typer.Option(min=0, max=1000, help="Only what becomes of so many addresses: one page.")
    ] = 0,
    after: Annotated[
        int, typer.Option(min=0, max=BIGGEST, help="The page after this one: its next_after.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Show everyone in the audience with the reasons, and everyone left out with the reason."""
    desk: Context = context.obj
    rule = read(criteria)
    document: dict[str, Any] = {
        "criteria": rule.line(),
        "criteria_document": rule.document(),
        "sentence": rule.sentence(),
    }
    with desk.reading() as session:
        if limit:
            page = paging.page(session, rule, at=clock.now(), size=limit, after=after)
            audience = Audience(page.recipients, page.left_out)
            figures: dict[str, Any] = {}
            document |= {"count": count(session, rule, at=clock.now())}
            document |= {"next_after": page.next_after}
        else:
            audience, figures = _whole(session, rule, release, desk)
            document |= {"count": len(audience.recipients), "summary": figures}
    document["recipients"] = [summaries.recipient_document(one) for one in audience.recipients]
    document["left_out"] = audience.left_out
    told = [rule.sentence(), *summaries.in_words(figures)]
    if limit:
        told += _of_a_page(document["count"], document["next_after"])
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, told, audience))


def _of_a_page(count: int, next_after: int | None) -> Iterator[str]:
    """How many addresses there are in all, and where the next page begins."""
    number = "1 address is" if count == 1 else f"{count} addresses are"
    yield f"{number} found in all, before wishes, pauses and limits: this is one page of them"
    yield f"the next page: --after {next_after}" if next_after else "this is the last page"


def _whole(
    session: Session, rule: Criteria, release: str, desk: Context
) -> tuple[Audience, dict[str, Any]]:
    """Everyone, with the figures; under the rules of a release if one is named."""
    if release:
        full = load(session, release)
        planned = plan(session, full, rule, at=clock.now(), keyring=desk.keyring)
        recipients = tuple(one.recipient for one in planned.planned)
        return Audience(recipients, planned.left_out), summaries.summary_of_plan(planned)
    one_at_outlet = bool(session.exec(select(Office.one_at_outlet)).first())
    audience = selection.select(session, rule, at=clock.now(), one_at_outlet=one_at_outlet)
    return audience, summaries.summary(audience.recipients, audience.left_out)


@app.command("count", cls=TakesCriteria)
def count_addresses(
    context: typer.Context, criteria: CriteriaLine, as_json: AsJson = False
) -> None:
    """Count the addresses that the criteria find, quickly: before wishes, pauses and limits."""
    desk: Context = context.obj
    rule = read(criteria)
    with desk.reading() as session:
        number = count(session, rule, at=clock.now())
    desk.answer(
        {"criteria": rule.line(), "sentence": rule.sentence(), "count": number},
        as_json=as_json,
        told=lambda: desk.say(f"{number} address{'' if number == 1 else 'es'}: {rule.sentence()}"),
    )


def _tell(desk: Context, lines: Iterable[str], audience: Audience) -> None:
    for line in lines:
        desk.say(line)
    desk.table(
        "address",
        "name",
        "outlet",
        "why",
        rows=((r.email, r.name, r.outlet_name, "; ".join(r.reasons)) for r in audience.recipients),
        title=_recipients(len(audience.recipients)),
    )
    if audience.left_out:
        desk.table(
            "address",
            "name",
            "left out because",
            rows=((one.email, one.name, one.reason) for one in audience.left_out),
            title=f"{len(audience.left_out)} left out",
        )


def _recipients(number: int) -> str:
    return "1 recipient" if number == 1 else f"{number} recipients"
