"""How far distributions are: what the list, the status and the live page show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from mailer import clock
from mailer.distribution import batches
from mailer.distribution.lifecycle import SENDING, UNFINISHED, found
from mailer.models import Distribution, DistributionStatus, Release

#: The rate that a forecast builds on is that of the last minute.
RATE_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class DistributionLine:
    """One line of the list of distributions."""

    id: int
    reference: str
    status: DistributionStatus
    criteria: str
    scheduled_at: datetime | None
    created_by: str


@dataclass(frozen=True)
class Progress:
    """How far a distribution is, from the rows themselves."""

    id: int
    reference: str
    status: DistributionStatus
    criteria: str
    scheduled_at: datetime | None
    counts: Mapping[str, int]
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    rate_per_minute: int
    forecast_at: datetime | None
    note: str

    @property
    def total(self) -> int:
        """All deliveries, whatever became of them."""
        return sum(self.counts.values())

    @property
    def unfinished(self) -> int:
        """Deliveries that are waiting or being handed over."""
        return sum(self.counts.get(status, 0) for status in UNFINISHED)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in {DistributionStatus.SENT, DistributionStatus.CANCELLED}


def list_distributions(session: Session) -> list[DistributionLine]:
    """All distributions, the newest first."""
    rows = session.exec(
        select(Distribution, Release.reference).join(Release).order_by(col(Distribution.id).desc())
    )
    return [
        DistributionLine(
            id=row.id or 0,
            reference=reference,
            status=row.status,
            criteria=row.criteria,
            scheduled_at=row.scheduled_at,
            created_by=row.created_by,
        )
        for row, reference in rows
    ]


def progress(session: Session, distribution_id: int, *, now: datetime | None = None) -> Progress:
    """How far it is at this moment. Raises NotFound."""
    row = found(session, distribution_id)
    now = now or clock.now()
    so_far = batches.progress(session, distribution_id, since=now - RATE_WINDOW)
    rate = _rate(now, so_far) if row.status is SENDING else 0
    left = sum(so_far.counts.get(status, 0) for status in UNFINISHED)
    return Progress(
        id=distribution_id,
        reference=session.exec(select(Release.reference).where(Release.id == row.release_id)).one(),
        status=row.status,
        criteria=row.criteria,
        scheduled_at=row.scheduled_at,
        counts=so_far.counts,
        first_sent_at=so_far.first_sent_at,
        last_sent_at=so_far.last_sent_at,
        rate_per_minute=rate,
        forecast_at=now + timedelta(minutes=left / rate) if rate and left else None,
        note=row.note,
    )


def _rate(now: datetime, so_far: batches.Progress) -> int:
    """Hand-overs a minute; of a distribution younger than the window, at its pace until now."""
    first = so_far.first_sent_at
    if first is None or now - first >= RATE_WINDOW:
        return so_far.recent
    return round(so_far.recent * RATE_WINDOW / max(now - first, timedelta(seconds=1)))
