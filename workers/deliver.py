"""Carries out a batch: wave by wave it claims deliveries, composes them, hands them over, and
writes down what the relay answered.

No transaction is open while a message is composed or sent. Whatever ends a task in between, the
rows say what is in doubt, and the scheduler finds the rest.
"""

import secrets
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import SystemRandom

import dramatiq
import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from mailer import clock, database
from mailer.compose.letter import Identity, write_letter
from mailer.compose.message import ComposedMessage, compose
from mailer.delivery import waves
from mailer.delivery.outcome import Blame, Outcome
from mailer.delivery.transport import SMTPTransport, Transport
from mailer.delivery.waves import Patience
from mailer.errors import MailerError, NotFound, Unreachable
from mailer.feedback.recording import record_outcome
from mailer.models import Delivery, Distribution
from mailer.releases.editions import FullRelease, load_by_id
from mailer.settings import Settings
from workers.broker import CALM, URGENT, actor_of
from workers.lines import Lines
from workers.watch import Watch

log = structlog.get_logger(__name__)

#: The tasks that a worker holds are taken in this order, the lowest first.
PRIORITIES = {URGENT: 0, CALM: 10}


@dataclass(frozen=True)
class Answer:
    """What became of a claimed delivery: an outcome, or the problem for which it was not sent.

    Neither: it was held back before its first octet went out.
    """

    delivery: Delivery
    outcome: Outcome | None = None
    problem: str = ""

    @property
    def word(self) -> str:
        """The outcome in a word, for the log."""
        if self.outcome is not None:
            return self.outcome.kind.value
        return "withheld" if self.problem else "held_back"

    @property
    def is_held_back(self) -> bool:
        """Whether it may be claimed again: nothing of it went out."""
        return self.outcome is None and not self.problem

    @property
    def blames_relay(self) -> bool:
        """Whether the relay, not the recipient, is why it was not sent."""
        return self.outcome is not None and self.outcome.blames is Blame.RELAY


class Sender:
    """What the tasks of one worker process share."""

    #: When the database is away it is asked so often to write down what the relay answered.
    pause_seconds = 5.0

    def __init__(
        self,
        settings: Settings,
        engine: sa.Engine,
        *,
        open_transport: Callable[[], Transport] | None = None,
    ) -> None:
        """The transport is that to the relay of the settings, unless another one is given.

        Raises SettingsError when the relay or the keys of the settings cannot be used.
        """
        self.engine = engine
        self.delivery = settings.delivery
        self.patience = Patience.from_settings(settings.delivery)
        self.identity = Identity.from_settings(settings)
        self.lines = Lines(open_transport or partial(SMTPTransport.from_settings, settings))
        self.random = SystemRandom()
        #: Set when the process shall end: the wave in flight is finished, the rest given back.
        self.stopping = threading.Event()
        # Made here once, so that settings which cannot be are told of at the start.
        self.lines.mine()

    def deliver(self, distribution_id: int, delivery_ids: Sequence[int]) -> None:
        """Hand over those of the deliveries that wait and are due.

        The same task twice does no harm. When the database goes away the task ends: what it has
        claimed is in doubt once its lease is over, and the rest is queued again.
        """
        try:
            _Batch(self, distribution_id, tuple(delivery_ids)).carry_out()
        except MailerError as cause:
            log.warning("batch ended early", distribution_id=distribution_id, cause=str(cause))

    def close(self) -> None:
        """Say goodbye to the relay on the line of the calling thread; the workers' threads do so
        for themselves as they end.
        """
        self.lines.close_mine()


def declare(broker: dramatiq.Broker, sender: Sender) -> None:
    """Let the tasks of both queues be carried out by `sender`."""
    broker.add_middleware(sender.lines)

    def carry_out(distribution_id: int, delivery_ids: list[int]) -> None:
        sender.deliver(distribution_id, delivery_ids)

    for lane, priority in PRIORITIES.items():
        as_actor = dramatiq.actor(
            broker=broker, queue_name=lane, actor_name=actor_of(lane), priority=priority
        )
        as_actor(carry_out)


class _Batch:
    """One task while it is carried out."""

    def __init__(self, sender: Sender, distribution_id: int, delivery_ids: tuple[int, ...]) -> None:
        self._sender = sender
        self._distribution_id = distribution_id
        self._delivery_ids = delivery_ids
        # A name of this task alone, so that no other can answer for what it has claimed.
        self._owner = secrets.token_hex(8)

    def carry_out(self) -> None:
        """Wave after wave, until nothing is left, the relay fails, or we shall stop."""
        full = self._release()
        while wave := self._claim():
            answers = self._hand_over(wave, full)
            self._record(answers)
            self._tell(answers)
            if all(answer.blames_relay for answer in answers):
                # The rest stays queued a while, so that a dead relay is not asked in a tight loop.
                return
        if self._sender.stopping.is_set():
            with database.writing(self._sender.engine) as session:
                waves.give_back(session, self._delivery_ids, owner=self._owner)

    def _release(self) -> FullRelease:
        """The release as it stood when the audience was frozen, read once for the whole task."""
        with database.reading(self._sender.engine) as session:
            distribution = session.get(Distribution, self._distribution_id)
            if distribution is None:
                raise NotFound(f"there is no distribution {self._distribution_id}")
            promised = select(Delivery.revision_id).where(
                col(Delivery.id).in_(self._delivery_ids), col(Delivery.revision_id).is_not(None)
            )
            frozen = [number for number in session.exec(promised.distinct()) if number]
            return load_by_id(session, distribution.release_id, frozen=frozen)

    def _claim(self) -> list[Delivery]:
        if self._sender.stopping.is_set():
            return []
        settings = self._sender.delivery
        with database.writing(self._sender.engine) as session:
            return waves.claim(
                session,
                self._delivery_ids,
                owner=self._owner,
                lease=timedelta(seconds=settings.lease_seconds),
                limit=settings.wave_size,
                keyring=self._sender.identity.keyring,
                now=clock.now(),
            )

    def _hand_over(self, wave: Sequence[Delivery], full: FullRelease) -> list[Answer]:
        ready: list[tuple[Delivery, ComposedMessage]] = []
        answers: list[Answer] = []
        for delivery in wave:
            made = self._composed(delivery, full)
            if isinstance(made, ComposedMessage):
                ready.append((delivery, made))
            else:
                answers.append(Answer(delivery, problem=f"cannot be composed: {made}"))
        deliveries = [delivery for delivery, _ in ready]
        watch = Watch(self._sender.engine, deliveries, keyring=self._sender.identity.keyring)
        outcomes = self._sender.lines.mine().send(
            [message for _, message in ready],
            may_begin=lambda number: not self._sender.stopping.is_set() and watch.may_begin(number),
        )
        return answers + list(map(Answer, deliveries, outcomes))

    def _composed(self, delivery: Delivery, full: FullRelease) -> ComposedMessage | str:
        """The message, or why there can be none: one letter's defect must not stop the others."""
        try:
            letter = write_letter(delivery, full, identity=self._sender.identity, at=clock.now())
            return compose(letter)
        except MailerError as cause:
            return str(cause)
        except Exception as defect:  # noqa: BLE001
            # Not the words of the defect, which may quote the letter or the address.
            where = traceback.extract_tb(defect.__traceback__)[-1]
            return f"a defect of ours, {type(defect).__name__} in {where.name}, line {where.lineno}"

    def _record(self, answers: Sequence[Answer]) -> None:
        """Write the answers down, also when the database is away for a while."""
        away = self._not_recorded(answers)
        if away is not None:
            log.warning("answers wait for the database", cause=str(away))
        until = time.monotonic() + self._sender.delivery.lease_seconds
        while away is not None:
            if time.monotonic() > until or self._sender.stopping.wait(self._sender.pause_seconds):
                raise away
            away = self._not_recorded(answers)

    def _not_recorded(self, answers: Sequence[Answer]) -> Unreachable | None:
        """Try to write the answers down; what stands in the way."""
        try:
            with database.writing(self._sender.engine) as session:
                for answer in answers:
                    self._record_one(session, answer)
        except Unreachable as away:
            return away
        return None

    def _record_one(self, session: Session, answer: Answer) -> None:
        delivery, outcome = answer.delivery, answer.outcome
        if answer.is_held_back:
            waves.give_back(session, [delivery.id or 0], owner=self._owner)
            return
        if outcome is None:
            waves.withhold(session, delivery, reason=answer.problem)
            # The cause stands in the row: it may quote the address, which no log may.
            log.error("delivery withheld: it cannot be composed", delivery_id=delivery.id)
            return
        now, sender = clock.now(), self._sender
        if not waves.record(
            session, delivery, outcome, patience=sender.patience, now=now, random=sender.random
        ):
            log.warning("answer came too late", delivery_id=delivery.id, outcome=answer.word)
        elif not answer.blames_relay:
            # What the relay has to say of itself is no event of this delivery.
            row = session.get_one(Delivery, delivery.id)
            record_outcome(session, row, outcome, keyring=sender.identity.keyring, now=now)

    def _tell(self, answers: Sequence[Answer]) -> None:
        counts = Counter(answer.word for answer in answers)
        log.info("wave done", distribution_id=self._distribution_id, **counts)
        refused = next((a.outcome for a in answers if a.outcome and a.blames_relay), None)
        if refused is not None:
            log.warning(
                "the relay takes nothing from us",
                phase=refused.phase.value,
                reason=refused.reason,
                code=refused.code,
                # A server's own words may quote an address; those without a code are ours.
                cause=refused.text if refused.code is None else refused.enhanced,
            )
