"""`mailer relays`: which relays there are, how they stand, whether they work, and "try now"."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mailer import clock
from mailer.cli.context import AsJson, Context
from mailer.compose.letter import Identity
from mailer.compose.message import envelope_sender
from mailer.delivery import sooner
from mailer.delivery.transport import notices
from mailer.delivery.transport.inspection.checking import check as check_relays
from mailer.delivery.transport.inspection.checking import none_is_reached
from mailer.delivery.transport.inspection.findings import Finding, Severity, Status
from mailer.delivery.transport.inspection.overview import RelayLine, Use, list_relays
from mailer.delivery.transport.inspection.review import relays_of
from mailer.delivery.transport.notices import Trouble
from mailer.errors import BadInput, MailerError, NotFound, Unreachable
from mailer.releases.offices import the_office

app = typer.Typer(no_args_is_help=True, help="The SMTP servers that take our messages.")

AWAY = 3
Name = Annotated[str, typer.Argument(help="A relay by its name in the settings; else all.")]


@app.command("list")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the relays: where they are, what each is for, and whether it is used or rests."""
    desk: Context = context.obj
    troubles, away = _troubles(desk)
    lines = list_relays(desk.settings, troubles, now=clock.now())
    lines = [_in_zone(line, clock.zone(_zone(desk))) for line in lines]
    documents = [asdict(line) for line in lines]
    desk.answer(documents, as_json=as_json, told=lambda: _tell_list(desk, lines))
    if away:
        desk.err.print(f"note: {away}", markup=False, highlight=False, soft_wrap=True)


@app.command("check")
def check(context: typer.Context, name: Name = "", as_json: AsJson = False) -> None:
    """Connect to each relay really, up to the envelope sender; nothing is sent."""
    desk: Context = context.obj
    names = _chosen(desk, name)
    sender, wrong = _sender(desk)
    findings = [*wrong, *check_relays(desk.settings, names=names, sender=sender)]
    desk.answer(findings, as_json=as_json, told=lambda: _tell_findings(desk, findings))
    if none_is_reached(findings):
        raise typer.Exit(AWAY)
    if any(one.status is Status.FAIL for one in findings):
        raise typer.Exit(1)


@app.command("retry")
def retry(context: typer.Context, name: Name = "", as_json: AsJson = False) -> None:
    """Try relays again at once that somebody has mended, and what waits for them."""
    desk: Context = context.obj
    names = _chosen(desk, name)
    with notices.connect(desk.settings) as client:
        troubles = notices.troubles(client, names)
        notices.say_mended(client, names)
    with desk.writing() as session:
        due, stopped = sooner.make_due(session, names, now=clock.now()), sooner.stopped(session)
    document = {
        "relays": names,
        "in_trouble": [one for one in names if troubles[one]],
        "deliveries_due": due,
        "stopped_distributions": stopped,
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell_retry(desk, document))


def _chosen(desk: Context, name: str) -> list[str]:
    names = list(relays_of(desk.settings))
    if name and name not in names:
        there = ", ".join(names)
        raise NotFound(f"there is no relay {name!r} in the settings: name one of {there}")
    return [name] if name else names


def _sender(desk: Context) -> tuple[str, list[Finding]]:
    """An envelope sender such as our messages have, of a delivery that never is."""
    try:
        identity = Identity.from_settings(desk.settings, signs=False)
    except BadInput as wrong:
        what, _, advice = str(wrong).partition(": ")
        return "", [Finding("envelope_sender", Severity.BLOCK, Status.FAIL, what, advice)]
    return envelope_sender(identity, delivery_id=0), []


def _troubles(desk: Context) -> tuple[Mapping[str, Sequence[Trouble]] | None, str]:
    """What workers wrote down of the relays; None when that cannot be read, and why."""
    try:
        with notices.connect(desk.settings) as client:
            return notices.troubles(client, relays_of(desk.settings)), ""
    except Unreachable as away:
        return None, str(away)


def _zone(desk: Context) -> str:
    """The office's zone, as far as there is an office."""
    try:
        with desk.reading() as session:
            return the_office(session).zone
    except MailerError:
        return "UTC"


def _in_zone(line: RelayLine, zone: ZoneInfo) -> RelayLine:
    since, until = line.since, line.rests_until
    return replace(
        line,
        since=since and since.astimezone(zone),
        rests_until=until and until.astimezone(zone),
    )


def _tell_list(desk: Context, lines: Sequence[RelayLine]) -> None:
    desk.table(
        "relay",
        "server",
        "tls",
        "for",
        "standing",
        rows=(
            (line.name, f"{line.host}:{line.port}", line.tls, _purpose(line), _in_words(line))
            for line in lines
        ),
    )


def _purpose(line: RelayLine) -> str:
    if line.is_spare:
        return "spare: while no other can be used"
    return f"{line.share:.0%} of all, urgent or not"


def _in_words(line: RelayLine) -> str:
    if line.standing is Use.RESTING:
        return f"resting until {line.rests_until:%H:%M:%S} because {line.because}"
    if line.standing is Use.TO_BE_TRIED:
        return f"tried with the next message; since {line.since:%Y-%m-%d %H:%M} {line.because}"
    return f"{line.standing}: {line.because}" if line.because else str(line.standing)


def _tell_findings(desk: Context, findings: Sequence[Finding]) -> None:
    for one in findings:
        if one.status is Status.UNKNOWN:
            continue
        mark = f"{one.status}, {one.severity}" if one.status is Status.FAIL else str(one.status)
        desk.say(f"{one.id}: {mark}: {one.evidence}")
        if one.how_to_fix:
            desk.say(f"    {one.how_to_fix}")
    if untried := [one.id for one in findings if one.status is Status.UNKNOWN]:
        desk.say(f"not tried, because of what is told above: {', '.join(untried)}")


def _tell_retry(desk: Context, document: Mapping[str, Any]) -> None:
    troubled = document["in_trouble"]
    for name in document["relays"]:
        was = "is tried again with the next message" if name in troubled else "was not resting"
        desk.say(f"the relay [{name}] {was}")
    if document["deliveries_due"]:
        desk.say(f"{document['deliveries_due']} deliveries that waited for it are due now")
    for number in document["stopped_distributions"]:
        desk.say(f"distribution {number} was stopped: `mailer distributions resume {number}`")
