"""Watches while a wave is on its way: a pause, a cancellation or a reader who leaves holds back
what has not been begun, however slow the relay is (F3, J9).
"""

import time
from collections.abc import Sequence

import sqlalchemy as sa

from mailer import database
from mailer.contacts.suppressions import suppressed_among
from mailer.errors import Unreachable
from mailer.models import Delivery, Distribution, DistributionStatus
from mailer.tokens import Keyring

#: So long a look into the database is believed; a stop is to take effect within five seconds.
LOOK_SECONDS = 1.0


class Watch:
    """Whether the messages of one wave may still be begun; asked before each of them."""

    def __init__(self, engine: sa.Engine, wave: Sequence[Delivery], *, keyring: Keyring) -> None:
        """The wave has just been claimed, so what the claim saw is believed for a while."""
        self._engine = engine
        self._wave = wave
        self._keyring = keyring
        self._looked_at = time.monotonic()
        self._goes_on = True
        self._left: set[str] = set()

    def may_begin(self, number: int) -> bool:
        """Whether message `number` of the wave may go out now."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._look()
        return self._goes_on and self._wave[number].email not in self._left

    def _look(self) -> None:
        try:
            with database.reading(self._engine) as session:
                distribution = session.get_one(Distribution, self._wave[0].distribution_id)
                self._goes_on = distribution.status is DistributionStatus.SENDING
                emails = [delivery.email for delivery in self._wave]
                self._left = suppressed_among(session, emails, keyring=self._keyring)
        except Unreachable:
            # What nobody can look up has not been stopped either; the next look tells.
            return
        finally:
            self._looked_at = time.monotonic()
