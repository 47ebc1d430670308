"""When a deferred message is tried again: gaps that grow, with jitter, until it is old news."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from mailer.delivery.outcome import SESSION_PHASES, Blame, Outcome
from mailer.delivery.refusal import Reason

#: So much earlier or later than the schedule says, lest all deferred messages return at once.
JITTER = 0.10
#: Trouble with our own relay says nothing about the recipient: it is soon worth another try.
RELAY_GAP = timedelta(minutes=1)


class Kind(StrEnum):
    """Why it was deferred, as far as that decides how soon it is worth another try."""

    #: The server wants to see us come back, which it allows after some minutes.
    GREYLISTED = "greylisted"
    #: It takes less than we gave; meanwhile the throttle gives it less.
    RATE_LIMITED = "rate_limited"
    #: Nobody clears out a mailbox within minutes.
    MAILBOX_FULL = "mailbox_full"
    #: Our own relay: the recipient's side was not asked.
    RELAY = "relay"
    #: The recipient's server cannot be reached.
    NETWORK = "network"
    OTHER = "other"


#: With which of the gaps of `delivery.retry_minutes` (6, 15, 30, 30, 60, 120, 240, 480) each kind
#: begins. RFC 5321, 4.5.4.1, wants at least 30 minutes between two tries, and allows less where
#: the reason for the deferral is known; standards 3.2 have the list. Our relay has its own gap.
FIRST_GAP: dict[Kind, int] = {
    Kind.GREYLISTED: 0,
    Kind.RATE_LIMITED: 1,
    Kind.NETWORK: 1,
    Kind.OTHER: 3,
    Kind.MAILBOX_FULL: 4,
}
#: Codes of servers that greylist without saying so.
GREYLISTING_CODES = frozenset({"4.7.1", "4.2.0"})
SAYS_LITTLE = frozenset({Reason.POLICY, Reason.UNDEFINED, None})
KINDS: dict[Reason | None, Kind] = {
    Reason.GREYLISTED: Kind.GREYLISTED,
    Reason.RATE_LIMITED: Kind.RATE_LIMITED,
    Reason.MAILBOX_FULL: Kind.MAILBOX_FULL,
    Reason.NETWORK: Kind.NETWORK,
}


def kind_of(outcome: Outcome) -> Kind:
    """Why it was deferred. A provider that closes the connection because we are too fast is not
    our relay in trouble, though both say 421.
    """
    is_rate = outcome.reason is Reason.RATE_LIMITED and outcome.phase not in SESSION_PHASES
    if outcome.blames is Blame.RELAY and not is_rate:
        return Kind.RELAY
    if outcome.enhanced in GREYLISTING_CODES and outcome.reason in SAYS_LITTLE:
        return Kind.GREYLISTED
    return KINDS.get(outcome.reason, Kind.OTHER)


def gap_after(kind: Kind, attempt: int, *, gaps: Sequence[timedelta]) -> timedelta:
    """The gap after deferral number `attempt`; the last one repeats."""
    if kind is Kind.RELAY:
        return min(RELAY_GAP, gaps[0])
    place = FIRST_GAP[kind] + max(attempt, 1) - 1
    return gaps[min(place, len(gaps) - 1)]


def next_attempt(
    outcome: Outcome,
    attempt: int,
    *,
    now: datetime,
    gaps: Sequence[timedelta],
    useful_until: datetime,
    random: Random,
) -> datetime | None:
    """When to try again after deferral number `attempt`; None when it would come too late.

    RFC 5321, 4.5.4.1, advises to go on for four or five days; a release is old long before, so
    `useful_until` ends it, and the delivery expires, which is no bounce (standards 3.2).
    """
    gap = gap_after(kind_of(outcome), attempt, gaps=gaps)
    moment = now + gap * random.uniform(1 - JITTER, 1 + JITTER)
    return moment if moment < useful_until else None


def useful_until(
    first_attempt_at: datetime, *, useful: timedelta, not_after: datetime | None
) -> datetime:
    """The end of a delivery's usefulness: so long after its first attempt, or its distribution's
    own end when that comes first.
    """
    end = first_attempt_at + useful
    return min(end, not_after) if not_after else end
