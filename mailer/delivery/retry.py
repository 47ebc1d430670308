"""When a deferred message is tried again: gaps that grow, with jitter, until it is old news."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from mailer.delivery.outcome import Blame, Outcome

#: So much earlier or later than the schedule says, lest all deferred messages return at once.
JITTER = 0.10
#: Trouble with our own relay says nothing about the recipient: it is soon worth another try.
RELAY_GAP = timedelta(minutes=1)


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

    The last gap repeats. `useful_until` is the moment after which the release is old news.
    """
    gap = gaps[min(max(attempt, 1), len(gaps)) - 1]
    if outcome.blames is Blame.RELAY:
        gap = min(RELAY_GAP, gaps[0])
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
