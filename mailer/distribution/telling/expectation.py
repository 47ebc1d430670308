"""When a distribution that is on its way will be done, as far as anybody can tell."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.distribution.batches import WAITING
from mailer.distribution.following.translations import waiting_by_language
from mailer.distribution.lifecycle import SENDING
from mailer.distribution.options import Terms
from mailer.distribution.telling.forecast import foretell
from mailer.distribution.telling.overview import RATE_WINDOW, Progress
from mailer.distribution.timing.timetable import Timetable
from mailer.models import Batch, Delivery, LanguagePolicy

#: Whoever hands over less than this part of what the limit allows is slowed by something else.
AS_GOOD_AS_ALL = 0.8


@dataclass(frozen=True)
class Expectation:
    """How fast it goes on from here, and until when."""

    #: Hand-overs a minute; None: nothing tells.
    pace: float | None = None
    #: Whether that is what the limit allows; else it is the pace of the last minute.
    is_at_limit: bool = False
    #: About when the last is handed over; None: nothing tells.
    done_at: datetime | None = None


NOTHING_TELLS = Expectation()


def expect(
    session: Session,
    state: Progress,
    terms: Terms,
    *,
    limit: float | None,
    office_zone: str,
    now: datetime,
) -> Expectation:
    """What is to be expected of a distribution; `limit` is the hand-overs a minute that may be.

    While nothing is handed over although it is due, nobody can tell. With local times or sending
    hours the deliveries that wait are counted by zone: of a million that takes about a second.
    """
    if state.status is not SENDING or not state.unfinished or _stands(state, terms, limit, now):
        return NOTHING_TELLS
    waits = terms.options.language_policy is LanguagePolicy.WAIT
    if waits and waiting_by_language(session, state.id):
        # Nobody knows when an edition is ready.
        return NOTHING_TELLS
    at_limit = limit is not None and _is_at_limit(state, limit, now)
    pace = limit if at_limit else state.rate_per_minute or None
    if terms.is_staggered:
        done_at = _by_the_clock(session, state, terms, pace, office_zone=office_zone, now=now)
        return Expectation(pace, at_limit, done_at)
    if pace is None:
        return NOTHING_TELLS
    last = sa.select(sa.func.max(col(Batch.due_at))).where(col(Batch.distribution_id) == state.id)
    last_due = session.execute(last).scalar_one() or now
    return Expectation(
        pace, at_limit, max(last_due, now + timedelta(minutes=state.unfinished / pace))
    )


def _stands(state: Progress, terms: Terms, limit: float | None, now: datetime) -> bool:
    """Whether something is due for longer than the limit explains, and nothing is handed over."""
    patience = max(RATE_WINDOW, timedelta(minutes=2 / limit) if limit else RATE_WINDOW)
    latest = max(filter(None, (terms.next_due_at, state.last_sent_at)), default=now)
    return terms.next_due_at is not None and latest < now - patience


def _is_at_limit(state: Progress, limit: float, now: datetime) -> bool:
    """Whether the limit, and nothing else, says how fast it goes; at first that is believed."""
    began = state.first_sent_at
    if began is None or now - began < RATE_WINDOW:
        return True
    # One more or less in the minute that is looked at tells nothing.
    return not state.rate_per_minute or state.rate_per_minute >= limit * AS_GOOD_AS_ALL - 1


def _by_the_clock(
    session: Session,
    state: Progress,
    terms: Terms,
    pace: float | None,
    *,
    office_zone: str,
    now: datetime,
) -> datetime | None:
    """When the last of those is handed over who wait for their time, or for the hours."""
    waiting = _waiting(session, state.id, office_zone=office_zone)
    end = terms.options.not_after
    times = Timetable(
        starts_at=now,
        moments={zone: max(now, first) for zone, (_, first, _) in waiting.items()},
        past=frozenset(),
        delayed=frozenset(),
        too_late=frozenset(
            zone for zone, (_, first, _) in waiting.items() if end is not None and first >= end
        ),
    )
    zones = Counter({zone: number for zone, (number, _, _) in waiting.items()})
    paced = replace(terms.options, rate_per_minute=pace)
    done_at = foretell(paced, times, zones, office_zone=office_zone).last_at
    if done_at is None:
        return None
    last_due = max(last for _, _, last in waiting.values())
    return max(done_at, last_due if end is None else min(last_due, end))


def _waiting(
    session: Session, distribution_id: int, *, office_zone: str
) -> dict[str, tuple[int, datetime, datetime]]:
    """By zone: how many wait, and when the first and the last of them are due."""
    due = col(Delivery.next_attempt_at)
    rows = session.execute(
        sa.select(col(Delivery.zone), sa.func.count(), sa.func.min(due), sa.func.max(due))
        .where(col(Delivery.distribution_id) == distribution_id, col(Delivery.status).in_(WAITING))
        .group_by(col(Delivery.zone))
    )
    found: dict[str, tuple[int, datetime, datetime]] = {}
    for zone, number, first, last in rows:
        # One without a zone lives by the office's clock.
        name = zone or office_zone
        other, begins, ends = found.get(name, (0, first, last))
        found[name] = (number + other, min(first, begins), max(last, ends))
    return found
