"""`mailer distributions`: plan, schedule, pause, resume, cancel, and how far it is."""

import getpass
import time
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mailer import clock
from mailer.audience.criteria import parse
from mailer.cli.context import BIGGEST, AsJson, Context, counted
from mailer.distribution import lifecycle
from mailer.distribution.planning import Plan, PlannedDelivery, plan
from mailer.models import DeliveryStatus, Office
from mailer.releases.editions import load
from mailer.releases.offices import the_office

app = typer.Typer(no_args_is_help=True, help="When a release goes, and to whom.")

FOLLOW_SECONDS = 0.5
THIS_MACHINE_ONLY = ("127.0.0.1", "localhost", "::1")

Reference = Annotated[str, typer.Argument(help="The reference of the release.")]
CriteriaOption = Annotated[str, typer.Option("--audience", help="Criteria, in one line.")]
At = Annotated[str, typer.Option("--at", help="ISO 8601, or now; without a zone: the office's.")]
Number = Annotated[int, typer.Argument(min=1, max=BIGGEST, help="The number of the distribution.")]


@app.command("plan")
def show_plan(
    context: typer.Context,
    reference: Reference,
    criteria: CriteriaOption,
    at: At = "now",
    as_json: AsJson = False,
) -> None:
    """Show what each recipient would get and by which rule, and who is left out; writes nothing."""
    desk: Context = context.obj
    rule = parse(criteria)
    with desk.reading() as session:
        full = load(session, reference)
        moment = clock.parse_moment(at, zone_name=full.office.zone)
        planned = plan(session, full, rule, at=moment)
    document = {
        "reference": full.release.reference,
        "criteria": rule.line(),
        "count": len(planned.planned),
        "planned": [_row(one, moment, full.office) for one in planned.planned],
        "left_out": planned.left_out,
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell_plan(desk, planned))


def _row(one: PlannedDelivery, moment: datetime, office: Office) -> dict[str, Any]:
    who = one.recipient
    return {
        "address": who.email,
        "name": who.name,
        "outlet": who.outlet_name,
        "edition": one.edition.language,
        "edition_rule": one.edition.rule,
        "cover_language": one.cover.language,
        "cover_rule": one.cover.rule,
        "sends_at": moment.astimezone(clock.zone(who.zone or office.zone)),
        "tracking": one.tracking,
        "reasons": who.reasons,
    }


def _tell_plan(desk: Context, planned: Plan) -> None:
    desk.table(
        "address",
        "outlet",
        "edition",
        "cover",
        "rule",
        rows=(
            (
                one.recipient.email,
                one.recipient.outlet_name,
                one.edition.language,
                one.cover.language,
                one.edition.rule,
            )
            for one in planned.planned
        ),
        title=f"{len(planned.planned)} deliveries",
    )
    desk.table(
        "address",
        "left out because",
        rows=((one.email, one.reason) for one in planned.left_out),
        title=f"{len(planned.left_out)} left out",
    )


@app.command("schedule")
def schedule(
    context: typer.Context,
    reference: Reference,
    criteria: CriteriaOption,
    at: At = "now",
    urgent: Annotated[bool, typer.Option(help="Ahead of all other traffic.")] = False,
    waive: Annotated[
        str, typer.Option(help="The reason to let the linter's blocking findings pass; it is kept.")
    ] = "",
    dry_run: Annotated[bool, typer.Option(help="Check everything, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Decide that a release goes to an audience at a moment; prints the distribution's number."""
    desk: Context = context.obj
    with desk.writing() as session:
        full = load(session, reference)
        moment = clock.parse_moment(at, zone_name=full.office.zone)
        distribution = lifecycle.schedule(
            session,
            full,
            criteria=criteria,
            at=moment,
            by=getpass.getuser(),
            waive_because=waive,
            is_urgent=urgent,
        )
        document = {
            "distribution_id": distribution.id,
            "reference": full.release.reference,
            "criteria": distribution.criteria,
            "scheduled_at": moment,
            "office_time": moment.astimezone(clock.zone(full.office.zone)),
        }
        if dry_run:
            session.rollback()
            document["distribution_id"] = None
    _note_local_links(desk)
    desk.answer(document, as_json=as_json, told=lambda: _tell_scheduled(desk, document))


def _note_local_links(desk: Context) -> None:
    address = desk.settings.web.public_url
    if urlsplit(address).hostname in THIS_MACHINE_ONLY:
        desk.err.print(
            f"note: the links in these messages lead to {address}, which only this machine can"
            " open: set web.public_url before a real send",
            highlight=False,
            soft_wrap=True,
        )


def _tell_scheduled(desk: Context, document: dict[str, Any]) -> None:
    moment = f"{document['office_time'].isoformat(timespec='minutes')} (office time)"
    if document["distribution_id"] is None:
        desk.say(f"would go out at {moment}; nothing was written")
    else:
        desk.say(f"distribution {document['distribution_id']} goes out at {moment}")


@app.command("pause")
def pause(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Stop handing over; what is in flight ends."""
    desk: Context = context.obj
    with desk.writing() as session:
        lifecycle.pause(session, number)
    _tell_status(desk, number, as_json=as_json)


@app.command("resume")
def resume(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Go on with what has not been handed over."""
    desk: Context = context.obj
    with desk.writing() as session:
        lifecycle.resume(session, number)
    _tell_status(desk, number, as_json=as_json)


@app.command("cancel")
def cancel(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Give it up: what has not been handed over never will be."""
    desk: Context = context.obj
    with desk.writing() as session:
        lifecycle.cancel(session, number)
    _tell_status(desk, number, as_json=as_json)


@app.command("list")
def list_distributions(context: typer.Context, as_json: AsJson = False) -> None:
    """List all distributions, the newest first."""
    desk: Context = context.obj
    with desk.reading() as session:
        rows = lifecycle.list_distributions(session)
    desk.answer(
        rows,
        as_json=as_json,
        told=lambda: desk.table(
            "number",
            "release",
            "status",
            "scheduled",
            "audience",
            rows=(
                (row.id, row.reference, row.status, str(row.scheduled_at), row.criteria)
                for row in rows
            ),
        ),
    )


@app.command("status")
def status(
    context: typer.Context,
    number: Number,
    follow: Annotated[bool, typer.Option(help="Stay until it is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the counts per delivery status, the rate and the forecast."""
    desk: Context = context.obj
    if follow:
        _follow(desk, number)
    _tell_status(desk, number, as_json=as_json)


def _progress(desk: Context, number: int) -> lifecycle.Progress:
    with desk.reading() as session:
        return lifecycle.progress(session, number)


def _follow(desk: Context, number: int) -> None:
    """Show a bar, on a terminal only, until nothing more will happen."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=desk.err, disable=not desk.err.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        while True:
            state = _progress(desk, number)
            bar.update(
                task,
                description=f"{state.reference} {state.status}",
                total=state.total or None,
                completed=state.total - state.unfinished,
            )
            if state.is_over:
                return
            time.sleep(FOLLOW_SECONDS)


def _tell_status(desk: Context, number: int, *, as_json: bool) -> None:
    state = _progress(desk, number)
    with desk.reading() as session:
        zone = clock.zone(the_office(session).zone)
    document = asdict(state) | {"total": state.total, "unfinished": state.unfinished}
    desk.answer(document, as_json=as_json, told=lambda: _tell_state(desk, state, zone))


def _tell_state(desk: Context, state: lifecycle.Progress, zone: Any) -> None:
    desk.say(f"distribution {state.id} of {state.reference}: {state.status}")
    desk.say(f"{state.total} deliveries: {counted(state.counts)}")
    for words, moment in (
        ("scheduled for", state.scheduled_at),
        ("first handed over at", state.first_sent_at),
        ("last handed over at", state.last_sent_at),
        ("done by about", state.forecast_at),
    ):
        if moment is not None:
            desk.say(f"{words} {moment.astimezone(zone).isoformat(timespec='seconds')}")
    if state.rate_per_minute:
        desk.say(f"{state.rate_per_minute} a minute")
    if state.counts.get(DeliveryStatus.UNKNOWN):
        desk.say(
            "unknown: nobody can tell whether the relay took them. Look into its log, then"
            f" `mailer deliveries resolve {state.id} --unknown resend` or `--unknown accept`"
        )
    if state.note:
        desk.say(f"note: {state.note}")
