"""A turn: one line hands over what is due in one distribution, wave after wave, until nothing is,
its time is over, or something is in the way.

Whatever ends a turn in between, the rows and the journal say what is in doubt, and a rescuer
settles it.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog

from mailer import clock
from mailer.delivery.claims import Claimed
from mailer.delivery.waves import Handed
from workers.sending.hearing import Hearing
from workers.sending.ledger import NOTHING_SENT, Ledger, Sent, Wave
from workers.sending.limits import NO_ROOM, Facts, Later, Limits, Room
from workers.sending.lines import Line
from workers.sending.recording import Answer, told, told_of
from workers.sending.setting import WaveMessages
from workers.sending.shared import Shared
from workers.sending.watch import Watch

log = structlog.get_logger(__name__)

#: So long a turn waits for a limit of the rate before it leaves the line to others.
MOMENT_SECONDS = 3.0


class Flight(NamedTuple):
    """A wave that is ready to go out."""

    wave: Wave
    #: Which of it stays behind, and until when.
    later: Later
    messages: WaveMessages
    watch: Watch


class Turn:
    """One turn of one line in one distribution.

    While a wave is on the wire, the one before is written down and the next is claimed: so the
    wire never waits for the database, and two waves are in flight at most.
    """

    def __init__(self, shared: Shared, line: Line, distribution_id: int) -> None:
        self._shared = shared
        self._line = line
        self._distribution_id = distribution_id
        self._ledger = Ledger(shared, distribution_id, owner=line.journal.owner)
        self._limits = Limits(shared)
        #: The keeping of what was accepted so far, when a wave takes long.
        self._keeping: Future[None] | None = None

    @property
    def left_some(self) -> bool:
        """Whether the turn ended although more is due."""
        return self._ledger.left_some

    def carry_out(self) -> None:
        """Wave after wave.

        Raises Unreachable when the database or the queue's server goes away: the line is to be
        given up then, for its journal to be settled.
        """
        while self._waits(self._waves()):
            pass

    def _waits(self, until: datetime | None) -> bool:
        """Wait for a limit that gives way in a moment: the scheduler would come back later, and a
        slow distribution would be slower than its rate.
        """
        if until is None or self.left_some:
            return False
        seconds = (until - clock.now()).total_seconds()
        return seconds < MOMENT_SECONDS and not self._shared.stopping.wait(max(0.0, seconds))

    def _waves(self) -> datetime | None:
        """Hand over until nothing may be; when more may, where a limit is in the way."""
        sent, room = NOTHING_SENT, self._room(self._ledger.look())
        wave = self._ledger.turn_over(sent, flying=None, room=room)
        while wave.deliveries:
            self._limits.give_back(wave.facts, unused=room.number - len(wave.deliveries))
            room = self._next_room(wave, sent)
            # What asks Redis or the database comes first: beside the ledger it would take twice
            # as long, and the wire would wait for it.
            flight = self._prepared(wave)
            ahead = self._line.meanwhile(
                partial(self._ledger.turn_over, sent, flying=wave.lease, room=room)
            )
            try:
                sent = self._hand_over(flight)
            finally:
                wave = ahead.result()
            self._tell(sent)
        self._limits.give_back(wave.facts, unused=room.number)
        self._ledger.turn_over(sent, flying=None, room=Room(0, room.not_before))
        return room.not_before

    def _room(self, facts: Facts) -> Room:
        return self._limits.room(facts, wanted=self._line.pace.wave_size)

    def _next_room(self, wave: Wave, sent: Sent) -> Room:
        """A dead relay is not asked in a tight loop: what it did not take waits a little."""
        is_dead = bool(sent.answers) and all(answer.blames_relay for answer in sent.answers)
        return NO_ROOM if is_dead else self._room(wave.facts)

    def _prepared(self, wave: Wave) -> Flight:
        """The wave with what it needs to go out, without those that must wait after all."""
        later = self._limits.later(wave.facts, wave.deliveries)
        self._limits.give_back(wave.facts, unused=len(later.until))
        ready = sorted((one for one in wave.deliveries if one.id not in later.until), key=_cover)
        return Flight(wave, later, self._messages(wave.facts, ready), self._watch(wave, ready))

    def _hand_over(self, flight: Flight) -> Sent:
        wave, later = flight.wave, flight.later
        waiting = [one for one in wave.deliveries if one.id in later.until]
        answers = [Answer(Handed.unset(one), until=later.until[one.id]) for one in waiting]
        if flight.messages:
            answers += self._answers(flight)
        slowed_by = self._slowed_by(later)
        return Sent(answers, wave.lease, slowed_by, tuple(self._line.troubles))

    def _slowed_by(self, later: Later) -> str:
        """What providers ask for, and which relays take nothing while others step in."""
        refused = told(*self._line.troubles)
        stepped_in = f"{refused}; other relays take its share" if refused else ""
        return "; ".join(filter(None, (later.told, stepped_in)))

    def _messages(self, facts: Facts, ready: Sequence[Claimed]) -> WaveMessages:
        full = self._line.releases.of(
            self._shared.engine,
            facts.number,
            release_id=facts.distribution.release_id,
            frozen={one.revision_id for one in ready if one.revision_id},
            relation=facts.distribution.relation,
        )
        return WaveMessages(self._line.setter, ready, full, at=facts.at)

    def _watch(self, wave: Wave, ready: Sequence[Claimed]) -> Watch:
        return Watch(
            self._shared.engine,
            ready,
            facts=wave.facts,
            lease=wave.lease,
            ours_until=partial(self._ledger.ours_until, wave.lease),
            lease_seconds=self._shared.settings.delivery.lease_seconds,
            keyring=self._shared.identity.keyring,
            is_stopping=self._shared.stopping.is_set,
        )

    def _answers(self, flight: Flight) -> list[Answer]:
        """Put the messages on the wire; what became of each."""
        messages, watch = flight.messages, flight.watch
        hearing = Hearing(self._line.journal, size=len(messages))
        outcomes = self._line.send(
            messages,
            may_begin=lambda number: watch.may_begin(number) and messages.can_be(number),
            hearing=hearing,
            is_over=watch.is_over,
            tell=partial(self._keep, flight, hearing),
        )
        heard = zip((one.delivery.provider for one in messages.handed), outcomes, strict=True)
        self._shared.throttle.heard(
            ((provider, outcome) for provider, outcome in heard if outcome is not None),
            now=clock.now(),
        )
        return [
            Answer(handed, outcome, messages.problems.get(number, ""), at=hearing.at[number])
            for number, (handed, outcome) in enumerate(zip(messages.handed, outcomes, strict=True))
        ]

    def _keep(self, flight: Flight, hearing: Hearing) -> None:
        """A wave takes long: what the relay took so far is written down, whatever follows."""
        if self._keeping is not None and not self._keeping.done():
            return
        answers = [
            Answer(flight.messages.handed[number], outcome, at=hearing.at[number])
            for number, outcome in hearing.news()
        ]
        silence = hearing.silence(zone_name=flight.wave.facts.office_zone)
        sent = Sent(answers, flight.wave.lease, silence or flight.later.told)
        self._keeping = self._line.meanwhile(partial(self._write_down, sent, hearing))

    def _write_down(self, sent: Sent, hearing: Hearing) -> None:
        """What a database that was away did not take is tried again with the next news."""
        if self._ledger.keep(sent):
            hearing.written_down(len(sent.answers))

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
                cause=told_of(refused) if refused.code is None else refused.enhanced,
            )


def _cover(delivery: Claimed) -> tuple[str, str, int]:
    """Those of one cover go out together, since they share a skeleton; else as they stand."""
    return delivery.edition_language, delivery.cover_language, delivery.position
