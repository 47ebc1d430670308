"""Watches while a wave is on its way: what has not been begun is held back, however slow the relay
is, when it may not go out any more (F3, R5, R7, J9) or is not ours any more.
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from mailer import clock, database
from mailer.delivery import checks
from mailer.delivery.claims import Claimed
from mailer.distribution.leases import Lease
from mailer.errors import NotFound, Unreachable
from mailer.tokens import Keyring
from workers.sending import looking
from workers.sending.limits import Facts, closed

#: So long a look into the database is believed; a stop is to take effect within five seconds.
LOOK_SECONDS = 1.0


class Watch:
    """Whether the messages of one wave may still be begun; asked before each of them."""

    def __init__(
        self,
        engine: sa.Engine,
        wave: Sequence[Claimed],
        *,
        facts: Facts,
        lease: Lease | None,
        ours_until: Callable[[], float],
        lease_seconds: float,
        keyring: Keyring,
        is_stopping: Callable[[], bool],
    ) -> None:
        """What the claim saw is believed for as long as any look, but for a stop.

        A wave that has waited its turn for longer is looked at as one on its way. `ours_until`
        tells until when the lease is surely ours, by `clock.steady`.
        """
        self._engine = engine
        self._wave = wave
        self._distribution = facts.distribution
        self._lease = lease
        self._ours_until = ours_until
        self._lease_seconds = lease_seconds
        self._keyring = keyring
        self._is_stopping = is_stopping
        self._goes_on = True
        #: For good: whoever took it may have given it back, with all in it settled.
        self._is_lost = False
        self._held_back: frozenset[int] = frozenset()
        self._look(at_each=clock.steady() - facts.read_at > LOOK_SECONDS)

    def is_over(self) -> bool:
        """Whether nothing more of the wave may go out now."""
        if clock.steady() > self._look_at:
            self._look()
        # Also when nobody can look: then it may have been taken from us, and we would not know.
        self._is_lost = self._is_lost or clock.steady() > self._ours_until()
        return self._is_lost or not self._goes_on or self._is_stopping()

    def may_begin(self, number: int) -> bool:
        """Whether message `number` of the wave may go out now."""
        if self.is_over():
            return False
        return not self._held_back or self._wave[number].id not in self._held_back

    def _look(self, *, at_each: bool = True) -> None:
        try:
            with database.reading(self._engine) as session:
                if at_each:
                    self._look_at_each(session)
                else:
                    self._glance(session)
        except NotFound:
            self._goes_on = False
        except Unreachable:
            # What nobody can look up has not been stopped either; the next look tells.
            return
        finally:
            self._look_at = clock.steady() + LOOK_SECONDS

    def _glance(self, session: Session) -> None:
        seen = looking.glance(session, self._distribution.id or 0, lease=self._lease)
        self._is_lost = not seen.is_held
        self._goes_on = seen.is_sending and not looking.yields(
            session, self._distribution, lease_seconds=self._lease_seconds, now=clock.now()
        )

    def _look_at_each(self, session: Session) -> None:
        facts = looking.facts_of(
            session, self._distribution.id or 0, now=clock.now(), lease=self._lease
        )
        self._is_lost = self._is_lost or not facts.is_held
        self._goes_on = looking.goes_on(session, facts, lease_seconds=self._lease_seconds)
        if self._goes_on and not self._is_lost:
            self._held_back = self._hindered(session, facts)

    def _hindered(self, session: Session, facts: Facts) -> frozenset[int]:
        """Those that would not be claimed now. They are given back, and the next claim says why."""
        hindrances = checks.hindrances(
            session,
            self._wave,
            keyring=self._keyring,
            embargo_until=facts.embargo_until,
            now=facts.at,
        )
        owner = self._lease.owner if self._lease is not None else ""
        gone = checks.not_ours(session, self._wave, owner=owner)
        return frozenset(hindrances.keys() | closed(facts, self._wave).keys() | gone)
