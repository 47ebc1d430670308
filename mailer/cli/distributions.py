"""`mailer distributions`: plan, schedule, pause, resume, cancel, and how far it is."""

import getpass
from datetime import datetime
from typing import Annotated, Any

import typer

from mailer import clock
from mailer.cli.context import AsJson, Context
from mailer.cli.corrections import correct, release_waiting
from mailer.cli.options import Typed, as_document, in_words, taking_options
from mailer.cli.plans import (
    At,
    CriteriaOption,
    Reference,
    foretold,
    note_local_links,
    read_terms,
    show_plan,
    within_limits,
)
from mailer.cli.progress import Number, list_of, show_status, tell_status
from mailer.distribution import lifecycle
from mailer.distribution.options import Terms, terms_of
from mailer.distribution.planning.preflight import Proofs
from mailer.distribution.telling import overview
from mailer.models import Distribution
from mailer.releases.editions import FullRelease, load
from mailer.releases.offices import the_office

app = typer.Typer(no_args_is_help=True, help="When a release goes, and to whom.")

Waiver = Annotated[
    str, typer.Option(help="The reason to let the linter's blocking findings pass; it is kept.")
]
DryRun = Annotated[bool, typer.Option(help="Check everything, write nothing.")]


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
    proofs = _read_ahead(desk, reference, typed, at=at)
    with desk.writing() as session:
        full = load(session, reference)
        start, options = read_terms(desk, full, typed, at=at)
        distribution, prospect = lifecycle.schedule(
            session,
            full,
            criteria=criteria,
            at=start.at,
            by=getpass.getuser(),
            waive_because=waive,
            options=options,
            expect=typed.expect,
            keyring=desk.keyring,
            more=proofs.of(full),
        )
        terms, zone = terms_of(session, distribution.id or 0), full.office.zone
        document = _scheduled(distribution, full, start.at) | as_document(terms)
        document |= foretold(within_limits(desk, prospect))
        if dry_run:
            session.rollback()
            document["distribution_id"] = None
    note_local_links(desk)
    desk.answer(
        document, as_json=as_json, told=lambda: _tell_scheduled(desk, document, terms, zone)
    )


def _read_ahead(desk: Context, reference: str, typed: Typed, *, at: str) -> Proofs:
    with desk.reading() as session:
        full = load(session, reference)
        start, _ = read_terms(desk, full, typed, at=at)
        return Proofs(full, identity=desk.unsigned, at=start.at)


def _scheduled(distribution: Distribution, full: FullRelease, at: datetime) -> dict[str, Any]:
    moment = distribution.scheduled_at or at
    return {
        "distribution_id": distribution.id,
        "reference": full.release.reference,
        "criteria": distribution.criteria,
        "scheduled_at": moment,
        "office_time": moment.astimezone(clock.zone(full.office.zone)),
    }


def _tell_scheduled(desk: Context, document: dict[str, Any], terms: Terms, zone: str) -> None:
    moment = f"{document['office_time'].isoformat(timespec='minutes')} (office time)"
    # Then nobody gets it yet when it starts: a note says when the first does.
    waits = document["first_at"] > document["scheduled_at"]
    if document["distribution_id"] is None:
        desk.say(f"would {'start' if waits else 'go out'} at {moment}; nothing was written")
    else:
        verb = "starts" if waits else "goes out"
        desk.say(f"distribution {document['distribution_id']} {verb} at {moment}")
    for line in in_words(terms, office_zone=zone):
        desk.say(line)
    for note in document["notes"]:
        desk.say(f"note: {note}")


@app.command("pause")
def pause(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Stop handing over; what is in flight ends."""
    desk: Context = context.obj
    with desk.writing() as session:
        lifecycle.pause(session, number)
    tell_status(desk, number, as_json=as_json)


@app.command("resume")
def resume(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Go on with what has not been handed over."""
    desk: Context = context.obj
    with desk.writing() as session:
        lifecycle.resume(session, number)
    tell_status(desk, number, as_json=as_json)


@app.command("cancel")
def cancel(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Give it up: what has not been handed over never will be."""
    desk: Context = context.obj
    with desk.writing() as session:
        lifecycle.cancel(session, number)
    tell_status(desk, number, as_json=as_json)


@app.command("list")
def list_distributions(context: typer.Context, as_json: AsJson = False) -> None:
    """List all distributions, the newest first."""
    desk: Context = context.obj
    with desk.reading() as session:
        rows = overview.list_distributions(session)
        zone = the_office(session).zone if rows else ""
    desk.answer(rows, as_json=as_json, told=lambda: list_of(desk, rows, zone))


app.command("correct")(correct)
app.command("release-waiting")(release_waiting)
app.command("status")(show_status)
