"""Who would get which edition under which cover, by which rule, and who is left out and why.

The officer's plan, the preview and the fan-out all come from here, so that what is shown is what
is sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import addresses
from mailer.audience import selection
from mailer.audience.candidates import Candidate, Profile
from mailer.audience.criteria import Criteria, parse
from mailer.audience.selection import LeftOut, Reading, in_chunks, readings
from mailer.distribution.timing import RecipientZone, zone_of
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
#: Addresses that are looked up together among the earlier deliveries.
ADDRESSES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """What all those get who are alike, and the rules that chose it."""

    edition: EditionChoice
    cover: CoverChoice
    tracking: TrackingMode
    zone: RecipientZone


class PlannedDelivery(NamedTuple):
    """What one recipient would get. A tuple: there may be a million."""

    recipient: Candidate
    choice: Choice

    @property
    def edition(self) -> EditionChoice:
        """The edition, and the rule that chose it (R3)."""
        return self.choice.edition

    @property
    def cover(self) -> CoverChoice:
        """The language of the cover, and the rule that chose it (R3)."""
        return self.choice.cover

    @property
    def tracking(self) -> TrackingMode:
        """How far the recipient is followed."""
        return self.choice.tracking

    @property
    def zone(self) -> RecipientZone:
        """The clock the recipient is taken to live by."""
        return self.choice.zone


class Decision(NamedTuple):
    """What becomes of one address: what it gets, and who is left out there."""

    planned: PlannedDelivery | None
    left_out: tuple[LeftOut, ...]

    @property
    def withheld(self) -> LeftOut | None:
        """Why the address gets nothing at all; None when it gets it, or has it already (R2)."""
        if self.planned is not None or any(left.has_it_already for left in self.left_out):
            return None
        return next((left for left in self.left_out if left.address_id is not None), None)


@dataclass(frozen=True)
class Plan:
    """A distribution before it is decided: everyone in it, and everyone left out of it."""

    planned: tuple[PlannedDelivery, ...]
    left_out: tuple[LeftOut, ...]


def plan(session: Session, full: FullRelease, criteria: Criteria, *, at: datetime) -> Plan:
    """The plan for sending `full` to the people of `criteria` at that moment."""
    planned: list[PlannedDelivery] = []
    left_out: list[LeftOut] = []
    for decision in decide(session, full, criteria, at=at):
        if decision.planned is not None:
            planned.append(decision.planned)
        left_out.extend(decision.left_out)
    return Plan(planned=tuple(planned), left_out=tuple(left_out))


def decide(
    session: Session,
    full: FullRelease,
    criteria: Criteria,
    *,
    at: datetime,
    shuffled_by: int | None = None,
) -> Iterator[Decision]:
    """The same address by address, in the order of `selection.readings`: a plan of any size."""
    rules = _Rules(full, at)
    earlier = _earlier(session, full)
    found = readings(session, criteria, at=at, shuffled_by=shuffled_by)
    for chunk in in_chunks(found, ADDRESSES_AT_ONCE):
        received = _received(session, chunk, earlier=earlier)
        for reading in chunk:
            yield rules.decision(reading, received=received)


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
    return _Rules(full, at).planned(audience.recipients[0])


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
        zone=planned.zone.name if planned.zone.is_known else "",
        reasons=list(who.reasons),
        plain_text_only=who.plain_text_only,
        revision_id=planned.edition.revision.id,
        edition_language=planned.edition.language,
        edition_rule=planned.edition.rule,
        cover_language=planned.cover.language,
        cover_rule=planned.cover.rule,
        tracking=planned.tracking,
    )


class _Rules:
    """The rules for one release at one moment, applied once to each profile."""

    def __init__(self, full: FullRelease, at: datetime) -> None:
        self.full = full
        embargo = full.release.embargo_until
        self.is_embargoed = embargo is not None and at < embargo
        self.choices: dict[Profile, Choice] = {}

    def decision(self, reading: Reading, *, received: dict[tuple[int, int], int]) -> Decision:
        """What becomes of the address of that reading."""
        recipient = reading.recipient
        if recipient is None:
            return Decision(None, reading.left_out)
        planned = self.planned(recipient)
        pair = (recipient.address_id, planned.choice.edition.revision.id or 0)
        if pair in received:
            told = f"{HAS_IT}, in distribution {received[pair]}"
            refused = leave_out(recipient, told, has_it_already=True)
        elif self.is_embargoed and not recipient.profile.embargo_trusted:
            refused = leave_out(recipient, "under embargo, and not trusted with embargoes")
        else:
            return Decision(planned, reading.left_out)
        return Decision(None, (refused, *reading.left_out))

    def planned(self, recipient: Candidate) -> PlannedDelivery:
        """What that recipient would get."""
        choice = self.choices.get(recipient.profile)
        if choice is None:
            choice = self.choices[recipient.profile] = self._choice(recipient.profile)
        return PlannedDelivery(recipient, choice)

    def _choice(self, profile: Profile) -> Choice:
        spoken = {"languages": profile.languages, "outlet_languages": profile.outlet_languages}
        office = self.full.office
        return Choice(
            edition=pick_edition(self.full, country=profile.country, **spoken),
            cover=pick_cover(self.full, **spoken),
            tracking=min(office.tracking, profile.tracking, key=STRICTEST_FIRST.index),
            zone=zone_of(
                own=profile.own_zone,
                outlet=profile.outlet_zone,
                country=profile.country,
                office_zone=office.zone,
            ),
        )


def leave_out(recipient: Candidate, reason: str, *, has_it_already: bool = False) -> LeftOut:
    """Why a person who matches does not get this release."""
    return LeftOut(
        address_id=recipient.address_id,
        email=recipient.email,
        name=recipient.name,
        reason=reason,
        outlet_name=recipient.outlet_name,
        country=recipient.country,
        has_it_already=has_it_already,
    )


def _earlier(session: Session, full: FullRelease) -> list[int]:
    """The distributions of the release that have an audience."""
    begun = sa.exists().where(col(Delivery.distribution_id) == col(Distribution.id))
    numbers = sa.select(col(Distribution.id)).where(
        col(Distribution.release_id) == full.release.id, begun
    )
    return [number for number in session.execute(numbers).scalars() if number is not None]


def _received(
    session: Session, chunk: Sequence[Reading], *, earlier: Sequence[int]
) -> dict[tuple[int, int], int]:
    """Which of these addresses has which revision from which distribution, the first one (R2)."""
    wanted = [reading.recipient.address_id for reading in chunk if reading.recipient]
    if not wanted or not earlier:
        return {}
    rows = session.execute(
        sa.select(
            col(Delivery.address_id), col(Delivery.revision_id), col(Delivery.distribution_id)
        )
        .where(
            col(Delivery.address_id).in_(wanted),
            col(Delivery.distribution_id).in_(earlier),
            col(Delivery.status).in_(RECEIVED_OR_COMING),
        )
        .order_by(col(Delivery.distribution_id).desc())
    )
    return {(address_id, revision_id): number for address_id, revision_id, number in rows}
