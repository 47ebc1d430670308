"""Records what came back, each thing once; what follows from it is the table in `effects`."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col

from mailer.database import insert
from mailer.delivery.outcome import Blame, Outcome, OutcomeKind
from mailer.feedback import effects
from mailer.feedback.classification import Finding, conclude
from mailer.models import Agent, Delivery, DeliveryEvent, EventKind
from mailer.tokens import Keyring

EVENTS = {OutcomeKind.DEFERRED: EventKind.DEFERRED, OutcomeKind.REJECTED: EventKind.REJECTED}
DIAGNOSTIC_CHARACTERS = 500


def record_event(
    session: Session,
    *,
    delivery_id: int,
    kind: EventKind,
    source_key: str,
    occurred_at: datetime,
    agent: Agent | None = None,
    link_number: int | None = None,
    details: dict[str, Any] | None = None,
) -> bool:
    """Write the event down unless its `source_key` is known; True when it was new.

    A caller lets effects follow only on True. Keys are built from ids and ISO times.
    """
    event = insert(session, DeliveryEvent).values(
        delivery_id=delivery_id,
        kind=kind,
        source_key=source_key,
        occurred_at=occurred_at,
        agent=agent,
        link_number=link_number,
        details=details or {},
    )
    once = event.on_conflict_do_nothing(index_elements=["source_key"])
    return session.exec(once.returning(col(DeliveryEvent.id))).first() is not None


def record_outcome(
    session: Session, delivery: Delivery, outcome: Outcome, *, keyring: Keyring, now: datetime
) -> bool:
    """Write down that the relay put the message off or refused it; True when that was new.

    An address suffers only from a refusal that blames the recipient and says the mailbox is dead.
    `delivery.attempt` is the attempt that had this outcome.
    """
    kind = EVENTS.get(outcome.kind)
    if kind is None or delivery.id is None:
        return False
    finding = _finding(outcome) if kind is EventKind.REJECTED else None
    is_new = record_event(
        session,
        delivery_id=delivery.id,
        kind=kind,
        source_key=f"{kind}:{delivery.id}:{delivery.attempt}",
        occurred_at=now,
        details={
            "code": outcome.code,
            "status": outcome.enhanced,
            "phase": outcome.phase,
            "reason": outcome.reason,
            "bounce_class": finding.bounce_class if finding else None,
            "diagnostic": outcome.text[:DIAGNOSTIC_CHARACTERS],
        },
    )
    if is_new:
        effects.follow(
            session, delivery, kind, keyring=keyring, source="relay", now=now, finding=finding
        )
    return is_new


def _finding(outcome: Outcome) -> Finding | None:
    if outcome.blames is not Blame.RECIPIENT or outcome.reason is None:
        return None
    return conclude(outcome.reason, status=outcome.enhanced, is_lasting=True)
