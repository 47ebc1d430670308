"""What an address has had before: this very text, and the messages of the office's day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.models import Delivery, DeliveryStatus, Distribution, Release
from mailer.releases.editions import FullRelease

HAS_IT = "gets this text already"
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
class Ledger:
    """What some addresses have had."""

    #: By address and revision: the first distribution that brings it.
    received: dict[tuple[int, int], int] = field(default_factory=dict)
    #: How many messages of the day they get.
    of_the_day: Counter[int] = field(default_factory=Counter)
    daily_limit: int | None = None

    def refusal(self, address_id: int, *, revision_id: int) -> Refusal | None:
        """Why that address gets no more; None when nothing forbids it."""
        number = self.received.get((address_id, revision_id))
        if number is not None:
            return Refusal(Cause.HAS_IT, f"{HAS_IT}, in distribution {number}")
        if self.daily_limit is None or self.of_the_day[address_id] < self.daily_limit:
            return None
        told = f"daily limit: gets {self.of_the_day[address_id]} of {self.daily_limit} that day"
        return Refusal(Cause.DAILY_LIMIT, told)


class Earlier:
    """Looks up the deliveries of earlier distributions, for some addresses at a time."""

    def __init__(self, session: Session, full: FullRelease, *, at: datetime, counts: bool) -> None:
        """`counts` says whether the office's daily limit holds for what is sent now."""
        self._session = session
        self._of_release = self._distributions(col(Distribution.release_id) == full.release.id)
        self._limit = full.office.daily_limit if counts else None
        self._day = office_day(at, zone_name=full.office.zone)
        of_office = sa.select(col(Release.id)).where(col(Release.office_id) == full.office.id)
        self._of_day = (
            self._distributions(
                col(Distribution.release_id).in_(of_office),
                col(Distribution.fanned_out_at) < self._day[1],
                sa.or_(
                    col(Distribution.finished_at).is_(None),
                    col(Distribution.finished_at) >= self._day[0],
                ),
            )
            if self._limit is not None
            else []
        )

    def of(self, address_ids: Sequence[int]) -> Ledger:
        """What these addresses have had."""
        return Ledger(self._received(address_ids), self._counted(address_ids), self._limit)

    def _distributions(self, *which: sa.ColumnElement[bool]) -> list[int]:
        """Those of them that have an audience."""
        begun = sa.exists().where(col(Delivery.distribution_id) == col(Distribution.id))
        numbers = sa.select(col(Distribution.id)).where(*which, begun)
        found = self._session.execute(numbers).scalars()
        return [number for number in found if number is not None]

    def _received(self, address_ids: Sequence[int]) -> dict[tuple[int, int], int]:
        """Which of these addresses has which revision from which distribution, the first (R2)."""
        if not address_ids or not self._of_release:
            return {}
        rows = self._session.execute(
            sa.select(
                col(Delivery.address_id), col(Delivery.revision_id), col(Delivery.distribution_id)
            )
            .where(*_theirs(address_ids, self._of_release))
            .order_by(col(Delivery.distribution_id).desc())
        )
        return {(address_id, revision_id): number for address_id, revision_id, number in rows}

    def _counted(self, address_ids: Sequence[int]) -> Counter[int]:
        """How many messages each of these addresses gets in that day."""
        if not address_ids or not self._of_day:
            return Counter()
        moment = sa.func.coalesce(
            col(Delivery.sent_at), col(Delivery.first_attempt_at), col(Delivery.next_attempt_at)
        )
        begins, ends = self._day
        rows = self._session.execute(
            sa.select(col(Delivery.address_id), sa.func.count())
            .where(*_theirs(address_ids, self._of_day), moment >= begins, moment < ends)
            .group_by(col(Delivery.address_id))
        )
        return Counter({address_id or 0: number for address_id, number in rows})


def _theirs(
    address_ids: Sequence[int], distributions: Sequence[int]
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(Delivery.address_id).in_(address_ids),
        col(Delivery.distribution_id).in_(distributions),
        col(Delivery.status).in_(RECEIVED_OR_COMING),
    )


def office_day(at: datetime, *, zone_name: str) -> tuple[datetime, datetime]:
    """When the day of that moment begins and ends on the office's clock."""
    here = at.astimezone(clock.zone(zone_name))
    begins = here.replace(hour=0, minute=0, second=0, microsecond=0)
    # By the calendar: a day on which the clock is changed has 23 or 25 hours.
    return begins, (begins + timedelta(days=1)).replace(fold=0)
