"""Frames: what a delivery has in common with many others, worked out once and written as it is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailer.audience.candidates import Profile
from mailer.audience.selection import LeftOut
from mailer.distribution.fanout.writing import as_written
from mailer.distribution.planning import as_delivery
from mailer.distribution.planning.rules import PlannedDelivery
from mailer.distribution.timing import first_moment
from mailer.models import Delivery, DeliveryStatus, Distribution
from mailer.releases.editions import FullRelease

#: What differs from row to row, and what is made at the very end.
OWN = (
    "address_id",
    "journalist_id",
    "role_id",
    "desk_id",
    "outlet_id",
    "email",
    "recipient_name",
    "outlet_name",
    "reason",
    "in_reply_to",
    "greeting",
    "personal_note",
)
MADE = ("position", "message_id", "provider")
#: Given by the database, or empty until the first hand-over.
LATER = {"id", "first_attempt_at", "sent_at", "reply_code", "skeleton_id"}
FRAMED = tuple(
    column.name
    for column in sa.inspect(Delivery).columns
    if column.name not in {*OWN, *MADE, *LATER}
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What many deliveries have in common."""

    number: int
    #: When they are due the first time; None for those withheld.
    due_at: datetime | None
    revision_id: int
    #: In the order of FRAMED, as the database keeps them.
    values: tuple[Any, ...]


@dataclass
class Frames:
    """The frames of one distribution, by number."""

    distribution: Distribution
    full: FullRelease
    #: The database that is written to.
    dialect: str
    all: list[Frame] = field(default_factory=list)
    #: The languages for which some wait, or which follow.
    awaited: set[str] = field(default_factory=set)
    _planned: dict[Profile, Frame] = field(default_factory=dict)
    _withheld: dict[str, Frame] = field(default_factory=dict)

    def planned(self, planned: PlannedDelivery) -> Frame:
        """The frame of all those who are alike, the reasons included."""
        frame = self._planned.get(planned.recipient.profile)
        if frame is None:
            row = as_delivery(planned)
            row.attaches_files &= self.distribution.attaches_files
            if planned.choice.awaited:
                self.awaited.add(planned.choice.awaited)
            if not planned.waits:
                row.next_attempt_at = first_moment(
                    self.distribution, row.zone, office_zone=self.full.office.zone
                )
            frame = self._planned[planned.recipient.profile] = self._new(row)
        return frame

    def withheld(self, left: LeftOut) -> Frame:
        """The frame of those who get nothing in that country."""
        frame = self._withheld.get(left.country)
        if frame is None:
            row = Delivery(
                id=0,
                distribution_id=0,
                email="",
                country=left.country,
                status=DeliveryStatus.WITHHELD,
            )
            frame = self._withheld[left.country] = self._new(row)
        return frame

    def _new(self, row: Delivery) -> Frame:
        row.distribution_id = self.distribution.id or 0
        values = (as_written(getattr(row, name), dialect=self.dialect) for name in FRAMED)
        frame = Frame(len(self.all), row.next_attempt_at, row.revision_id or 0, tuple(values))
        self.all.append(frame)
        return frame
