"""Writes down what became of a wave, and what the officer should know of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlmodel import Session

from mailer import database
from mailer.delivery import waves
from mailer.delivery.outcome import Blame, Outcome, OutcomeKind, Phase
from mailer.delivery.waves import Handed
from mailer.distribution import lifecycle
from mailer.feedback import arrivals
from mailer.feedback.recording import record_outcome
from mailer.models import Delivery, Distribution
from workers.sending.shared import Shared

log = structlog.get_logger(__name__)

#: A lasting refusal of our login or our sender stops everything: no recipient is to blame.
STOPPING_PHASES = frozenset({Phase.AUTH, Phase.MAIL})
LASTING = 500


class Answer(NamedTuple):
    """What became of a claimed delivery; neither outcome, problem nor time: it was held back."""

    handed: Handed
    outcome: Outcome | None = None
    #: Why it cannot be composed.
    problem: str = ""
    #: When it may be tried again; nothing of it went out.
    until: datetime | None = None
    #: When the answer came.
    at: datetime | None = None

    @property
    def word(self) -> str:
        """The outcome in a word, for the log."""
        if self.outcome is not None:
            return self.outcome.kind.value
        return "withheld" if self.problem else "held_back"

    @property
    def blames_relay(self) -> bool:
        """Whether the relay, not the recipient, is why it was not sent."""
        return self.outcome is not None and self.outcome.blames is Blame.RELAY


def record_answers(
    session: Session,
    answers: Sequence[Answer],
    *,
    distribution: Distribution,
    owner: str,
    shared: Shared,
    slowed_by: str = "",
    troubles: Sequence[Outcome] = (),
    now: datetime,
) -> None:
    """Write all answers of a wave down.

    An officer is told what is in the way: `slowed_by` where something goes out, and where nothing
    does the `troubles` of all relays.
    """
    waves.record_sent(session, list(_accepted(answers, now=now)), owner=owner)
    rules = shared.rules(distribution)
    # For the order in which rows are locked (`batches`): addresses come last, by their number.
    for answer in sorted(answers, key=_address):
        outcome, delivery = answer.outcome, answer.handed.delivery
        if outcome is None and answer.problem:
            waves.withhold(session, delivery, owner=owner, reason=answer.problem)
            # The cause stands in the row: it may quote the address, which no log may.
            log.error("delivery withheld: it cannot be composed", delivery_id=delivery.id)
        elif outcome is None:
            waves.put_back(session, delivery, owner=owner, until=answer.until or now)
        elif outcome.kind is not OutcomeKind.ACCEPTED:
            is_ours = waves.record(
                session, answer.handed, outcome, owner=owner, rules=rules, now=now
            )
            _follow(session, answer, is_ours=is_ours, shared=shared, now=now)
    if answers or slowed_by:
        _explain(
            session, answers, distribution=distribution, slowed_by=slowed_by, troubles=troubles
        )


def _accepted(
    answers: Sequence[Answer], *, now: datetime
) -> Iterator[tuple[Handed, Outcome, datetime]]:
    for answer in answers:
        if answer.outcome is not None and answer.outcome.kind is OutcomeKind.ACCEPTED:
            yield answer.handed, answer.outcome, answer.at or now


def _address(answer: Answer) -> int:
    return answer.handed.delivery.address_id or 0


def _follow(
    session: Session, answer: Answer, *, is_ours: bool, shared: Shared, now: datetime
) -> None:
    delivery, outcome = answer.handed.delivery, answer.outcome
    if not is_ours:
        log.warning("answer came too late", delivery_id=delivery.id, outcome=answer.word)
        return
    if outcome is not None and not answer.blames_relay:
        # What the relay has to say of itself is no event of this delivery.
        row = session.get_one(Delivery, delivery.id, populate_existing=True)
        record_outcome(session, row, outcome, keyring=shared.identity.keyring, now=now)
    arrivals.recall(session, delivery.id)


def _explain(
    session: Session,
    answers: Sequence[Answer],
    *,
    distribution: Distribution,
    slowed_by: str,
    troubles: Sequence[Outcome],
) -> None:
    """Tell the officer in plain words what is in the way, or that nothing is any more (F4, F5)."""
    refused = next((one.outcome for one in answers if one.outcome and one.blames_relay), None)
    number = distribution.id or 0
    if refused is None:
        if distribution.note != slowed_by and (slowed_by or any(one.outcome for one in answers)):
            lifecycle.note(session, number, slowed_by)
    elif refused.phase in STOPPING_PHASES and (refused.code or 0) >= LASTING:
        lifecycle.halt(session, number, because=told(*troubles, refused))
    else:
        lifecycle.note(session, number, told(*troubles, refused))


def tell(shared: Shared, distribution_id: int, text: str) -> bool:
    """Tell the officer why this worker can do nothing at all for it; True when that is new.

    Raises Unreachable when the database does not take it.
    """
    with database.writing(shared.engine) as session:
        return lifecycle.note(session, distribution_id, text)


def told(*refused: Outcome) -> str:
    """What relays refused, for whoever can mend it; each relay is named once."""
    by_name = {one.relay: one for one in refused}
    return "; ".join(told_of(by_name[name]) for name in sorted(by_name))


def told_of(refused: Outcome) -> str:
    """What one relay refused."""
    answer = " ".join(filter(None, (str(refused.code or ""), refused.text))).strip()
    name = refused.relay or "relay"
    where = {
        Phase.CONNECT: f"the relay [{name}] cannot be reached",
        Phase.EHLO: f"the relay [{name}] does not want to talk with us",
        Phase.AUTH: f"the relay [{name}] refuses our login",
        Phase.MAIL: f"the relay [{name}] refuses our sender",
    }.get(refused.phase, f"the relay [{name}] broke off")
    return f"{where}: {answer}"
