"""`mailer deliveries`: what became of each message, and the decision on those in doubt."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from mailer.cli.context import BIGGEST, AsJson, Context
from mailer.distribution import lifecycle
from mailer.distribution.lifecycle import Decision
from mailer.errors import NotFound
from mailer.models import Delivery, DeliveryEvent, DeliveryStatus

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
        lifecycle.progress(session, distribution)
        rows = _rows(session, distribution, status)
        if as_json:
            desk.lines(row.model_dump() for row in rows)
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


def _rows(
    session: Session, distribution_id: int, status: DeliveryStatus | None
) -> Iterator[Delivery]:
    """Page by page, so that a large distribution fits into little memory."""
    last = 0
    while True:
        query = select(Delivery).where(
            Delivery.distribution_id == distribution_id, col(Delivery.id) > last
        )
        if status is not None:
            query = query.where(Delivery.status == status)
        page = session.exec(query.order_by(col(Delivery.id)).limit(ROWS_AT_ONCE)).all()
        if not page:
            return
        yield from page
        last = page[-1].id or last


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
    document = delivery.model_dump() | {"events": [event.model_dump() for event in events]}
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, document))


def _tell(desk: Context, document: dict[str, Any]) -> None:
    facts = ((name, str(value)) for name, value in document.items() if value and name != "events")
    desk.table("", "", rows=facts)
    for event in document["events"]:
        desk.say(f"{event['occurred_at']} {event['kind']} {event['agent'] or ''}".rstrip())


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
