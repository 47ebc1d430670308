"""`mailer distributions status`: how far a distribution is, and what a person has to know of it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from shlex import quote
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mailer import clock
from mailer.cli.context import BIGGEST, AsJson, Context, counted
from mailer.cli.options import as_document, in_words, written
from mailer.delivery.throttling.throttle import limit_per_minute
from mailer.distribution.following.place import Place, place_of
from mailer.distribution.options import Terms, terms_of
from mailer.distribution.rates import plain, rate_in_words
from mailer.distribution.telling import overview
from mailer.distribution.telling.expectation import Expectation, expect
from mailer.models import DeliveryStatus, DistributionStatus
from mailer.releases.offices import the_office

FOLLOW_SECONDS = 0.5

Number = Annotated[int, typer.Argument(min=1, max=BIGGEST, help="The number of the distribution.")]


def show_status(
    context: typer.Context,
    number: Number,
    follow: Annotated[bool, typer.Option(help="Stay until it is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the counts per delivery status, the rate and the forecast."""
    desk: Context = context.obj
    if follow:
        _follow(desk, number)
    tell_status(desk, number, as_json=as_json)


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


def list_of(desk: Context, rows: Sequence[overview.DistributionLine], zone: str) -> None:
    """Tell of several distributions, a line for each."""
    if not rows:
        desk.say("no distributions yet: `mailer distributions schedule --help` tells how")
        return
    desk.table(
        "number",
        "release",
        "status",
        "scheduled",
        "audience",
        rows=(
            (
                row.id,
                row.reference,
                row.status,
                written(row.scheduled_at, zone) if row.scheduled_at is not None else "",
                row.criteria,
            )
            for row in rows
        ),
    )


def tell_status(desk: Context, number: int, *, as_json: bool) -> None:
    """Answer with how far that distribution is. Raises NotFound."""
    standing = _standing(desk, number)
    state, terms = standing.state, standing.terms
    document = asdict(state) | {
        "total": state.total,
        "unfinished": state.unfinished,
        **as_document(terms),
        **_thread(standing.place),
        "forecast_at": standing.expected.done_at,
        "forecast_rate_per_minute": standing.expected.pace,
        "what_to_do": _advice(state),
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, standing))


@dataclass(frozen=True)
class Standing:
    """How far a distribution is, on which terms it goes, and what is to be expected."""

    state: overview.Progress
    terms: Terms
    expected: Expectation
    zone: str
    place: Place


def _standing(desk: Context, number: int) -> Standing:
    with desk.reading() as session:
        state, terms = overview.progress(session, number), terms_of(session, number)
        zone = the_office(session).zone
        limit = _limit(desk, terms)
        expected = expect(session, state, terms, limit=limit, office_zone=zone, now=clock.now())
        place = place_of(session, number)
    return Standing(state, terms, expected, zone, place)


def _thread(place: Place) -> dict[str, object]:
    told = asdict(place)
    del told["id"]
    return told


def _limit(desk: Context, terms: Terms) -> float | None:
    """The hand-overs a minute that may be: its own limit, or that of all together."""
    limits = (terms.options.rate_per_minute, plain(limit_per_minute(desk.settings)))
    return min(filter(None, limits), default=None)


def why_none(state: overview.Progress) -> str:
    """Why a distribution has no deliveries."""
    if state.status is DistributionStatus.CANCELLED:
        return "it was cancelled before any delivery was made"
    if state.status is DistributionStatus.SENT:
        return (
            "nobody was left to get it when it started: `mailer audience show"
            f" {quote(state.criteria)} --release {state.reference}` tells why"
        )
    if state.status is DistributionStatus.SENDING:
        return "its deliveries are being made"
    return (
        "its deliveries are made when it starts; `mailer distributions plan"
        f" {state.reference} --audience {quote(state.criteria)}` shows who would get it"
    )


def _advice(state: overview.Progress) -> str:
    """What a person has to decide; empty when nothing."""
    if not state.counts.get(DeliveryStatus.UNKNOWN):
        return ""
    return (
        "unknown: nobody can tell whether the relay took them. Look into its log, then"
        f" `mailer deliveries resolve {state.id} --unknown resend` or `--unknown accept`"
    )


def _tell(desk: Context, standing: Standing) -> None:
    state = standing.state
    desk.say(f"distribution {state.id} of {state.reference}: {state.status}")
    if state.total:
        desk.say(f"{state.total} deliveries: {counted(state.counts)}")
    else:
        desk.say(f"no deliveries: {why_none(state)}")
    for line in in_words(standing.terms, office_zone=standing.zone):
        desk.say(line)
    for line in standing.place.told():
        desk.say(line)
    for words, moment in _moments(standing):
        desk.say(f"{words} {written(moment, standing.zone)}")
    for line in _pace(standing):
        desk.say(line)
    if advice := _advice(state):
        desk.say(advice)
    if state.note:
        desk.say(f"note: {state.note}")


def _moments(standing: Standing) -> Iterator[tuple[str, datetime]]:
    """What has a time, and it."""
    state, due_at = standing.state, standing.terms.next_due_at
    begins = "was scheduled for" if state.is_over else "scheduled for"
    for words, moment in (
        (begins, state.scheduled_at),
        ("first handed over at", state.first_sent_at),
        ("last handed over at", state.last_sent_at),
        ("the next are due at", due_at if due_at and due_at > clock.now() else None),
    ):
        if moment is not None:
            yield words, moment


def _pace(standing: Standing) -> Iterator[str]:
    """How fast it goes, and until when."""
    state, expected = standing.state, standing.expected
    if state.rate_per_minute:
        yield f"{state.rate_per_minute} a minute now"
    if expected.done_at is None:
        if state.status is DistributionStatus.SENDING and state.unfinished:
            why = "" if state.rate_per_minute else ": nothing was handed over in the last minute"
            yield f"nobody can tell yet when it is done{why}"
        return
    done = f"done by about {written(expected.done_at, standing.zone)}"
    if expected.is_at_limit:
        yield f"at {rate_in_words(expected.pace or 0)} (the limit) {done}"
    else:
        yield done
