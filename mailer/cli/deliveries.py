"""`mailer deliveries`: what became of each message, and the decision on those in doubt."""

import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from mailer.cli.choices import one_of, shown
from mailer.cli.context import BIGGEST, AsJson, Context
from mailer.cli.progress import Number, why_none
from mailer.cli.telling import ERASED, Story, moment_of, reason_of, tell
from mailer.compose.letter import Identity
from mailer.compose.skeleton.proof import Proof, prove
from mailer.delivery.reasons import in_words
from mailer.distribution import doubts
from mailer.distribution.doubts import Decision
from mailer.distribution.telling import listing, overview
from mailer.errors import NotFound, Refused
from mailer.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Distribution,
    KeptSkeleton,
    Release,
)
from mailer.releases.offices import the_office

app = typer.Typer(no_args_is_help=True, help="One message to one address.")

ROWS_AT_ONCE = 1000
#: A terminal narrower than this has no room for editions and answers.
ROOMY = 120


@app.command("list")
def list_deliveries(
    context: typer.Context,
    distribution: Number,
    status: Annotated[
        DeliveryStatus | None,
        typer.Option(
            help="Only those.",
            parser=one_of(DeliveryStatus, option="--status"),
            metavar=shown(DeliveryStatus),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the deliveries of a distribution in the order of hand-over.

    With --json one object a line.
    """
    desk: Context = context.obj
    with desk.reading() as session:
        state = overview.progress(session, distribution)
        rows = listing.every(session, distribution, size=ROWS_AT_ONCE, status=status)
        if as_json:
            desk.lines(_facts(row) for row in rows)
        elif not state.total:
            desk.say(f"distribution {distribution} has no deliveries: {why_none(state)}")
        elif status is not None and not state.counts.get(status):
            desk.say(f"no delivery of distribution {distribution} is {status}")
        else:
            _list(desk, rows, zone=the_office(session).zone)


def _list(desk: Context, rows: Iterable[Delivery], *, zone: str) -> None:
    moment = "handed over, or due"
    if desk.out.width < ROOMY:
        cells = (
            (row.id, _with_reason(row), row.status.value, moment_of(row, zone)) for row in rows
        )
        desk.table("number", "address", "status", moment, rows=cells)
        desk.say(f"A terminal of {ROOMY} columns, or --json, tells editions and answers, too.")
        return
    desk.table(
        "number",
        "address",
        "edition",
        "cover",
        "status",
        moment,
        "what the relay said, or why",
        rows=(
            (
                row.id,
                row.email or ERASED,
                row.edition_language,
                row.cover_language,
                row.status,
                moment_of(row, zone),
                reason_of(row),
            )
            for row in rows
        ),
    )


def _with_reason(row: Delivery) -> str:
    """The address, and below it why its message was not simply sent."""
    who = row.email or ERASED
    return who if row.status is DeliveryStatus.SENT else f"{who}\n{in_words(row.reason)}".strip()


def _facts(row: Delivery) -> dict[str, Any]:
    """The delivery as it stands."""
    return row.model_dump() | {"attempts": row.attempt, "content_hash": row.content_hash or None}


@app.command("show")
def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(min=1, max=BIGGEST, help="The number of the delivery.")],
    as_json: AsJson = False,
) -> None:
    """Show one delivery: who, which edition and why, what the relay said, what came back."""
    desk: Context = context.obj
    with desk.reading() as session:
        delivery = session.get(Delivery, number)
        if delivery is None:
            raise NotFound(f"there is no delivery {number}")
        events = session.exec(
            select(DeliveryEvent)
            .where(DeliveryEvent.delivery_id == number)
            .order_by(col(DeliveryEvent.occurred_at), col(DeliveryEvent.id))
        ).all()
        kept = session.get(KeptSkeleton, delivery.skeleton_id) if delivery.skeleton_id else None
        story = _story(session, delivery, events)
    document = _facts(delivery) | {
        "skeleton": kept.digest.hex() if kept else None,
        "events": [event.model_dump() for event in events],
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, story))


def _story(session: Session, delivery: Delivery, events: Sequence[DeliveryEvent]) -> Story:
    reference = session.exec(
        select(Release.reference)
        .join(Distribution)
        .where(Distribution.id == delivery.distribution_id)
    ).one()
    return Story(delivery, events, reference=reference, zone=the_office(session).zone)


def _tell(desk: Context, story: Story) -> None:
    for subject, words in tell(story):
        desk.say(f"{subject}: {words}")


@app.command("message")
def message(
    context: typer.Context,
    number: Annotated[int, typer.Argument(min=1, max=BIGGEST, help="The number of the delivery.")],
    as_json: AsJson = False,
) -> None:
    """Print the message as it was sent, octet by octet, whatever has changed since."""
    desk: Context = context.obj
    # What was signed then is kept: the private keys may be gone.
    identity = Identity.from_settings(desk.settings, signs=False)
    with desk.reading() as session:
        proof = prove(session, number, identity=identity)
    document = {
        "message": proof.data.decode("utf-8", errors="replace"),
        "sha256": proof.sha256,
        "recorded_sha256": proof.recorded_sha256,
        "matches": proof.matches,
    }
    desk.answer(document, as_json=as_json, told=lambda: _print(proof, number=number))


def _print(proof: Proof, *, number: int) -> None:
    if not proof.matches:
        raise Refused(
            f"delivery {number} has changed since it was sent, so its message cannot be made again"
            " as it was: --json shows what is left of it"
        )
    sys.stdout.buffer.write(proof.data)


@app.command("resolve")
def resolve(
    context: typer.Context,
    distribution: Number,
    decision: Annotated[
        Decision,
        typer.Option(
            "--unknown",
            help="Send them again, or take them as sent.",
            parser=one_of(Decision, option="--unknown"),
            metavar=shown(Decision),
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Decide the deliveries of which nobody knows whether the relay took them."""
    desk: Context = context.obj
    with desk.writing() as session:
        decided = doubts.resolve_unknown(session, distribution, resend=decision is Decision.RESEND)
    desk.answer(
        {"distribution_id": distribution, "decided": decided, "decision": decision},
        as_json=as_json,
        told=lambda: desk.say(_decided(distribution, decided, decision)),
    )


def _decided(distribution: int, number: int, decision: Decision) -> str:
    if not number:
        return f"no delivery of distribution {distribution} is in doubt: there is nothing to decide"
    what = "taken as sent" if decision is Decision.ACCEPT else "sent again as the same message"
    return f"{number} in doubt: {what}"
