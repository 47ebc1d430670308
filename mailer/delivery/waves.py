"""What became of a wave is written down: sent, put off, refused, in doubt, or let go of.

Only what our answer still counts for is written (`lateness`). The door opens the transactions.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.database import UTCDateTime, listed, written
from mailer.delivery.claims import Claimed
from mailer.delivery.lateness import RETURNED, is_ours, may_be_accepted, may_be_answered
from mailer.delivery.outcome import Blame, Outcome, OutcomeKind
from mailer.delivery.reasons import OF_THE_RELAY
from mailer.delivery.retry import next_attempt, useful_until
from mailer.distribution.informing import inform
from mailer.distribution.wording import IN_DOUBT
from mailer.models import Delivery, DeliveryStatus, UnknownPolicy
from mailer.settings.sections import DeliverySettings

STATUSES = {
    OutcomeKind.ACCEPTED: DeliveryStatus.SENT,
    OutcomeKind.DEFERRED: DeliveryStatus.DEFERRED,
    OutcomeKind.REJECTED: DeliveryStatus.REJECTED,
    OutcomeKind.UNKNOWN: DeliveryStatus.UNKNOWN,
}
#: What is in doubt is not handed over again before this time: the first copy may still be on its
#: way through the relay, and a receiver can only drop a double of what it has (RFC 1047).
RESEND_GAP = timedelta(minutes=30)


class Handed(NamedTuple):
    """A message of a wave as it went out: what shows and proves it later."""

    delivery: Claimed
    skeleton_id: int
    content_hash: str
    signatures: tuple[str, ...]

    @classmethod
    def unset(cls, delivery: Claimed) -> "Handed":
        """Of a delivery that was not composed."""
        return cls(delivery, 0, "", ())


@dataclass(frozen=True)
class Rules:
    """How long a delivery is tried, how soon again, and what is done about doubt."""

    gaps: tuple[timedelta, ...]
    useful: timedelta
    not_after: datetime | None = None
    unknown: UnknownPolicy = UnknownPolicy.HOLD
    random: Random = field(default_factory=Random)

    @classmethod
    def from_settings(cls, settings: DeliverySettings, **of_distribution: Any) -> "Rules":
        """The rules that the settings describe, with those of one distribution."""
        return cls(
            gaps=tuple(timedelta(minutes=minutes) for minutes in settings.retry_minutes),
            useful=timedelta(hours=settings.useful_hours),
            **of_distribution,
        )


# ---------------------------------------------------------------- record


def record_sent(
    session: Session,
    sent: Iterable[tuple[Handed, Outcome, datetime]],
    *,
    owner: str,
) -> int:
    """Write down what the relay took and when; how many were ours to answer.

    Whose message carried a notice is informed from then on. Whatever was decided about it
    meanwhile, the relay has it, as long as nobody has claimed it to hand it over again.
    """
    connection = session.connection()
    dialect = connection.dialect.name
    taken = list(sent)
    rows = [
        (
            handed.delivery.id,
            handed.delivery.attempt,
            outcome.code,
            outcome.text,
            outcome.relay,
            handed.skeleton_id,
            handed.content_hash,
            json.dumps(handed.signatures) if handed.signatures else "[]",
            written(at, dialect=dialect),
        )
        for handed, outcome, at in taken
    ]
    if not rows:
        return 0
    ours = connection.execute(_recording(dialect), {"rows": json.dumps(rows), "owner": owner})
    inform(
        session,
        [handed.delivery.id for handed, _, _ in taken if handed.delivery.notice_basis],
        at=max(at for _, _, at in taken),
    )
    return ours.rowcount


@cache
def _recording(dialect: str) -> sa.UpdateBase:
    answers = listed(
        dialect,
        sa.bindparam("rows", type_=sa.Text()),
        id=sa.BigInteger(),
        attempt=sa.Integer(),
        code=sa.Integer(),
        reply=sa.Text(),
        relay=sa.Text(),
        skeleton_id=sa.BigInteger(),
        content_hash=sa.Text(),
        signatures=Delivery.__table__.c.signatures.type,  # type: ignore[attr-defined]
        sent_at=UTCDateTime(),
    )
    told = answers.c
    has_returned = col(Delivery.status).in_(RETURNED)
    return (
        sa.update(Delivery.__table__)  # type: ignore[attr-defined]
        .where(
            col(Delivery.id) == told.id,
            # A later claim of the same delivery has a higher attempt.
            col(Delivery.attempt) == told.attempt,
            may_be_accepted(sa.bindparam("owner")),
        )
        .values(
            # A complaint or a bounce may come before the answer is written down.
            status=sa.case((has_returned, col(Delivery.status)), else_=DeliveryStatus.SENT),
            lease_owner="",
            reason=sa.case((has_returned, col(Delivery.reason)), else_=""),
            next_attempt_at=None,
            sent_at=told.sent_at,
            reply_code=told.code,
            reply_text=_unless_erased(told.reply),
            relay=told.relay,
            skeleton_id=told.skeleton_id,
            content_hash=told.content_hash,
            signatures=told.signatures,
        )
    )


def record(
    session: Session, handed: Handed, outcome: Outcome, *, owner: str, rules: Rules, now: datetime
) -> bool:
    """Write down what the relay answered to one message; False when it is not ours any more."""
    if outcome.kind is OutcomeKind.ACCEPTED:
        return bool(record_sent(session, [(handed, outcome, now)], owner=owner))
    values: dict[str, Any] = {
        "status": STATUSES[outcome.kind],
        "reason": _reason(outcome),
        "reply_code": outcome.code,
        "reply_text": _unless_erased(sa.literal(outcome.text, sa.Text())),
        "relay": outcome.relay,
        "next_attempt_at": None,
    }
    values |= _proof(handed, outcome) | _again(handed.delivery, outcome, rules=rules, now=now)
    # That nobody can know takes nothing back that was decided about the doubt.
    counts = is_ours if outcome.kind is OutcomeKind.UNKNOWN else may_be_answered
    return _let_go(session, handed.delivery, values, counts(owner))


def _proof(handed: Handed, outcome: Outcome) -> dict[str, Any]:
    """What proves the message. One that was refused, or never left, takes no place of an earlier
    one: of that one nobody may know whether it arrived.
    """
    if not handed.content_hash:
        return {}
    proof: dict[str, Any] = {
        "skeleton_id": handed.skeleton_id or None,
        "content_hash": handed.content_hash,
        "signatures": list(handed.signatures),
    }
    if outcome.kind is OutcomeKind.UNKNOWN:
        return proof
    columns = Delivery.__table__.c  # type: ignore[attr-defined]
    is_first = columns.content_hash == ""
    return {
        name: sa.case((is_first, sa.literal(value, columns[name].type)), else_=columns[name])
        for name, value in proof.items()
    }


def _again(delivery: Claimed, outcome: Outcome, *, rules: Rules, now: datetime) -> dict[str, Any]:
    """What decides whether and when there is another attempt."""
    end = useful_until(
        delivery.first_attempt_at or now, useful=rules.useful, not_after=rules.not_after
    )
    if outcome.kind is OutcomeKind.UNKNOWN:
        at = now + RESEND_GAP
        if rules.unknown is UnknownPolicy.HOLD or at >= end:
            return {}
        return {"status": DeliveryStatus.DEFERRED, "next_attempt_at": at}
    if outcome.kind is not OutcomeKind.DEFERRED:
        return {}
    again_at = next_attempt(
        outcome,
        delivery.attempt,
        now=now,
        gaps=rules.gaps,
        useful_until=end,
        random=rules.random,
    )
    if again_at is None:
        return {"status": DeliveryStatus.EXPIRED}
    # The recipient was not asked: this attempt is none of the schedule's.
    spent = 1 if outcome.blames is Blame.RELAY else 0
    return {"next_attempt_at": again_at, "attempt": delivery.attempt - spent}


def _unless_erased(reply: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """What the relay answered about somebody who was erased in the meantime may name her."""
    return sa.case((col(Delivery.email) == "", sa.literal("")), else_=reply)


def _reason(outcome: Outcome) -> str:
    if outcome.kind is OutcomeKind.UNKNOWN:
        return IN_DOUBT
    if outcome.blames is Blame.RELAY:
        return f"{OF_THE_RELAY}{outcome.reason}"
    return outcome.reason or ""


# ---------------------------------------------------------------- let go


def withhold(session: Session, delivery: Claimed, *, owner: str, reason: str) -> bool:
    """Let go of a claimed delivery that will not be handed over; False when it is not ours."""
    values = {
        "status": DeliveryStatus.WITHHELD,
        "reason": reason,
        "attempt": delivery.attempt - 1,
        "next_attempt_at": None,
    }
    return _let_go(session, delivery, values, may_be_answered(owner))


def put_back(session: Session, delivery: Claimed, *, owner: str, until: datetime) -> bool:
    """Give back a delivery that was not handed over, to be claimed again when it is time.

    The caller must know that not one octet of its body went out.
    """
    values = {
        "status": DeliveryStatus.PENDING,
        "attempt": delivery.attempt - 1,
        "next_attempt_at": until,
    }
    return _let_go(session, delivery, values, may_be_answered(owner))


def _let_go(
    session: Session, delivery: Claimed, values: dict[str, Any], counts: sa.ColumnElement[bool]
) -> bool:
    changed = session.execute(
        sa.update(Delivery)
        .where(
            col(Delivery.id) == delivery.id,
            col(Delivery.attempt) == delivery.attempt,
            counts,
        )
        .values({"lease_owner": "", **values})
        .execution_options(synchronize_session=False)
    )
    is_written = bool(changed.rowcount == 1)  # type: ignore[attr-defined]
    if not is_written:
        _let_go_of_returned(session, delivery)
    return is_written


def _let_go_of_returned(session: Session, delivery: Claimed) -> None:
    """What came back while it was claimed keeps its last word, and is nobody's any more."""
    session.execute(
        sa.update(Delivery)
        .where(
            col(Delivery.id) == delivery.id,
            col(Delivery.attempt) == delivery.attempt,
            col(Delivery.status).in_(RETURNED),
        )
        .values(lease_owner="")
        .execution_options(synchronize_session=False)
    )
