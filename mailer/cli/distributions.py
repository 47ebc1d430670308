"""`mailer distributions`: plan, schedule, pause, resume, cancel, and how far it is."""

import getpass
import time
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mailer import clock
from mailer.cli.context import BIGGEST, AsJson, Context, counted
from mailer.cli.options import Typed, as_document, in_words, taking_options, written
from mailer.cli.plans import At, CriteriaOption, Reference, read_terms, show_plan
from mailer.distribution import lifecycle, overview
from mailer.distribution.options import Terms, terms_of
from mailer.models import DeliveryStatus, Distribution
from mailer.releases.editions import FullRelease, load
from mailer.releases.offices import the_office

app = typer.Typer(no_args_is_help=True, help="When a release goes, and to whom.")

FOLLOW_SECONDS = 0.5
THIS_MACHINE_ONLY = ("127.0.0.1", "localhost", "::1")

Waiver = Annotated[
    str, typer.Option(help="The reason to let the linter's blocking findings pass; it is kept.")
]
DryRun = Annotated[bool, typer.Option(help="Check everything, write nothing.")]
Number = Annotated[int, typer.Argument(min=1, max=BIGGEST, help="The number of the distribution.")]


app.command("plan")(show_plan)


@app.command("schedule")
@taking_options
def schedule(
    context: typer.Context,
    reference: Reference,
    criteria: CriteriaOption,
    typed: Typed,
    at: At = "now",
    waive: Waiver = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Decide that a release goes to an audience at a moment; prints the distribution's number."""
    desk: Context = context.obj
    with desk.writing() as session:
        full = load(session, reference)
        start, options = read_terms(desk, full, typed, at=at)
        distribution = lifecycle.schedule(
            session,
            full,
            criteria=criteria,
            at=start.at,
            by=getpass.getuser(),
            waive_because=waive,
            options=options,
            expect=typed.expect,
        )
        terms, zone = terms_of(session, distribution.id or 0), full.office.zone
        document = _scheduled(distribution, full, start.at) | as_document(terms)
        if dry_run:
            session.rollback()
            document["distribution_id"] = None
    _note_local_links(desk)
    desk.answer(
        document, as_json=as_json, told=lambda: _tell_scheduled(desk, document, terms, zone)
    )


def _scheduled(distribution: Distribution, full: FullRelease, at: datetime) -> dict[str, Any]:
    moment = distribution.scheduled_at or at
    return {
        "distribution_id": distribution.id,
        "reference": full.release.reference,
        "criteria": distribution.criteria,
        "scheduled_at": moment,
        "office_time": moment.astimezone(clock.zone(full.office.zone)),
    }


def _note_local_links(desk: Context) -> None:
    address = desk.settings.web.public_url
    if urlsplit(address).hostname in THIS_MACHINE_ONLY:
        desk.err.print(
            f"note: the links in these messages lead to {address}, which only this machine can"
            " open: set web.public_url before a real send",
            highlight=False,
            soft_wrap=True,
        )


def _tell_scheduled(desk: Context, document: dict[str, Any], terms: Terms, zone: str) -> None:
    moment = f"{document['office_time'].isoformat(timespec='minutes')} (office time)"
    if document["distribution_id"] is None:
        desk.say(f"would go out at {moment}; nothing was written")
    else:
        desk.say(f"distribution {document['distribution_id']} goes out at {moment}")
    for line in in_words(terms, office_zone=zone):
        desk.say(line)


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
        rows = overview.list_distributions(session)
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


def _progress(desk: Context, number: int) -> overview.Progress:
    with desk.reading() as session:
        return overview.progress(session, number)


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
        terms = terms_of(session, number)
        zone = the_office(session).zone
    if terms.is_staggered:
        state = replace(state, forecast_at=None)
    document = asdict(state) | {
        "total": state.total,
        "unfinished": state.unfinished,
        **as_document(terms),
        "what_to_do": _advice(state),
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell_state(desk, state, terms, zone))


def _advice(state: overview.Progress) -> str:
    """What a person has to decide; empty when nothing."""
    if not state.counts.get(DeliveryStatus.UNKNOWN):
        return ""
    return (
        "unknown: nobody can tell whether the relay took them. Look into its log, then"
        f" `mailer deliveries resolve {state.id} --unknown resend` or `--unknown accept`"
    )


def _tell_state(desk: Context, state: overview.Progress, terms: Terms, zone: str) -> None:
    desk.say(f"distribution {state.id} of {state.reference}: {state.status}")
    desk.say(f"{state.total} deliveries: {counted(state.counts)}")
    for line in in_words(terms, office_zone=zone):
        desk.say(line)
    for words, moment in (
        ("scheduled for", state.scheduled_at),
        ("first handed over at", state.first_sent_at),
        ("last handed over at", state.last_sent_at),
        ("the next are due at", _coming(terms)),
        ("done by about", state.forecast_at),
    ):
        if moment is not None:
            desk.say(f"{words} {written(moment, zone)}")
    if state.rate_per_minute:
        desk.say(f"{state.rate_per_minute} a minute now")
    if advice := _advice(state):
        desk.say(advice)
    if state.note:
        desk.say(f"note: {state.note}")


def _coming(terms: Terms) -> datetime | None:
    """When the next are due, if that is still to come."""
    moment = terms.next_due_at
    return moment if moment is not None and moment > clock.now() else None
