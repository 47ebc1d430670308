"""A wave: some deliveries are claimed, handed over, and what became of them is written down.

A claim is committed before the first octet goes out. So what is claimed and not recorded when a
worker dies is exactly what is in doubt, and nothing else is. The door opens the transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts.suppressions import reasons_among
from mailer.database import UTCDateTime
from mailer.delivery.outcome import Blame, Outcome, OutcomeKind
from mailer.delivery.retry import next_attempt, useful_until
from mailer.models import Delivery, DeliveryStatus, Distribution, DistributionStatus
from mailer.settings import DeliverySettings
from mailer.tokens import Keyring

WAITING = (DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)
STATUSES = {
    OutcomeKind.ACCEPTED: DeliveryStatus.SENT,
    OutcomeKind.DEFERRED: DeliveryStatus.DEFERRED,
    OutcomeKind.REJECTED: DeliveryStatus.REJECTED,
    OutcomeKind.UNKNOWN: DeliveryStatus.UNKNOWN,
}
#: What the end of a claim takes off the row.
FREE: dict[str, Any] = {"lease_owner": "", "lease_until": None, "queued_until": None}


@dataclass(frozen=True)
class Patience:
    """How long a delivery is tried, and how soon again."""

    gaps: tuple[timedelta, ...]
    useful: timedelta

    @classmethod
    def from_settings(cls, settings: DeliverySettings) -> "Patience":
        """The patience that the settings describe."""
        return cls(
            gaps=tuple(timedelta(minutes=minutes) for minutes in settings.retry_minutes),
            useful=timedelta(hours=settings.useful_hours),
        )


def claim(
    session: Session,
    delivery_ids: Sequence[int],
    *,
    owner: str,
    lease: timedelta,
    limit: int,
    keyring: Keyring,
    now: datetime,
) -> list[Delivery]:
    """Take up to `limit` of these deliveries, in their order, and mark them as being handed over.

    Nothing is taken of a distribution that is paused or cancelled. On the way, what is too late
    expires and what is suppressed by now is withheld. None is left to take when the list is empty.
    """
    _expire_late(session, delivery_ids, now=now)
    claimed: list[Delivery] = []
    while len(claimed) < limit:
        candidates = _candidates(session, delivery_ids, limit=limit - len(claimed), now=now)
        if not candidates:
            break
        allowed = _allowed(session, candidates, keyring=keyring)
        claimed += _taken(session, allowed, owner=owner, until=now + lease, now=now)
    return claimed


def record(
    session: Session,
    delivery: Delivery,
    outcome: Outcome,
    *,
    patience: Patience,
    now: datetime,
    random: Random,
) -> bool:
    """Write down what the relay answered; False when the delivery is not ours any more.

    A claim that a rescuer has called `unknown` in the meantime is still ours to answer.
    """
    values = _values(session, delivery, outcome, patience=patience, now=now, random=random)
    return _let_go(session, delivery, values)


def withhold(session: Session, delivery: Delivery, *, reason: str) -> bool:
    """Let go of a claimed delivery that will not be handed over; False when it is not ours."""
    values = {"status": DeliveryStatus.WITHHELD, "reason": reason, "attempt": delivery.attempt - 1}
    return _let_go(session, delivery, values)


def give_back(session: Session, delivery_ids: Sequence[int], *, owner: str) -> int:
    """Give back, for another worker, what was not handed over; the number of deliveries.

    Of those claimed by `owner` the caller must know that not one octet went out.
    """
    ours = sa.and_(
        col(Delivery.status) == DeliveryStatus.SENDING, col(Delivery.lease_owner) == owner
    )
    queued = sa.and_(col(Delivery.status).in_(WAITING), col(Delivery.queued_until).is_not(None))
    begun = sa.case((ours, 1), else_=0)
    given = session.exec(
        sa.update(Delivery)
        .where(col(Delivery.id).in_(delivery_ids), sa.or_(ours, queued))
        .values(
            **FREE,
            status=sa.case((ours, DeliveryStatus.PENDING), else_=col(Delivery.status)),
            attempt=col(Delivery.attempt) - begun,
        )
        .execution_options(synchronize_session=False)
    )
    return int(given.rowcount)


def _expire_late(session: Session, delivery_ids: Sequence[int], *, now: datetime) -> None:
    late = select(Distribution.id).where(
        Distribution.status == DistributionStatus.SENDING, col(Distribution.not_after) <= now
    )
    session.exec(
        sa.update(Delivery)
        .where(
            col(Delivery.id).in_(delivery_ids),
            col(Delivery.status).in_(WAITING),
            col(Delivery.distribution_id).in_(late),
        )
        .values(
            **FREE,
            status=DeliveryStatus.EXPIRED,
            reason="the distribution's time was over before it was handed over",
            next_attempt_at=None,
        )
        .execution_options(synchronize_session=False)
    )


def _candidates(
    session: Session, delivery_ids: Sequence[int], *, limit: int, now: datetime
) -> Sequence[tuple[int, str]]:
    """Id and address of the next deliveries that are due; other workers pass them by."""
    is_due = sa.or_(col(Delivery.next_attempt_at).is_(None), col(Delivery.next_attempt_at) <= now)
    rows = session.exec(
        select(Delivery.id, Delivery.email)
        .join(Distribution)
        .where(
            col(Delivery.id).in_(delivery_ids),
            col(Delivery.status).in_(WAITING),
            is_due,
            Distribution.status == DistributionStatus.SENDING,
        )
        .order_by(col(Delivery.position), col(Delivery.id))
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return [(number, email) for number, email in rows if number is not None]


def _allowed(
    session: Session, candidates: Sequence[tuple[int, str]], *, keyring: Keyring
) -> list[int]:
    """Those that we may still write to; the others are withheld (R5, R8)."""
    emails = [email for _, email in candidates if email]
    suppressed = reasons_among(session, emails, keyring=keyring)
    reasons = {
        number: f"suppressed: {suppressed[email]}" if email else "the address was erased"
        for number, email in candidates
        if not email or email in suppressed
    }
    for number, reason in reasons.items():
        session.exec(
            sa.update(Delivery)
            .where(col(Delivery.id) == number, col(Delivery.status).in_(WAITING))
            .values(**FREE, status=DeliveryStatus.WITHHELD, reason=reason, next_attempt_at=None)
            .execution_options(synchronize_session=False)
        )
    return [number for number, _ in candidates if number not in reasons]


def _taken(
    session: Session, allowed: Sequence[int], *, owner: str, until: datetime, now: datetime
) -> list[Delivery]:
    if not allowed:
        return []
    rows = session.scalars(
        sa.update(Delivery)
        .where(col(Delivery.id).in_(allowed), col(Delivery.status).in_(WAITING))
        .values(
            status=DeliveryStatus.SENDING,
            lease_owner=owner,
            lease_until=until,
            attempt=col(Delivery.attempt) + 1,
            first_attempt_at=sa.func.coalesce(
                col(Delivery.first_attempt_at), sa.literal(now, UTCDateTime())
            ),
            next_attempt_at=None,
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(rows, key=lambda row: (row.position, row.id))


def _values(
    session: Session,
    delivery: Delivery,
    outcome: Outcome,
    *,
    patience: Patience,
    now: datetime,
    random: Random,
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "status": STATUSES[outcome.kind],
        "reason": _reason(outcome),
        "reply_code": outcome.code,
        "reply_text": outcome.text,
    }
    if outcome.kind is OutcomeKind.ACCEPTED:
        return values | {"sent_at": now}
    if outcome.kind is not OutcomeKind.DEFERRED:
        return values
    distribution = session.get_one(Distribution, delivery.distribution_id)
    end = useful_until(
        delivery.first_attempt_at or now, useful=patience.useful, not_after=distribution.not_after
    )
    again_at = next_attempt(
        outcome,
        delivery.attempt,
        now=now,
        gaps=patience.gaps,
        useful_until=end,
        random=random,
    )
    if again_at is None:
        return values | {"status": DeliveryStatus.EXPIRED}
    if outcome.blames is Blame.RELAY:
        # The recipient was not asked: this attempt is none of the schedule's.
        values["attempt"] = delivery.attempt - 1
    return values | {"next_attempt_at": again_at}


def _reason(outcome: Outcome) -> str:
    if outcome.kind is OutcomeKind.UNKNOWN:
        return "no answer after the whole message was sent"
    if outcome.blames is Blame.RELAY:
        return f"relay: {outcome.reason}"
    return outcome.reason or ""


def _let_go(session: Session, delivery: Delivery, values: dict[str, Any]) -> bool:
    ours = sa.and_(
        col(Delivery.status) == DeliveryStatus.SENDING,
        col(Delivery.lease_owner) == delivery.lease_owner,
    )
    rescued = sa.and_(
        col(Delivery.status) == DeliveryStatus.UNKNOWN, col(Delivery.lease_owner) == ""
    )
    changed = session.exec(
        sa.update(Delivery)
        .where(
            col(Delivery.id) == delivery.id,
            # A later claim of the same delivery has a higher attempt.
            col(Delivery.attempt) == delivery.attempt,
            sa.or_(ours, rescued),
        )
        .values(**(FREE | values))
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)
