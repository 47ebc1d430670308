"""What the relay has said of a wave so far, so that it can be told and kept before the wave ends.

One message that a server keeps waiting may hold a wave up for minutes: what the others were
answered must not wait for it.
"""

import time
from datetime import datetime

import structlog

from mailer import clock
from mailer.delivery.journal import Journal
from mailer.delivery.outcome import Outcome, OutcomeKind

log = structlog.get_logger(__name__)

#: After so long without a word from any relay the office is told.
SILENT_SECONDS = 10.0


class Hearing:
    """Stands between the wire and the journal for the time of one wave."""

    def __init__(self, journal: Journal, *, size: int) -> None:
        """Nothing was heard."""
        self.begun = journal.begun
        self._journal = journal
        #: When each was answered, by its place in the wave.
        self.at: list[datetime | None] = [None] * size
        self._accepted: list[tuple[int, Outcome]] = []
        self._heard_last = (time.monotonic(), clock.now())
        self._is_silence_logged = False

    def answered(self, number: int, outcome: Outcome) -> None:
        """The server answered: that goes into the journal first."""
        self._journal.answered(number, outcome)
        at = self.at[number] = clock.now()
        self._heard_last = (time.monotonic(), at)
        if outcome.kind is OutcomeKind.ACCEPTED:
            self._accepted.append((number, outcome))

    def news(self) -> list[tuple[int, Outcome]]:
        """What was accepted and is not written down yet."""
        return list(self._accepted)

    def written_down(self, number: int) -> None:
        """So many of the news stand in the rows: they are none any more."""
        del self._accepted[:number]

    def silence(self, *, zone_name: str) -> str:
        """What the office should know when nothing is heard; the time is that of its zone."""
        heard, at = self._heard_last
        seconds = time.monotonic() - heard
        if seconds < SILENT_SECONDS:
            return ""
        if not self._is_silence_logged:
            log.warning("the relay is silent", seconds=round(seconds))
            self._is_silence_logged = True
        local = at.astimezone(clock.zone(zone_name))
        return f"the relay has not answered since {local:%H:%M:%S}: we wait for it"
