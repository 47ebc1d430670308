"""Deliveries: why this person got it, what exactly was sent, and what became of it."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mailer.errors import NotFound
from mailer.models import Delivery, DeliveryEvent, Distribution, Release
from mailer.releases import offices
from mailer.web import messages
from mailer.web.dependencies import Door, Parts, RowNumber, page, signed_in, wants_fragment
from mailer.web.headers import for_message
from mailer.web.messages import ShownMessage
from mailer.web.pages.releases import Form

router = APIRouter(prefix="/deliveries", dependencies=[Depends(signed_in)])


@dataclass(frozen=True)
class Story:
    """One delivery from its plan to what came back."""

    delivery: Delivery
    reference: str
    events: tuple[DeliveryEvent, ...]
    #: None for one that was left out before it had an edition.
    message: ShownMessage | None


@router.get("/{delivery_id}")
def show_delivery(
    request: Request, door: Parts, delivery_id: RowNumber, form: Form = Form.HTML
) -> Response:
    """One delivery, whole."""
    with door.reading() as session:
        context = {
            "story": _story(session, door, delivery_id),
            "form": form,
            "zone": offices.the_office(session).zone,
        }
    name = "web/_sent_message.html" if wants_fragment(request) else "web/delivery.html"
    return page(request, name, context)


@router.get("/{delivery_id}/message")
def show_message(door: Parts, delivery_id: RowNumber) -> Response:
    """The message as it was sent, for the frame of the page."""
    with door.reading() as session:
        message = messages.sent(session, _found(session, delivery_id), identity=door.identity)
    return HTMLResponse(messages.framed(message.html), headers=for_message(framed=True))


def _story(session: Session, door: Door, delivery_id: int) -> Story:
    delivery = _found(session, delivery_id)
    reference = session.exec(
        select(Release.reference)
        .join(Distribution, col(Distribution.release_id) == Release.id)
        .where(Distribution.id == delivery.distribution_id)
    ).one()
    events = session.exec(
        select(DeliveryEvent)
        .where(DeliveryEvent.delivery_id == delivery_id)
        .order_by(col(DeliveryEvent.occurred_at), col(DeliveryEvent.id))
    ).all()
    has_text = delivery.revision_id is not None
    message = messages.sent(session, delivery, identity=door.identity) if has_text else None
    return Story(delivery, reference, tuple(events), message)


def _found(session: Session, delivery_id: int) -> Delivery:
    found = session.get(Delivery, delivery_id)
    if found is None:
        raise NotFound(f"there is no delivery {delivery_id}")
    return found
