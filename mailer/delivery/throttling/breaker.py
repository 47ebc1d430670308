"""What a receiving provider's answers do to its traffic: slower, a pause, a try, and on again.

Nothing here touches an address: who refuses us says nothing about a mailbox. Trouble with our own
relay is the relay's, not the provider's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from mailer.delivery.outcome import CLOSING, SESSION_PHASES, Outcome, OutcomeKind
from mailer.delivery.refusal import ADDRESS, Reason


class State(StrEnum):
    """How a provider is served."""

    #: As fast as the settings say.
    CLOSED = "closed"
    #: Slower, because it asked for that.
    SLOWED = "slowed"
    #: Not at all until its pause is over.
    OPEN = "open"
    #: The pause is over: now and then one message tries whether it takes mail again.
    HALF_OPEN = "half_open"


class Event(StrEnum):
    """What an answer tells about the provider."""

    #: It took the message, or refused only the recipient: it deals with us.
    ACCEPTED = "accepted"
    #: It says: not so fast (421, 4.7.x, or in words).
    RATE_LIMITED = "rate_limited"
    #: It refuses us or our text: policy, authentication, reputation (5.7.x).
    REFUSED = "refused"
    #: It has refused us so often of late that it refuses all.
    STORM = "storm"


class Action(StrEnum):
    """What follows for its rate."""

    NOTHING = "nothing"
    HALVE = "halve"
    PAUSE = "pause"
    RESUME = "resume"


TABLE: dict[tuple[State, Event], tuple[State, Action]] = {
    (State.CLOSED, Event.ACCEPTED): (State.CLOSED, Action.NOTHING),
    (State.CLOSED, Event.RATE_LIMITED): (State.SLOWED, Action.HALVE),
    # One refusal may be meant for one recipient, such as a list that only members may write to.
    (State.CLOSED, Event.REFUSED): (State.CLOSED, Action.NOTHING),
    (State.CLOSED, Event.STORM): (State.OPEN, Action.PAUSE),
    # It grows faster again by the clock, so the good news changes nothing.
    (State.SLOWED, Event.ACCEPTED): (State.SLOWED, Action.NOTHING),
    (State.SLOWED, Event.RATE_LIMITED): (State.SLOWED, Action.HALVE),
    (State.SLOWED, Event.REFUSED): (State.SLOWED, Action.NOTHING),
    (State.SLOWED, Event.STORM): (State.OPEN, Action.PAUSE),
    # What was under way when the pause began is still being answered.
    (State.OPEN, Event.ACCEPTED): (State.OPEN, Action.NOTHING),
    (State.OPEN, Event.RATE_LIMITED): (State.OPEN, Action.NOTHING),
    (State.OPEN, Event.REFUSED): (State.OPEN, Action.NOTHING),
    (State.OPEN, Event.STORM): (State.OPEN, Action.NOTHING),
    (State.HALF_OPEN, Event.ACCEPTED): (State.SLOWED, Action.RESUME),
    # It would take mail again, only not so fast.
    (State.HALF_OPEN, Event.RATE_LIMITED): (State.SLOWED, Action.RESUME),
    (State.HALF_OPEN, Event.REFUSED): (State.OPEN, Action.PAUSE),
    (State.HALF_OPEN, Event.STORM): (State.OPEN, Action.PAUSE),
}

#: A slowed provider gets this much more each minute, compounded, until it is free again.
#: Standards 3.5 halve at once and double in a clean hour: made for a cold address that warms up
#: over days. A release is old in hours and our relay is known, so the way back is shorter: a
#: halved rate is whole again after seven or eight minutes, and a provider that still minds halves
#: it once more. So the rate swings between half and all of what the provider bears.
GROWTH = 1.10
#: After so long without a complaint it is as if nothing had been: counters of rate-limiting
#: receivers are kept by the minute or the quarter of an hour. What is free and complains again
#: begins at half of what it was sent, so that a wrong guess costs little.
CLEAN_SECONDS = 15 * 60
#: Complaints in this time after a halving are about what was under way before it.
ECHO_SECONDS = 30
#: The slowest we get, and the slowest beginning where no rate is set (standards 3.5: the rate of a
#: cold start), in hand-overs a minute.
SLOWEST, COLD = 6.0, 30.0
#: The first pause; each one after that is twice as long, until a provider has been clean again.
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 15 * 60, 4 * 3600

REFUSING = frozenset(
    {
        Reason.POLICY,
        Reason.AUTHENTICATION,
        Reason.REPUTATION,
        Reason.CONTENT,
        Reason.SYSTEM,
        Reason.UNDEFINED,
    }
)
QUOTED_CHARACTERS = 160


def event_of(outcome: Outcome) -> Event | None:
    """What the outcome tells about the provider of its recipient; None when it tells nothing.

    A server that greylists, lacks space or closes for trouble of its own asks nothing of us, and a
    mailbox that gets too much (4.2.x) is not its provider. Before the recipient was named nobody
    but our relay has spoken.
    """
    if outcome.kind is OutcomeKind.ACCEPTED:
        return Event.ACCEPTED
    if outcome.phase in SESSION_PHASES or outcome.kind is OutcomeKind.UNKNOWN:
        return None
    if outcome.kind is OutcomeKind.DEFERRED:
        return Event.RATE_LIMITED if _asks_for_patience(outcome) else None
    return Event.REFUSED if outcome.reason in REFUSING else Event.ACCEPTED


def _asks_for_patience(outcome: Outcome) -> bool:
    if outcome.reason in {Reason.GREYLISTED, Reason.RELAYING}:
        return False
    subject = (outcome.enhanced or "")[:4]
    if outcome.reason is Reason.RATE_LIMITED:
        return subject != "4.2."
    return subject == "4.7." if subject else outcome.code == CLOSING


@dataclass(frozen=True)
class Trouble:
    """What is remembered of a provider in trouble; of one that is well nothing is.

    Times are seconds since 1970 by the clock of the server that keeps it.
    """

    #: Hand-overs a minute when it was slowed last; they have grown since.
    rate: float
    #: When it was slowed or paused last.
    troubled_at: float
    #: 0: it is not paused.
    paused_until: float = 0.0
    pauses: int = 0
    #: What the provider said, without the address.
    words: str = ""

    def state(self, *, at: float) -> State:
        """How the provider is served at that time."""
        if self.paused_until > at:
            return State.OPEN
        if self.paused_until:
            return State.HALF_OPEN
        return State.SLOWED if at < self.troubled_at + CLEAN_SECONDS else State.CLOSED

    def rate_at(self, at: float) -> float:
        """The rate as it has grown since."""
        minutes = max(0, int((at - self.troubled_at) // 60))
        return float(self.rate * GROWTH**minutes)

    @property
    def seconds_to_keep(self) -> float:
        """How long after the last complaint it is worth remembering."""
        return max(0.0, self.paused_until - self.troubled_at) + CLEAN_SECONDS

    def fields(self) -> dict[str, str]:
        """It as Redis keeps it."""
        return {name: str(value) for name, value in vars(self).items()}

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> "Trouble":
        """It as Redis kept it."""
        return cls(
            rate=float(fields["rate"]),
            troubled_at=float(fields["troubled_at"]),
            paused_until=float(fields["paused_until"]),
            pauses=int(fields["pauses"]),
            words=fields["words"],
        )


def after(
    trouble: Trouble | None, event: Event, *, at: float, usual_rate: float, words: str = ""
) -> Trouble | None:
    """What is to be remembered of a provider after that event; the same object: no change.

    `usual_rate` is what it was given before the trouble: as set, or as was lately sent there.
    """
    state = trouble.state(at=at) if trouble else State.CLOSED
    _, action = TABLE[state, event]
    known = trouble if trouble and state is not State.CLOSED else None
    if action is Action.HALVE:
        return _halved(known, at=at, usual_rate=usual_rate, words=words)
    if action is Action.PAUSE:
        return _paused(known, at=at, usual_rate=usual_rate, words=words)
    if action is Action.RESUME and known:
        rate = _half(known.rate)
        return replace(known, rate=rate, troubled_at=at, paused_until=0.0)
    return trouble


def _halved(known: Trouble | None, *, at: float, usual_rate: float, words: str) -> Trouble:
    if known is None:
        return Trouble(rate=_half(usual_rate), troubled_at=at, words=words)
    if at < known.troubled_at + ECHO_SECONDS:
        return known
    return replace(known, rate=_half(known.rate_at(at)), troubled_at=at, words=words)


def _paused(known: Trouble | None, *, at: float, usual_rate: float, words: str) -> Trouble:
    pauses = known.pauses if known else 0
    return Trouble(
        rate=known.rate if known else usual_rate,
        troubled_at=at,
        paused_until=at + min(PAUSE_SECONDS * 2**pauses, LONGEST_PAUSE_SECONDS),
        pauses=pauses + 1,
        words=words,
    )


def _half(rate: float) -> float:
    return max(rate / 2, min(rate, SLOWEST))


def quoted(outcome: Outcome) -> str:
    """What the server said, on one line, short, and without any address."""
    said = " ".join(ADDRESS.sub("…", f"{outcome.code or ''} {outcome.text}").split())
    return said if len(said) <= QUOTED_CHARACTERS else f"{said[:QUOTED_CHARACTERS]}…"
