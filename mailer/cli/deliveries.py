"""`mailer deliveries`: what became of each message, and the decision on those in doubt."""

import sys
from typing import Annotated, Any

import typer
from sqlmodel import col, select

from mailer.cli.context import BIGGEST, AsJson, Context
from mailer.compose.letter import Identity
from mailer.compose.skeleton.proof import Proof, prove
from mailer.distribution import lifecycle, listing, overview
from mailer.distribution.lifecycle import Decision
from mailer.errors import NotFound, Refused
from mailer.models import Delivery, DeliveryEvent, DeliveryStatus, KeptSkeleton

app = typer.Typer(no_args_is_help=True, help="One message to one address.")

ROWS_AT_ONCE = 1000


@app.command("list")
def list_deliveries(
    context: typer.Context,
    distribution: Annotated[
        int, typer.Argument(min=1, max=BIGGEST, help="The number of the distribution.")
    ],
    status: Annotated[DeliveryStatus | None, typer.Option(help="Only those.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the deliveries of a distribution; with --json one object a line."""
    desk: Context = context.obj
    with desk.reading() as session:
        overview.progress(session, distribution)
        rows = listing.every(session, distribution, size=ROWS_AT_ONCE, status=status)
        if as_json:
            desk.lines(_facts(row) for row in rows)
            return
        desk.table(
            "number",
            "address",
            "edition",
            "cover",
            "status",
            "what the relay said, or why",
            rows=(
                (
                    r.id,
                    r.email,
                    r.edition_language,
                    r.cover_language,
                    r.status,
                    r.reason or r.reply_text,
                )
                for r in rows
            ),
        )


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
    document = _facts(delivery) | {
        "skeleton": kept.digest.hex() if kept else None,
        "events": [event.model_dump() for event in events],
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, document))


def _tell(desk: Context, document: dict[str, Any]) -> None:
    facts = ((name, str(value)) for name, value in document.items() if value and name != "events")
    desk.table("", "", rows=facts)
    for event in document["events"]:
        desk.say(f"{event['occurred_at']} {event['kind']} {event['agent'] or ''}".rstrip())


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
    distribution: Annotated[
        int, typer.Argument(min=1, max=BIGGEST, help="The number of the distribution.")
    ],
    decision: Annotated[
        Decision, typer.Option("--unknown", help="Send them again, or take them as sent.")
    ],
    as_json: AsJson = False,
) -> None:
    """Decide the deliveries of which nobody knows whether the relay took them."""
    desk: Context = context.obj
    with desk.writing() as session:
        decided = lifecycle.resolve_unknown(
            session, distribution, resend=decision is Decision.RESEND
        )
    desk.answer(
        {"distribution_id": distribution, "decided": decided, "decision": decision},
        as_json=as_json,
        told=lambda: desk.say(f"{decided} decided: {decision}"),
    )
