"""The ledger of a turn: which batches its line holds, what is claimed, and what became of it.

One transaction writes down what became of a wave and claims the next; none is open while messages
are composed or sent.
"""

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from mailer import clock, database
from mailer.delivery import checks, claims, waves
from mailer.delivery.claims import Claimed, Stretch
from mailer.delivery.outcome import Outcome
from mailer.distribution import batches, leases, lifecycle
from mailer.distribution.leases import Lease
from mailer.errors import Unreachable
from workers.sending import looking
from workers.sending.limits import Facts, Room
from workers.sending.recording import Answer, record_answers
from workers.sending.shared import Shared

#: So much of a lease is surely ours: another machine's clock may run ahead of this one's, and what
#: is begun at the very end would be called in doubt at once.
SURE_SHARE = 0.9


class Wave(NamedTuple):
    """Claimed deliveries, the batch that they are of, and what was known when they were claimed."""

    facts: Facts
    deliveries: Sequence[Claimed] = ()
    lease: Lease | None = None


class Sent(NamedTuple):
    """What became of a wave; it is in no row yet."""

    answers: Sequence[Answer] = ()
    lease: Lease | None = None
    #: What slows it down, in plain words.
    slowed_by: str = ""
    #: What each relay said that takes nothing from us.
    troubles: Sequence[Outcome] = ()


NOTHING_SENT = Sent()


class Ledger:
    """The books of one line in one distribution, for the time of a turn."""

    def __init__(self, shared: Shared, distribution_id: int, *, owner: str) -> None:
        self._shared = shared
        self._owner = owner
        self._distribution_id = distribution_id
        #: The batch that waves are claimed from, and all that are not let go of yet.
        self._current: Lease | None = None
        self._held: frozenset[Lease] = frozenset()
        #: Until when batches are surely ours, by their number and `clock.steady`.
        self._ours_until: dict[int, float] = {}
        self._ends_at = time.monotonic() + shared.settings.delivery.turn_seconds
        #: Whether the turn ended although more is due.
        self.left_some = False

    def ours_until(self, lease: Lease | None) -> float:
        """Until when that batch is surely ours, by `clock.steady`: a line that was silent for too
        long loses it, and does not hear of that where the database is away.
        """
        return self._ours_until.get(lease.batch_id, 0.0) if lease is not None else 0.0

    def look(self) -> Facts:
        """What the rows say now. Raises NotFound, or Unreachable."""
        with database.reading(self._shared.engine) as session:
            return self._facts(session, now=clock.now())

    def turn_over(self, sent: Sent, *, flying: Lease | None, room: Room) -> Wave:
        """Write down what became of a wave, and claim the next; `flying` is that of another.

        Raises Unreachable when the database goes away. Whether all this was committed then nobody
        knows: the line is given up, and its journal tells a rescuer.
        """
        with database.writing(self._shared.engine) as session:
            facts = self._facts(session, now=clock.now())
            held, lost = self._renewed(session, sent, now=facts.at)
            self._record(session, sent, facts=facts, lost=lost)
            current = self._current if self._current in held else None
            limit = room.number if self._goes_on(session, facts) else 0
            current, deliveries, taken = self._claim(session, facts, current, limit=limit)
            kept = {lease for lease in (current, flying) if lease in held | taken}
            for lease in (held | taken) - kept:
                leases.release(session, lease, not_before=room.not_before)
            changed = {lease.batch_id for lease in kept if lease in (current, sent.lease)}
            batches.recount(session, batch_ids=changed)
        self._current, self._held = current, frozenset(kept)
        self._are_ours(kept, facts=facts)
        return Wave(facts, deliveries, current)

    def keep(self, sent: Sent) -> bool:
        """Write down what was accepted of a wave that is still on its way, and hold on to it.

        It is written again with the whole wave, which changes nothing; so a database that is away
        is no matter here: False then.
        """
        try:
            with database.writing(self._shared.engine) as session:
                facts = self._facts(session, now=clock.now())
                held, lost = self._renewed(session, sent, now=facts.at)
                self._record(session, sent, facts=facts, lost=lost)
                batches.recount(session, batch_ids={one.batch_id for one in held & {sent.lease}})
        except Unreachable:
            return False
        self._are_ours(held, facts=facts)
        return True

    def _are_ours(self, held: Collection[Lease], *, facts: Facts) -> None:
        """The leases were committed."""
        until = facts.read_at + SURE_SHARE * self._shared.settings.delivery.lease_seconds
        self._ours_until = {lease.batch_id: until for lease in held}

    def _renewed(
        self, session: Session, sent: Sent, *, now: datetime
    ) -> tuple[set[Lease], set[Lease]]:
        """The batches that we still hold, for longer now; and those that were taken from us.

        That happens to who was silent for too long. What such a line knows is still true, also of
        a wave that was on its way when an earlier step learnt of the loss.
        """
        known = self._held | ({sent.lease} if sent.lease is not None else set())
        ordered = sorted(known, key=lambda lease: lease.batch_id)
        held = set()
        for lease in ordered:
            if leases.renew(session, lease, until=self._until(now)):
                held.add(lease)
            else:
                # Locked before the next is asked for, or two might wait for each other.
                batches.lock(session, [lease.batch_id])
        return held, set(ordered) - held

    def _record(self, session: Session, sent: Sent, *, facts: Facts, lost: set[Lease]) -> None:
        record_answers(
            session,
            sent.answers,
            distribution=facts.distribution,
            owner=self._owner,
            shared=self._shared,
            slowed_by=sent.slowed_by,
            troubles=sent.troubles,
            now=facts.at,
        )
        if lost:
            batches.recount(session, batch_ids={lease.batch_id for lease in lost})
            lifecycle.reopen(session, facts.number)

    def _until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._shared.settings.delivery.lease_seconds)

    def _facts(self, session: Session, *, now: datetime) -> Facts:
        return looking.facts_of(session, self._distribution_id, now=now)

    def _goes_on(self, session: Session, facts: Facts) -> bool:
        """Whether another wave may be claimed at all."""
        lease_seconds = self._shared.settings.delivery.lease_seconds
        if self._shared.stopping.is_set():
            return False
        if not looking.goes_on(session, facts, lease_seconds=lease_seconds):
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
