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
from workers.sending.shared import Shared
from workers.sending.watch import Watch

log = structlog.get_logger(__name__)


class Turn:
    """One turn of one line in one distribution."""

    def __init__(self, shared: Shared, line: Line, distribution_id: int) -> None:
        self._shared = shared
        self._line = line
        self._owner = line.journal.owner
        self._distribution_id = distribution_id
        self._lease: Lease | None = None
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
        answers: list[Answer] = []
        room = self._room(facts)
        while True:
            facts, wave = self._step(answers, room=room)
            if not wave:
                self._limits.settle(facts, used=0)
                return
            answers = self._hand_over(facts, wave)
            self._tell(facts, answers)
            # A dead relay is not asked in a tight loop: what it did not take waits a little.
            is_dead = all(answer.blames_relay for answer in answers)
            room = (
                NO_ROOM if is_dead else self._limits.room(facts, wanted=self._line.pace.wave_size)
            )

    def _room(self, facts: Facts) -> Room:
        return self._limits.room(facts, wanted=self._line.pace.wave_size)

    # ------------------------------------------------------------ the transaction

    def _step(self, answers: Sequence[Answer], *, room: Room) -> tuple[Facts, list[Claimed]]:
        """Write the answers down and claim the next wave, also if the database is away a while."""
        until = time.monotonic() + self._shared.settings.delivery.lease_seconds
        while True:
            try:
                return self._stepped(answers, room=room)
            except Unreachable as away:
                if not answers or time.monotonic() > until:
                    raise
                log.warning("answers wait for the database", cause=str(away))
                if self._shared.stopping.wait(self._shared.nap_seconds):
                    raise

    def _stepped(self, answers: Sequence[Answer], *, room: Room) -> tuple[Facts, list[Claimed]]:
        now, lease = clock.now(), self._lease
        with database.writing(self._shared.engine) as session:
            late = None
            if lease is not None and not leases.renew(session, lease, until=self._until(now)):
                # We were silent for so long that it was taken from us. What we know is still true.
                batches.lock_around(session, [(lease.distribution_id, lease.first_position)])
                late, lease = lease, None
            facts = self._facts(session, now=now)
            record_answers(
                session,
                answers,
                distribution=facts.distribution,
                owner=self._owner,
                shared=self._shared,
                now=now,
            )
            if late is not None:
                batches.recount(session, batch_ids=[late.batch_id])
                lifecycle.reopen(session, late.distribution_id)
            if not self._goes_on(session, facts, now=now):
                room = NO_ROOM
            lease, wave = self._claim(session, facts, lease, room=room, now=now)
        self._lease = lease
        return facts, wave

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
        self, session: Session, facts: Facts, lease: Lease | None, *, room: Room, now: datetime
    ) -> tuple[Lease | None, list[Claimed]]:
        """The next wave, from the batch that we hold or from another; without room, let go."""
        while room.number:
            if lease is None:
                lease = leases.take(
                    session, facts.number, owner=self._owner, until=self._until(now), now=now
                )
            if lease is None:
                return None, []
            wave = self._claimed(session, facts, lease, limit=room.number, now=now)
            if wave:
                batches.recount(session, batch_ids=[lease.batch_id])
                return lease, wave
            leases.release(session, lease)
            lease = None
        if lease is not None:
            leases.release(session, lease, not_before=room.not_before)
        return None, []

    def _claimed(
        self, session: Session, facts: Facts, lease: Lease, *, limit: int, now: datetime
    ) -> list[Claimed]:
        stretch = Stretch(facts.number, lease.first_position, lease.last_position)
        wave = claims.claim(session, stretch, owner=self._owner, limit=limit, now=now)
        reasons = checks.hindrances(
            session,
            wave,
            keyring=self._shared.identity.keyring,
            embargo_until=facts.embargo_until,
            now=now,
        )
        for delivery in wave:
            if delivery.id in reasons:
                waves.withhold(session, delivery, owner=self._owner, reason=reasons[delivery.id])
        return [delivery for delivery in wave if delivery.id not in reasons]

    # ------------------------------------------------------------ the wave

    def _hand_over(self, facts: Facts, wave: Sequence[Claimed]) -> list[Answer]:
        later = self._limits.later(facts, wave)
        self._limits.settle(facts, used=len(wave) - len(later))
        answers = [
            Answer(Handed.unset(delivery), until=later[delivery.id])
            for delivery in wave
            if delivery.id in later
        ]
        ready = [delivery for delivery in wave if delivery.id not in later]
        if not ready:
            return answers
        full = self._line.releases.of(
            self._shared.engine,
            facts.number,
            release_id=facts.distribution.release_id,
            frozen={one.revision_id for one in ready if one.revision_id},
        )
        setting = self._line.setter.set_wave(ready, full, at=facts.at)
        answers += [
            Answer(Handed.unset(delivery), problem=f"cannot be composed: {problem}")
            for delivery, problem in setting.problems
        ]
        watch = Watch(
            self._shared.engine,
            [handed.delivery for handed in setting.handed],
            distribution_id=facts.number,
            is_urgent=facts.distribution.is_urgent,
            keyring=self._shared.identity.keyring,
            is_stopping=self._shared.stopping.is_set,
        )
        outcomes = self._line.send(setting.handed, setting.messages, may_begin=watch.may_begin)
        answers += map(Answer, setting.handed, outcomes)
        self._shared.throttle.heard(
            (
                (answer.handed.delivery.provider, answer.outcome)
                for answer in answers
                if answer.outcome is not None
            ),
            now=clock.now(),
        )
        return answers

    def _tell(self, facts: Facts, answers: Sequence[Answer]) -> None:
        counts = Counter(answer.word for answer in answers)
        log.info("wave done", distribution_id=facts.number, **counts)
        refused = next((one.outcome for one in answers if one.outcome and one.blames_relay), None)
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
