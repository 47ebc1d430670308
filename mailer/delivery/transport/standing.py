"""How one relay stands with us: it is asked, it rests because it takes nothing, or it is tried.

A relay that takes nothing rests, longer each time, and is then tried with one message.
"""

from collections.abc import Iterable
from enum import StrEnum

import structlog

from mailer.delivery.outcome import SESSION_PHASES, Blame, Outcome, Phase
from mailer.delivery.refusal import Reason

log = structlog.get_logger(__name__)

#: The first rest; each one after that is twice as long, until the relay has dealt with a message.
REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 60.0
#: A relay that keeps us waiting before it fails rests so many times as long: where others serve,
#: asking it again costs them no more than a fifth of their time.
RESTS_PER_WAIT = 4


class State(StrEnum):
    """Whether a relay is asked."""

    CLOSED = "closed"
    #: It rests.
    OPEN = "open"
    #: It has rested: one message tries whether it works again.
    HALF_OPEN = "half_open"


class Event(StrEnum):
    """What happened to a relay."""

    #: It dealt with a message, whatever it said to it.
    SERVED = "served"
    #: It dealt with none: it cannot be reached, or wants nothing from us.
    TROUBLED = "troubled"
    #: Its rest is over.
    RESTED = "rested"
    #: Somebody has mended it, and says so.
    MENDED = "mended"


class Action(StrEnum):
    """What follows."""

    NOTHING = "nothing"
    REST = "rest"
    FORGET = "forget"
    #: The next rest is as short as the first.
    FORGIVE = "forgive"


TABLE: dict[tuple[State, Event], tuple[State, Action]] = {
    (State.CLOSED, Event.SERVED): (State.CLOSED, Action.NOTHING),
    (State.CLOSED, Event.TROUBLED): (State.OPEN, Action.REST),
    (State.CLOSED, Event.RESTED): (State.CLOSED, Action.NOTHING),
    (State.CLOSED, Event.MENDED): (State.CLOSED, Action.NOTHING),
    (State.OPEN, Event.SERVED): (State.CLOSED, Action.FORGET),
    # What was under way when the rest began tells nothing new.
    (State.OPEN, Event.TROUBLED): (State.OPEN, Action.NOTHING),
    (State.OPEN, Event.RESTED): (State.HALF_OPEN, Action.NOTHING),
    (State.OPEN, Event.MENDED): (State.HALF_OPEN, Action.FORGIVE),
    (State.HALF_OPEN, Event.SERVED): (State.CLOSED, Action.FORGET),
    (State.HALF_OPEN, Event.TROUBLED): (State.OPEN, Action.REST),
    (State.HALF_OPEN, Event.RESTED): (State.HALF_OPEN, Action.NOTHING),
    (State.HALF_OPEN, Event.MENDED): (State.HALF_OPEN, Action.FORGIVE),
}


class Standing:
    """The state of one relay, and what it said when it took nothing. Times are seconds."""

    def __init__(self, name: str) -> None:
        """It is taken to be well."""
        self.name = name
        self.state = State.CLOSED
        self.trouble: Outcome | None = None
        self.rests_until = 0.0
        #: When it dealt with a message last; None: it never did.
        self.served_at: float | None = None
        self._rests = 0
        self._waited = 0.0
        #: What was told last of its trouble: a cause is an alarm once, and not after every rest.
        self._told: tuple[object, ...] = ()

    def can_be_asked(self, *, at: float) -> bool:
        """Whether the relay gets messages at that time."""
        if self.state is State.OPEN and at >= self.rests_until:
            self.take(Event.RESTED, at=at)
        return self.state is not State.OPEN

    def hear(self, outcomes: Iterable[Outcome | None], *, at: float, waited: float = 0.0) -> None:
        """Learn from what became of the messages that the relay got, and how long that took."""
        self._waited = waited
        troubled = False
        for outcome in outcomes:
            if outcome is None or is_unfit(outcome):
                continue
            if not is_trouble(outcome):
                self.served_at = at
                self.take(Event.SERVED, at=at)
                return
            troubled, self.trouble = True, outcome
        if troubled:
            self.take(Event.TROUBLED, at=at)

    def take(self, event: Event, *, at: float) -> None:
        """Go where the table says."""
        self.state, action = TABLE[self.state, event]
        if action is Action.REST:
            seconds = min(REST_SECONDS * 2**self._rests, LONGEST_REST_SECONDS)
            seconds = max(seconds, RESTS_PER_WAIT * self._waited)
            self._rests, self.rests_until = self._rests + 1, at + seconds
            self._tell(seconds)
        elif action is Action.FORGET:
            self._rests, self.trouble, self._told = 0, None, ()
            log.info("the relay works again", relay=self.name)
        elif action is Action.FORGIVE:
            self._rests = 0
            log.info("the relay is tried again because somebody asked for it", relay=self.name)

    def _tell(self, seconds: float) -> None:
        trouble = self.trouble
        if trouble is None:
            return
        # A server's own words may quote an address; those without a code are ours.
        cause = trouble.text if trouble.code is None else trouble.enhanced
        told = (trouble.phase.value, trouble.code, cause)
        say = log.info if told == self._told else log.warning
        say(
            "the relay rests",
            relay=self.name,
            seconds=seconds,
            phase=trouble.phase.value,
            code=trouble.code,
            cause=cause,
        )
        self._told = told


def is_trouble(outcome: Outcome) -> bool:
    """Whether the relay dealt with no message at all, only with us."""
    if outcome.blames is not Blame.RELAY:
        return False
    return outcome.phase in SESSION_PHASES or outcome.reason is Reason.RELAYING


def is_unfit(outcome: Outcome) -> bool:
    """Whether the relay was not even asked, because the message does not suit what it offers."""
    return outcome.phase in SESSION_PHASES and outcome.blames is Blame.CONTENT


def may_go_elsewhere(outcome: Outcome) -> bool:
    """Whether another relay may be asked: this one has heard nothing of the text, or cannot."""
    if outcome.blames is Blame.RELAY:
        return outcome.phase in SESSION_PHASES or outcome.phase is Phase.RCPT
    return is_unfit(outcome) and outcome.reason in {Reason.NO_SMTPUTF8, Reason.TOO_LARGE}
