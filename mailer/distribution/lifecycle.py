"""The life of a distribution: decided, paused, resumed, cancelled, done; and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock
from mailer.audience.criteria import parse
from mailer.distribution.planning import plan
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Release,
)
from mailer.releases.editions import FullRelease
from mailer.releases.readiness import open_findings, waive

#: A clock that runs a little ahead is no reason to refuse "now".
CLOCK_SLACK = timedelta(minutes=1)
#: The rate that a forecast builds on is that of the last minute.
RATE_WINDOW = timedelta(minutes=1)

#: What an officer may do: from which states, to which state.
SCHEDULED, SENDING, PAUSED = (
    DistributionStatus.SCHEDULED,
    DistributionStatus.SENDING,
    DistributionStatus.PAUSED,
)
MAY_PAUSE = (SCHEDULED, SENDING)
MAY_CANCEL = (DistributionStatus.DRAFT, SCHEDULED, SENDING, PAUSED)
#: Deliveries that nobody has begun to hand over.
WAITING = (DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)
#: Deliveries that may still change by themselves.
UNFINISHED = (*WAITING, DeliveryStatus.SENDING)
#: Deliveries that the relay took, whatever came back later.
HANDED_OVER = (DeliveryStatus.SENT, DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED)


class Decision(StrEnum):
    """What shall happen to deliveries of which nobody knows whether the relay took them."""

    RESEND = "resend"
    ACCEPT = "accept"


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


def schedule(
    session: Session,
    full: FullRelease,
    *,
    criteria: str,
    at: datetime,
    by: str,
    waive_because: str = "",
    is_urgent: bool = False,
) -> Distribution:
    """Decide that `full` goes to the people of `criteria` at that moment.

    Raises BadInput for a moment in the past or criteria that cannot be read, and Refused while the
    linter blocks (unless `waive_because` gives the reason to let its findings pass) or when nobody
    would get it.
    """
    if at < clock.now() - CLOCK_SLACK:
        raise BadInput(f"{at.isoformat()} lies in the past: name a later time, or now")
    if waive_because:
        waive(session, full, reason=waive_because, by=by)
    _refuse_blocked(session, full)
    rule = parse(criteria)
    if not plan(session, full, rule, at=at).planned:
        raise Refused(f"nobody would get it: `mailer audience show '{rule.line()}'` tells why")
    distribution = Distribution(
        release_id=full.release.id or 0,
        criteria=rule.line(),
        status=SCHEDULED,
        scheduled_at=at,
        is_urgent=is_urgent,
        created_at=clock.now(),
        created_by=by,
    )
    session.add(distribution)
    session.flush()
    return distribution


def _refuse_blocked(session: Session, full: FullRelease) -> None:
    blocking = [found for found in open_findings(session, full) if found.severity == "block"]
    if blocking:
        raise Refused(
            f"{len(blocking)} findings block release {full.release.reference}"
            f" (`mailer releases lint {full.release.reference}` tells how to fix each):"
            " fix them, or waive them with a reason"
        )


def pause(session: Session, distribution_id: int) -> None:
    """Stop handing over; what is in flight ends. Survives any restart.

    Raises NotFound, or Refused when it is not scheduled or sending.
    """
    _move(session, distribution_id, verb="pause", sources=MAY_PAUSE, target=PAUSED)


def resume(session: Session, distribution_id: int) -> None:
    """Go on with what has not been handed over. Raises NotFound, or Refused unless paused."""
    fanned_out = _found(session, distribution_id).fanned_out_at is not None
    target = SENDING if fanned_out else SCHEDULED
    _move(session, distribution_id, verb="resume", sources=(PAUSED,), target=target)


def cancel(session: Session, distribution_id: int) -> int:
    """Give it up: what has not been handed over never will be; the number of those deliveries.

    Raises NotFound, or Refused when it is over already.
    """
    target = DistributionStatus.CANCELLED
    _move(session, distribution_id, verb="cancel", sources=MAY_CANCEL, target=target)
    cancelled = session.exec(
        sa.update(Delivery)
        .where(col(Delivery.distribution_id) == distribution_id, col(Delivery.status).in_(WAITING))
        .values(status=DeliveryStatus.CANCELLED, queued_until=None)
    )
    return int(cancelled.rowcount)


def resolve_unknown(session: Session, distribution_id: int, *, resend: bool) -> int:
    """Decide the deliveries in doubt: hand them over again, or take them as sent; their number.

    Sent again they keep their Message-ID, so that a receiver can drop the double (RFC 1047).
    Raises NotFound, or Refused when the distribution was cancelled.
    """
    row = _found(session, distribution_id)
    if resend and row.status is DistributionStatus.CANCELLED:
        raise Refused(
            f"distribution {distribution_id} was cancelled: nothing is sent from it again"
        )
    target = DeliveryStatus.PENDING if resend else DeliveryStatus.SENT
    decided = session.exec(
        sa.update(Delivery)
        .where(
            col(Delivery.distribution_id) == distribution_id,
            col(Delivery.status) == DeliveryStatus.UNKNOWN,
        )
        .values(status=target, reason="decided by an officer", queued_until=None)
    )
    if resend and decided.rowcount and row.status is DistributionStatus.SENT:
        row.status, row.finished_at = SENDING, None
        session.add(row)
    return int(decided.rowcount)


def _move(
    session: Session,
    distribution_id: int,
    *,
    verb: str,
    sources: tuple[DistributionStatus, ...],
    target: DistributionStatus,
) -> None:
    """Change the status by a guarded update: of two people who press at once, one is told."""
    changed = session.exec(
        sa.update(Distribution)
        .where(col(Distribution.id) == distribution_id, col(Distribution.status).in_(sources))
        .values(status=target, note="")
    )
    if changed.rowcount != 1:
        status = _found(session, distribution_id).status
        raise Refused(f"cannot {verb} distribution {distribution_id}: it is {status}")


def _found(session: Session, distribution_id: int) -> Distribution:
    found = session.get(Distribution, distribution_id, populate_existing=True)
    if found is None:
        raise NotFound(f"there is no distribution {distribution_id}")
    return found


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


def progress(session: Session, distribution_id: int) -> Progress:
    """How far it is. Raises NotFound."""
    row = _found(session, distribution_id)
    now = clock.now()
    counts = _counts(session, distribution_id)
    first, last, recent = _pace(session, distribution_id, since=now - RATE_WINDOW)
    rate = _rate(now, first, recent) if row.status is SENDING else 0
    left = sum(counts.get(status, 0) for status in UNFINISHED)
    return Progress(
        id=distribution_id,
        reference=session.exec(select(Release.reference).where(Release.id == row.release_id)).one(),
        status=row.status,
        criteria=row.criteria,
        scheduled_at=row.scheduled_at,
        counts=counts,
        first_sent_at=first,
        last_sent_at=last,
        rate_per_minute=rate,
        forecast_at=now + timedelta(minutes=left / rate) if rate and left else None,
        note=row.note,
    )


def _counts(session: Session, distribution_id: int) -> dict[str, int]:
    rows = session.exec(
        select(Delivery.status, sa.func.count())
        .where(Delivery.distribution_id == distribution_id)
        .group_by(Delivery.status)
    ).all()
    found = dict(rows)
    return {status.value: found[status] for status in DeliveryStatus if status in found}


def _pace(
    session: Session, distribution_id: int, *, since: datetime
) -> tuple[datetime | None, datetime | None, int]:
    sent_at = col(Delivery.sent_at)
    recent = sa.func.count(sa.case((sent_at >= since, 1)))
    first, last, number = session.exec(
        select(sa.func.min(sent_at), sa.func.max(sent_at), recent).where(
            Delivery.distribution_id == distribution_id
        )
    ).one()
    return first, last, number


def _rate(now: datetime, first: datetime | None, recent: int) -> int:
    """Hand-overs a minute; of a distribution younger than the window, at its pace until now."""
    if first is None or now - first >= RATE_WINDOW:
        return recent
    return round(recent * RATE_WINDOW / max(now - first, timedelta(seconds=1)))
