"""How far ahead of the server one connection writes: as far as that has gone well on it."""

from mailer.delivery.outcome import CLOSING
from mailer.delivery.smtp.steps import Trust


class Reliance:
    """The trust in one server, and what it has proven so far."""

    def __init__(self, trust: Trust) -> None:
        """Nothing is proven."""
        #: Lowered when the server cannot keep up with what it offered.
        self.trust = trust
        #: Whether the open envelope went out behind the body of the message before.
        self.is_eager = False
        self._is_eager_proven = self._is_envelope_proven = False

    def took_mail(self) -> None:
        """The server took the beginning of the open envelope."""
        self._is_eager_proven |= self.is_eager

    def took_envelope(self) -> None:
        """The server took a whole envelope, and wants the body."""
        self._is_envelope_proven = True

    def lower(self, *, code: int | None, is_odd: bool) -> bool:
        """Write less far ahead when that never went well here; whether to try so at once.

        `code` is what the server said in parting; `is_odd`: it did what no server should.
        """
        if code == CLOSING:
            return False
        if self.is_eager and not self._is_eager_proven:
            self.trust = min(self.trust, Trust.ENVELOPE)
            return True
        if is_odd and self.trust is not Trust.LOCK_STEP and not self._is_envelope_proven:
            self.trust = Trust.LOCK_STEP
            return True
        return False
