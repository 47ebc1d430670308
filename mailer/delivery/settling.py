"""Settling: what a lost worker had claimed is brought to an honest end.

The journal of a process that died tells what was on the wire; without one, whatever was claimed
is in doubt once the lease is over, and nobody sends it again without a decision.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.delivery.claims import Claimed
from mailer.delivery.journal import Begun, Remains
from mailer.delivery.lateness import RETURNED
from mailer.delivery.outcome import Outcome
from mailer.delivery.waves import Handed, Rules, put_back, record
from mailer.distribution import batches, leases
from mailer.distribution.leases import Lease
from mailer.models import Delivery, DeliveryStatus, Distribution
from mailer.settings.sections import DeliverySettings

NOTHING_BEGUN = Begun(skeleton_id=0, content_hash="", signatures=())


@dataclass(frozen=True)
class Settled:
    """One delivery of a lost worker: what became of it; None: it is handed over again."""

    delivery: Claimed
    outcome: Outcome | None


def settle(
    session: Session, remains: Remains, *, settings: DeliverySettings, now: datetime
) -> list[Settled]:
    """Settle what a lost line had claimed, by what its journal tells, and free its batches."""
    held = leases.held_by(session, remains.owner)
    # Asked again under the locks: what we read before is old once we have waited for somebody.
    locked = set(batches.lock(session, [lease.batch_id for lease in held]))
    held = [one for one in leases.held_by(session, remains.owner) if one.batch_id in locked]
    return _settle(session, held, remains, settings=settings, now=now)


def settle_overdue(session: Session, *, settings: DeliverySettings, now: datetime) -> list[Settled]:
    """Settle what lines have claimed that were silent for too long; no journal was found."""
    silent = leases.overdue(session, now=now)
    locked = set(batches.lock(session, [lease.batch_id for lease in silent]))
    # One that was heard of while we waited lives, and keeps what it has.
    silent = [one for one in leases.overdue(session, now=now) if one.batch_id in locked]
    return [
        one
        for lease in silent
        for one in _settle(session, [lease], Remains(lease.owner), settings=settings, now=now)
    ]


def _settle(
    session: Session,
    held: list[Lease],
    remains: Remains,
    *,
    settings: DeliverySettings,
    now: datetime,
) -> list[Settled]:
    settled: list[Settled] = []
    for lease in held:
        distribution = session.get_one(Distribution, lease.distribution_id)
        rules = Rules.from_settings(
            settings, not_after=distribution.not_after, unknown=distribution.unknown_policy
        )
        for claimed in _claimed(session, lease):
            outcome = remains.outcome(claimed.id, claimed.attempt)
            if _settle_one(session, claimed, outcome, remains=remains, rules=rules, now=now):
                settled.append(Settled(claimed, outcome))
        leases.release(session, lease)
    return settled


def _settle_one(
    session: Session,
    claimed: Claimed,
    outcome: Outcome | None,
    *,
    remains: Remains,
    rules: Rules,
    now: datetime,
) -> bool:
    """False when something came back meanwhile, which is its last word."""
    if outcome is None:
        return put_back(session, claimed, owner=remains.owner, until=now)
    begun = remains.begun.get((claimed.id, claimed.attempt), NOTHING_BEGUN)
    handed = Handed(claimed, begun.skeleton_id, begun.content_hash, begun.signatures)
    return record(session, handed, outcome, owner=remains.owner, rules=rules, now=now)


def _claimed(session: Session, lease: Lease) -> list[Claimed]:
    rows = session.execute(
        sa.select(*(col(getattr(Delivery, name)) for name in Claimed._fields)).where(
            col(Delivery.distribution_id) == lease.distribution_id,
            col(Delivery.position).between(lease.first_position, lease.last_position),
            # What came back while it was on the wire is the line's, too, until it is let go of.
            col(Delivery.status).in_((DeliveryStatus.SENDING, *RETURNED)),
            col(Delivery.lease_owner) == lease.owner,
        )
    )
    return [Claimed._make(row) for row in rows]
