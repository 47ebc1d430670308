"""Several relays as one: each gets its share by weight, and where one fails the others step in.

A message goes to another relay only while no relay has heard anything of its text.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Self, overload

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome
from mailer.delivery.smtp.load import NO_JOURNAL, Journal, MayBegin, always
from mailer.delivery.smtp.steps import Cut
from mailer.delivery.transport.board import Board
from mailer.delivery.transport.inspection.review import refuse_unusable, relays_of
from mailer.delivery.transport.relay import USUAL_NAME, SMTPTransport, Transport
from mailer.delivery.transport.standing import Standing, State, may_go_elsewhere
from mailer.settings import Settings


class Relay:
    """One relay and its share; weight 0: a spare."""

    def __init__(self, transport: Transport, *, name: str = USUAL_NAME, weight: int = 1) -> None:
        """It is taken to be well."""
        self.transport, self.name, self.weight = transport, name, weight
        self.standing = Standing(name)
        #: How much it is behind its share of the messages that went out.
        self.credit = 0

    @property
    def is_on_trial(self) -> bool:
        """Whether one message is to try it before it gets more."""
        return self.standing.state is State.HALF_OPEN


class Relays:
    """All relays of the settings as one transport."""

    def __init__(
        self,
        relays: Sequence[Relay],
        *,
        clock: Callable[[], float] = time.monotonic,
        board: Board | None = None,
    ) -> None:
        """`clock` counts seconds; the board is where other workers and people are told."""
        self._relays = list(relays)
        self._clock = clock
        self._board = board

    @classmethod
    def from_settings(cls, settings: Settings, *, board: Board | None = None) -> Self:
        """The relay in [relay] and those in [relays]. Raises SettingsError."""
        refuse_unusable(settings)
        relays = relays_of(settings)
        return cls(
            [
                Relay(
                    SMTPTransport.from_settings(settings, name=name), name=name, weight=one.weight
                )
                for name, one in relays.items()
            ],
            board=board,
        )

    @property
    def troubles(self) -> list[Outcome]:
        """What those relays said last that take nothing from us at present."""
        standings = [relay.standing for relay in self._relays]
        return [
            one.trouble._replace(relay=one.name)
            for one in standings
            if one.trouble is not None and one.state is not State.CLOSED
        ]

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        """Hand the messages over; what one relay could not begin, another may."""
        standings = [relay.standing for relay in self._relays]
        if self._board is not None:
            self._board.look(standings, at=self._clock())
        try:
            return await self._deal_out(messages, may_begin=may_begin, journal=journal)
        finally:
            if self._board is not None:
                self._board.tell(standings, at=self._clock())

    async def _deal_out(
        self, messages: Sequence[ComposedMessage], *, may_begin: MayBegin, journal: Journal
    ) -> list[Outcome | None]:
        first = self._relays[0]
        if len(self._relays) == 1 and first.standing.state is State.CLOSED:
            outcomes = await first.transport.send(messages, may_begin=may_begin, journal=journal)
            first.standing.hear(outcomes, at=self._clock())
            return outcomes
        deal = _Deal(self._relays, messages, may_begin=may_begin, journal=journal)
        while busy := deal.next_round(at=self._clock()):
            # All of them come to an end before a fault of ours may come out.
            answers = await asyncio.gather(
                *(share.send(messages) for share in busy), return_exceptions=True
            )
            for share, answer in zip(busy, answers, strict=True):
                if isinstance(answer, BaseException):
                    raise answer
                share.relay.standing.hear(answer, at=self._clock(), waited=share.waited)
                deal.take(share, answer)
        return deal.outcomes

    def cut_short(self, cut: Cut) -> None:
        """Stop what each of them is doing."""
        for relay in self._relays:
            relay.transport.cut_short(cut)

    async def close(self) -> None:
        """Say goodbye to all of them."""
        await asyncio.gather(*(relay.transport.close() for relay in self._relays))


class _Part(Sequence[ComposedMessage]):
    """Some of the messages, each taken when it is wanted: it may be composed only then."""

    def __init__(self, messages: Sequence[ComposedMessage], numbers: Sequence[int]) -> None:
        self._messages, self._numbers = messages, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> ComposedMessage: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[ComposedMessage]: ...

    def __getitem__(self, place: int | slice) -> ComposedMessage | Sequence[ComposedMessage]:
        if isinstance(place, slice):
            return _Part(self._messages, self._numbers[place])
        return self._messages[self._numbers[place]]


class _Share:
    """What one relay gets in a round, under the numbers that the caller knows."""

    def __init__(self, relay: Relay, *, may_begin: MayBegin, journal: Journal) -> None:
        self.relay = relay
        self.numbers: list[int] = []
        #: How many seconds the relay took for it.
        self.waited = 0.0
        self._may_begin, self._journal = may_begin, journal

    @property
    def is_full(self) -> bool:
        return self.relay.is_on_trial and bool(self.numbers)

    async def send(self, messages: Sequence[ComposedMessage]) -> list[Outcome | None]:
        own, loop = _Part(messages, self.numbers), asyncio.get_running_loop()
        began = loop.time()
        try:
            return await self.relay.transport.send(own, may_begin=self._may, journal=self)
        finally:
            self.waited = loop.time() - began

    def begun(self, place: int) -> None:
        self._journal.begun(self.numbers[place])

    def answered(self, place: int, outcome: Outcome) -> None:
        # What may go to another relay is not at its end: a journal would take it for that.
        if not may_go_elsewhere(outcome):
            self._journal.answered(self.numbers[place], outcome)

    def _may(self, place: int) -> bool:
        return self._may_begin(self.numbers[place])


class _Deal:
    """The messages of one `send`, dealt out round after round."""

    def __init__(
        self,
        relays: Sequence[Relay],
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin,
        journal: Journal,
    ) -> None:
        self.outcomes: list[Outcome | None] = [None] * len(messages)
        self._relays, self._may_begin, self._journal = relays, may_begin, journal
        self._waiting = list(range(len(messages)))
        #: The relays that did not take a message.
        self._asked: dict[int, list[Relay]] = {}

    def next_round(self, *, at: float) -> list[_Share]:
        """The shares of the relays that get anything; none when all is said."""
        shares = [
            _Share(relay, may_begin=self._may_begin, journal=self._journal)
            for relay in self._relays
            if relay.standing.can_be_asked(at=at)
        ]
        waiting, self._waiting = self._waiting, []
        for number in waiting:
            able = [one for one in shares if one.relay not in self._asked.get(number, ())]
            free = [one for one in able if not one.is_full]
            if free:
                _picked(free).numbers.append(number)
            elif able:
                self._waiting.append(number)  # for the end of the trial
            elif number not in self._asked:
                self.outcomes[number] = self._trouble()
        return [share for share in shares if share.numbers]

    def take(self, share: _Share, outcomes: Sequence[Outcome | None]) -> None:
        """What became of a share; what may go elsewhere waits again."""
        for number, outcome in zip(share.numbers, outcomes, strict=True):
            self.outcomes[number] = outcome
            if outcome is not None and may_go_elsewhere(outcome):
                self._asked.setdefault(number, []).append(share.relay)
                self._waiting.append(number)
        self._waiting.sort()

    def _trouble(self) -> Outcome | None:
        """What the relays that rest said last."""
        troubles: Iterable[Outcome | None] = (relay.standing.trouble for relay in self._relays)
        return next(filter(None, troubles), None)


def _picked(free: Sequence[_Share]) -> _Share:
    """The relay that is furthest behind its share; spares only where there is nobody else."""
    regular = [share.relay for share in free if share.relay.weight] or [one.relay for one in free]
    for relay in regular:
        relay.credit += relay.weight or 1
    chosen = max(regular, key=lambda relay: relay.credit)
    chosen.credit -= sum(relay.weight or 1 for relay in regular)
    return next(share for share in free if share.relay is chosen)
