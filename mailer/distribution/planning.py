"""Who would get which edition under which cover, by which rule, and who is left out and why.

The officer's plan, the preview and the fan-out all come from here, so that what is shown is what
is sent.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from mailer import addresses
from mailer.audience import selection
from mailer.audience.criteria import Criteria, parse
from mailer.audience.selection import Audience, LeftOut, Recipient
from mailer.errors import NotFound
from mailer.models import Delivery, DeliveryStatus, Distribution, TrackingMode
from mailer.releases.editions import (
    CoverChoice,
    EditionChoice,
    FullRelease,
    pick_cover,
    pick_edition,
)

HAS_IT = "gets this text already"
#: The stricter of the office's mode and the recipient's wins.
STRICTEST_FIRST = (TrackingMode.NONE, TrackingMode.AGGREGATE, TrackingMode.INDIVIDUAL)
#: Deliveries that have brought a revision to an address, or may still do so.
RECEIVED_OR_COMING = (
    DeliveryStatus.PENDING,
    DeliveryStatus.SENDING,
    DeliveryStatus.SENT,
    DeliveryStatus.DEFERRED,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.BOUNCED,
    DeliveryStatus.COMPLAINED,
)


@dataclass(frozen=True)
class PlannedDelivery:
    """What one recipient would get, and the rules that chose it."""

    recipient: Recipient
    edition: EditionChoice
    cover: CoverChoice
    tracking: TrackingMode


@dataclass(frozen=True)
class Plan:
    """A distribution before it is decided: everyone in it, and everyone left out of it."""

    planned: tuple[PlannedDelivery, ...]
    left_out: tuple[LeftOut, ...]


def plan(session: Session, full: FullRelease, criteria: Criteria, *, at: datetime) -> Plan:
    """The plan for sending `full` to the people of `criteria` at that moment."""
    audience = selection.select(session, criteria, at=at)
    planned = [_planned(full, recipient) for recipient in audience.recipients]
    return _without(planned, audience, refusals=_refusals(session, full, planned=planned, at=at))


def planned_for(
    session: Session, full: FullRelease, address: str, *, at: datetime
) -> PlannedDelivery:
    """What the holder of `address` would get, also when a rule would leave them out.

    Raises NotFound when no contact has that address.
    """
    normalised = addresses.parse(address).normalised
    audience = selection.select(session, parse(f"address:{normalised}"), at=at, leave_out=False)
    if not audience.recipients:
        raise NotFound(f"no contact has the address {address}: `mailer contacts import` brings it")
    return _planned(full, audience.recipients[0])


def as_delivery(planned: PlannedDelivery) -> Delivery:
    """The delivery that the plan describes, not yet part of any distribution."""
    who = planned.recipient
    return Delivery(
        id=0,
        distribution_id=0,
        address_id=who.address_id,
        journalist_id=who.journalist_id,
        role_id=who.role_id,
        desk_id=who.desk_id,
        outlet_id=who.outlet_id,
        email=who.email,
        recipient_name=who.name,
        outlet_name=who.outlet_name,
        country=who.country,
        zone=who.zone,
        reasons=list(who.reasons),
        plain_text_only=who.plain_text_only,
        revision_id=planned.edition.revision.id,
        edition_language=planned.edition.language,
        edition_rule=planned.edition.rule,
        cover_language=planned.cover.language,
        cover_rule=planned.cover.rule,
        tracking=planned.tracking,
    )


def _planned(full: FullRelease, recipient: Recipient) -> PlannedDelivery:
    spoken = {"languages": recipient.languages, "outlet_languages": recipient.outlet_languages}
    return PlannedDelivery(
        recipient=recipient,
        edition=pick_edition(full, country=recipient.country, **spoken),
        cover=pick_cover(full, **spoken),
        tracking=min(full.office.tracking, recipient.tracking, key=STRICTEST_FIRST.index),
    )


def _refusals(
    session: Session, full: FullRelease, *, planned: list[PlannedDelivery], at: datetime
) -> dict[int, str]:
    """Why a person who matches does not get this release, by address id."""
    embargo = full.release.embargo_until
    refusals: dict[int, str] = {}
    if embargo is not None and at < embargo:
        refusals |= {
            one.recipient.address_id: "under embargo, and not trusted with embargoes"
            for one in planned
            if not one.recipient.embargo_trusted
        }
    received = _received(session, full)
    for one in planned:
        pair = (one.recipient.address_id, one.edition.revision.id)
        if pair in received:
            refusals[pair[0]] = f"{HAS_IT}, in distribution {received[pair]}"
    return refusals


def _received(session: Session, full: FullRelease) -> dict[tuple[int | None, int | None], int]:
    """Which address has which revision of the release from which distribution (R2)."""
    rows = session.exec(
        select(Delivery.address_id, Delivery.revision_id, Delivery.distribution_id)
        .join(Distribution)
        .where(
            Distribution.release_id == full.release.id,
            col(Delivery.status).in_(RECEIVED_OR_COMING),
        )
    )
    return {(address_id, revision_id): number for address_id, revision_id, number in rows}


def _without(
    planned: list[PlannedDelivery], audience: Audience, *, refusals: dict[int, str]
) -> Plan:
    refused = tuple(
        LeftOut(
            address_id=one.recipient.address_id,
            email=one.recipient.email,
            name=one.recipient.name,
            reason=refusals[one.recipient.address_id],
            outlet_name=one.recipient.outlet_name,
            country=one.recipient.country,
            has_it_already=refusals[one.recipient.address_id].startswith(HAS_IT),
        )
        for one in planned
        if one.recipient.address_id in refusals
    )
    kept = tuple(one for one in planned if one.recipient.address_id not in refusals)
    return Plan(planned=kept, left_out=(*audience.left_out, *refused))
