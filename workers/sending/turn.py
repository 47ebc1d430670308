"""A turn: one line hands over what is due in one distribution, wave after wave, until nothing is,
its time is over, or something is in the way.

One transaction writes down what became of a wave and claims the next; none is open while messages
are composed or sent. Whatever ends a turn in between, the rows and the journal say what is in
doubt, and the scheduler finds the rest.
"""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from mailer import clock, database
from mailer.delivery import checks, claims, waves
from mailer.delivery.claims import Claimed, Stretch
from mailer.delivery.waves import Handed
from mailer.distribution import batches, leases, lifecycle
from mailer.distribution.leases import Lease
from mailer.errors import NotFound, Unreachable
from mailer.models import Distribution, DistributionStatus, Office, Release
from workers.sending.limits import NO_ROOM, Facts, Limits, Room
from workers.sending.lines import Line
from workers.sending.recording import Answer, record_answers, told
from workers.sending.setting import WaveMessages
from workers.sending.shared import Shared
from workers.sending.watch import Watch

log = structlog.get_logger(__name__)


class Wave(NamedTuple):
    """Claimed deliveries, the batch that they are of, and what was known when they were claimed."""

    facts: Facts
    deliveries: Sequence[Claimed] = ()
    lease: Lease | None = None


class Sent(NamedTuple):
    """What became of a wave; it is in no row yet."""

    answers: Sequence[Answer] = ()
    lease: Lease | None = None


NOTHING_SENT = Sent()


class Turn:
    """One turn of one line in one distribution.

    While a wave is on the wire, the one before is written down and the next is claimed: so the
    wire never waits for the database, and two waves are in flight at most.
    """

    def __init__(self, shared: Shared, line: Line, distribution_id: int) -> None:
        self._shared = shared
        self._line = line
        self._owner = line.journal.owner
        self._distribution_id = distribution_id
        #: The batch that waves are claimed from, and all that are not let go of yet.
        self._current: Lease | None = None
        self._held: frozenset[Lease] = frozenset()
        self._ends_at = time.monotonic() + shared.settings.delivery.turn_seconds
        self._limits = Limits(shared)
        #: Whether the turn ended although more is due.
        self.left_some = False

    def carry_out(self) -> None:
        """Wave after wave.

        Raises Unreachable when the database or the queue's server goes away: what is claimed then
        is settled by the journal or when the lease is over.
        """
        with database.reading(self._shared.engine) as session:
            facts = self._facts(session, now=clock.now())
        sent, room = NOTHING_SENT, self._room(facts)
        wave = self._step(sent, flying=None, room=room)
        while wave.deliveries:
            room = self._next_room(wave, sent)
            ahead = self._line.meanwhile(partial(self._step, sent, flying=wave.lease, room=room))
            try:
                sent = Sent(self._hand_over(wave), wave.lease)
            finally:
                wave = ahead.result()
            self._tell(sent)
        self._step(sent, flying=None, room=Room(0, room.not_before))

    def _room(self, facts: Facts) -> Room:
        return self._limits.room(facts, wanted=self._line.pace.wave_size)

    def _next_room(self, wave: Wave, sent: Sent) -> Room:
        """A dead relay is not asked in a tight loop: what it did not take waits a little."""
        is_dead = bool(sent.answers) and all(answer.blames_relay for answer in sent.answers)
        return NO_ROOM if is_dead else self._room(wave.facts)

    # ------------------------------------------------------------ the transaction

    def _step(self, sent: Sent, *, flying: Lease | None, room: Room) -> Wave:
        """Write the answers down and claim the next wave, also if the database is away a while."""
        until = time.monotonic() + self._shared.settings.delivery.lease_seconds
        while True:
            try:
                return self._stepped(sent, flying=flying, room=room)
            except Unreachable as away:
                if not sent.answers or time.monotonic() > until:
                    raise
                log.warning("answers wait for the database", cause=str(away))
                if self._shared.stopping.wait(self._shared.nap_seconds):
                    raise

    def _stepped(self, sent: Sent, *, flying: Lease | None, room: Room) -> Wave:
        now = clock.now()
        with database.writing(self._shared.engine) as session:
            held, lost = self._renewed(session, sent, now=now)
            facts = self._facts(session, now=now)
            self._record(session, sent, facts=facts, lost=lost)
            goes_on = self._goes_on(session, facts, now=now)
            current = self._current if self._current in held else None
            current, deliveries, taken = self._claim(
                session, facts, current, limit=room.number if goes_on else 0
            )
            kept = {lease for lease in (current, flying) if lease in held | taken}
            for lease in (held | taken) - kept:
                leases.release(session, lease, not_before=room.not_before)
            changed = {lease.batch_id for lease in kept if lease in (current, sent.lease)}
            batches.recount(session, batch_ids=changed)
        self._current, self._held = current, frozenset(kept)
        self._limits.give_back(facts, unused=room.number - len(deliveries))
        return Wave(facts, deliveries, current)

    def _renewed(
        self, session: Session, sent: Sent, *, now: datetime
    ) -> tuple[set[Lease], set[Lease]]:
        """The batches that we still hold, for longer now; and those that were taken from us.

        That happens to who was silent for too long. What such a line knows is still true, also of
        a wave that was on its way when an earlier step learnt of the loss.
        """
        known = self._held | ({sent.lease} if sent.lease is not None else set())
        ordered = sorted(known, key=lambda lease: lease.batch_id)
        held = {one for one in ordered if leases.renew(session, one, until=self._until(now))}
        lost = set(ordered) - held
        batches.lock_around(
            session, [(lease.distribution_id, lease.first_position) for lease in lost]
        )
        return held, lost

    def _record(self, session: Session, sent: Sent, *, facts: Facts, lost: set[Lease]) -> None:
        record_answers(
            session,
            sent.answers,
            distribution=facts.distribution,
            owner=self._owner,
            shared=self._shared,
            now=facts.at,
        )
        if lost:
            batches.recount(session, batch_ids={lease.batch_id for lease in lost})
            lifecycle.reopen(session, facts.number)

    def _until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._shared.settings.delivery.lease_seconds)

    def _facts(self, session: Session, *, now: datetime) -> Facts:
        found = session.execute(
            sa.select(Distribution, col(Release.embargo_until), col(Office.zone))
            .join(Release, col(Release.id) == col(Distribution.release_id))
            .join(Office, col(Office.id) == col(Release.office_id))
            .where(col(Distribution.id) == self._distribution_id)
        ).one_or_none()
        if found is None:
            raise NotFound(f"there is no distribution {self._distribution_id}")
        distribution, embargo_until, office_zone = found
        return Facts(distribution, embargo_until, office_zone, at=now)

    def _goes_on(self, session: Session, facts: Facts, *, now: datetime) -> bool:
        """Whether another wave may be claimed at all."""
        row = facts.distribution
        if row.status is not DistributionStatus.SENDING or self._shared.stopping.is_set():
            return False
        if row.not_after is not None and row.not_after <= now:
            return False
        if not row.is_urgent and leases.urgent_is_due(session, now=now):
            return False
        self.left_some = time.monotonic() > self._ends_at
        return not self.left_some

    def _claim(
        self, session: Session, facts: Facts, current: Lease | None, *, limit: int
    ) -> tuple[Lease | None, list[Claimed], set[Lease]]:
        """The next wave, from the batch at hand or from another; and the batches taken for it."""
        taken: set[Lease] = set()
        while limit:
            if current is None:
                current = leases.take(
                    session,
                    facts.number,
                    owner=self._owner,
                    until=self._until(facts.at),
                    now=facts.at,
                )
            if current is None:
                break
            taken.add(current)
            wave = self._claimed(session, facts, current, limit=limit)
            if wave:
                return current, wave, taken
            # Nothing is due in it any more. It is let go of at once, or it would be taken again.
            current = None
        return None, [], taken

    def _claimed(
        self, session: Session, facts: Facts, lease: Lease, *, limit: int
    ) -> list[Claimed]:
        stretch = Stretch(facts.number, lease.first_position, lease.last_position)
        while wave := claims.claim(session, stretch, owner=self._owner, limit=limit, now=facts.at):
            reasons = checks.hindrances(
                session,
                wave,
                keyring=self._shared.identity.keyring,
                embargo_until=facts.embargo_until,
                now=facts.at,
            )
            for delivery in wave:
                if why := reasons.get(delivery.id):
                    waves.withhold(session, delivery, owner=self._owner, reason=why)
            if len(reasons) < len(wave):
                return [delivery for delivery in wave if delivery.id not in reasons]
        return []

    # ------------------------------------------------------------ the wave

    def _hand_over(self, wave: Wave) -> list[Answer]:
        facts, deliveries = wave.facts, wave.deliveries
        later = self._limits.later(facts, deliveries)
        self._limits.give_back(facts, unused=len(later))
        answers = [
            Answer(Handed.unset(delivery), until=later[delivery.id])
            for delivery in deliveries
            if delivery.id in later
        ]
        ready = [delivery for delivery in deliveries if delivery.id not in later]
        if not ready:
            return answers
        full = self._line.releases.of(
            self._shared.engine,
            facts.number,
            release_id=facts.distribution.release_id,
            frozen={one.revision_id for one in ready if one.revision_id},
        )
        messages = WaveMessages(self._line.setter, ready, full, at=facts.at)
        watch = Watch(
            self._shared.engine,
            ready,
            distribution_id=facts.number,
            is_urgent=facts.distribution.is_urgent,
            keyring=self._shared.identity.keyring,
            is_stopping=self._shared.stopping.is_set,
        )
        outcomes = self._line.send(
            messages, may_begin=lambda number: watch.may_begin(number) and messages.can_be(number)
        )
        for number, (handed, outcome) in enumerate(zip(messages.handed, outcomes, strict=True)):
            problem = messages.problems.get(number, "")
            answers.append(Answer(handed, outcome, problem and f"cannot be composed: {problem}"))
        self._shared.throttle.heard(
            (
                (answer.handed.delivery.provider, answer.outcome)
                for answer in answers
                if answer.outcome is not None
            ),
            now=clock.now(),
        )
        return answers

    def _tell(self, sent: Sent) -> None:
        counts = Counter(answer.word for answer in sent.answers)
        log.info("wave done", distribution_id=self._distribution_id, **counts)
        refused = next(
            (one.outcome for one in sent.answers if one.outcome and one.blames_relay), None
        )
        if refused is not None:
            log.warning(
                "the relay takes nothing from us",
                relay=refused.relay,
                phase=refused.phase.value,
                reason=refused.reason,
                code=refused.code,
                # A server's own words may quote an address; those without a code are ours.
                cause=told(refused) if refused.code is None else refused.enhanced,
            )
