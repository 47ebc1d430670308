"""Watches while a wave is on its way: a pause, a cancellation, something urgent or a reader who
leaves holds back what has not been begun, however slow the relay is (F3, R7, J9).
"""

import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock, database
from mailer.contacts.suppressions import suppressed_among
from mailer.delivery.claims import Claimed
from mailer.distribution.leases import urgent_is_due
from mailer.errors import Unreachable
from mailer.models import Distribution, DistributionStatus
from mailer.tokens import Keyring

#: So long a look into the database is believed; a stop is to take effect within five seconds.
LOOK_SECONDS = 1.0


class Watch:
    """Whether the messages of one wave may still be begun; asked before each of them."""

    def __init__(
        self,
        engine: sa.Engine,
        wave: Sequence[Claimed],
        *,
        distribution_id: int,
        is_urgent: bool,
        keyring: Keyring,
        is_stopping: Callable[[], bool],
    ) -> None:
        """What the claim saw is believed, but for a stop: the wave may have waited its turn."""
        self._engine = engine
        self._wave = wave
        self._distribution_id = distribution_id
        self._is_urgent = is_urgent
        self._keyring = keyring
        self._is_stopping = is_stopping
        self._goes_on = True
        self._left: set[str] = set()
        self._look(at_readers=False)

    def may_begin(self, number: int) -> bool:
        """Whether message `number` of the wave may go out now."""
        if time.monotonic() > self._look_at:
            self._look()
        if not self._goes_on or self._is_stopping():
            return False
        return not self._left or self._wave[number].email not in self._left

    def _look(self, *, at_readers: bool = True) -> None:
        try:
            with database.reading(self._engine) as session:
                self._goes_on = self._is_wanted(session)
                if at_readers:
                    emails = [delivery.email for delivery in self._wave]
                    self._left = suppressed_among(session, emails, keyring=self._keyring)
        except Unreachable:
            # What nobody can look up has not been stopped either; the next look tells.
            return
        finally:
            self._look_at = time.monotonic() + LOOK_SECONDS

    def _is_wanted(self, session: Session) -> bool:
        status = session.execute(
            sa.select(col(Distribution.status)).where(col(Distribution.id) == self._distribution_id)
        ).scalar_one()
        yields = not self._is_urgent and urgent_is_due(session, now=clock.now())
        return status is DistributionStatus.SENDING and not yields
