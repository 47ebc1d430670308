"""The limits of a turn: how much the next wave may be, and which of it must wait after all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from mailer import clock
from mailer.delivery.claims import Claimed
from mailer.distribution import timing
from mailer.models import Distribution
from workers.sending.shared import Shared


@dataclass(frozen=True)
class Facts:
    """What the rows say of a distribution at the moment of a claim."""

    distribution: Distribution
    embargo_until: datetime | None
    office_zone: str
    #: The moment of the claim, which dates the messages of a first attempt.
    at: datetime
    #: The same by `clock.steady`.
    read_at: float
    #: Whether the batch that was asked for is still held.
    is_held: bool

    @property
    def number(self) -> int:
        """The distribution's id."""
        return self.distribution.id or 0


@dataclass(frozen=True)
class Room:
    """How many deliveries the next wave may have."""

    number: int
    #: None left because of a limit: when there is some again.
    not_before: datetime | None = None


NO_ROOM = Room(0)


class Later(NamedTuple):
    """Which deliveries must wait, by their id; and what their providers said, in plain words."""

    until: dict[int, datetime]
    told: str


def closed(facts: Facts, wave: Sequence[Claimed]) -> dict[int, datetime]:
    """Until when those must wait for whom the sending hours are not open, by their id."""
    if not facts.distribution.sending_hours:
        return {}
    opens = {
        zone: timing.opens_at(facts.distribution, zone, office_zone=facts.office_zone, at=facts.at)
        for zone in {delivery.zone for delivery in wave}
    }
    return {one.id: opens[one.zone] for one in wave if opens[one.zone] > facts.at}


class Limits:
    """What the rates, the sending hours and the providers leave to one turn."""

    def __init__(self, shared: Shared) -> None:
        self._throttle = shared.throttle

    def later(self, facts: Facts, wave: Sequence[Claimed]) -> Later:
        """Which of the claimed must wait after all, and until when: the hours, their providers."""
        until = closed(facts, wave)
        wanted = Counter(one.provider for one in wave if one.id not in until)
        grants = self._throttle.grants(wanted, is_urgent=facts.distribution.is_urgent)
        taken: Counter[str] = Counter()
        for delivery in wave if grants else ():
            grant = grants.get(delivery.provider)
            if grant is None or delivery.id in until:
                continue
            beyond = taken[delivery.provider] - grant.granted
            taken[delivery.provider] += 1
            if beyond >= 0:
                wait = grant.wait_seconds + beyond * grant.gap_seconds
                until[delivery.id] = facts.at + timedelta(seconds=wait)
        states = self._throttle.provider_states() if grants else []
        slowed = [one for one in states if one.provider in wanted]
        zone_name = facts.office_zone
        return Later(until, "; ".join(one.told(zone_name=zone_name) for one in slowed))

    def room(self, facts: Facts, *, wanted: int) -> Room:
        """What the limits of the rate leave for the next wave."""
        allowance = self._throttle.allowance(
            distribution_id=facts.number,
            distribution_rate=facts.distribution.rate_per_minute,
            wanted=wanted,
        )
        if allowance.granted:
            return Room(allowance.granted)
        return Room(0, clock.now() + timedelta(seconds=allowance.wait_seconds))

    def give_back(self, facts: Facts, *, unused: int) -> None:
        """What was allowed and is not used is for others."""
        self._throttle.give_back(
            distribution_id=facts.number,
            distribution_rate=facts.distribution.rate_per_minute,
            unused=unused,
        )
