from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from mailer.delivery.outcome import Phase, from_reply, lost
from mailer.delivery.retry import RELAY_GAP, next_attempt, useful_until

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GAPS = tuple(timedelta(minutes=minutes) for minutes in (6, 15, 30, 60))
LATER = NOW + timedelta(days=2)
GREYLISTED = from_reply(Phase.RCPT, 451, "4.7.1 Greylisted")
RELAY_DOWN = lost(Phase.CONNECT, "Connection refused")


class Even(Random):
    """No jitter: the middle of every range."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


@pytest.mark.parametrize(
    ("attempt", "minutes"), [(1, 6), (2, 15), (3, 30), (4, 60), (5, 60), (50, 60)]
)
def test_the_gaps_grow_and_the_last_one_repeats(attempt: int, minutes: int) -> None:
    again_at = next_attempt(
        GREYLISTED, attempt, now=NOW, gaps=GAPS, useful_until=LATER, random=Even()
    )
    assert again_at == NOW + timedelta(minutes=minutes)


def test_the_jitter_is_at_most_a_tenth_and_spreads() -> None:
    random = Random(1)
    found = {
        next_attempt(GREYLISTED, 2, now=NOW, gaps=GAPS, useful_until=LATER, random=random)
        for _ in range(500)
    }
    gaps = [(moment - NOW) / GAPS[1] for moment in found if moment]
    assert len(gaps) == 500
    assert 0.9 <= min(gaps) < 0.91
    assert 1.09 < max(gaps) <= 1.1


@pytest.mark.parametrize("attempt", [1, 4])
def test_trouble_with_our_own_relay_is_soon_tried_again(attempt: int) -> None:
    again_at = next_attempt(
        RELAY_DOWN, attempt, now=NOW, gaps=GAPS, useful_until=LATER, random=Even()
    )
    assert again_at == NOW + RELAY_GAP


def test_the_gap_for_the_relay_is_never_longer_than_the_first_of_the_schedule() -> None:
    short = (timedelta(seconds=3), timedelta(minutes=1))
    again_at = next_attempt(RELAY_DOWN, 2, now=NOW, gaps=short, useful_until=LATER, random=Even())
    assert again_at == NOW + timedelta(seconds=3)


def test_an_attempt_that_would_come_too_late_is_none() -> None:
    end = NOW + timedelta(minutes=15)
    assert next_attempt(GREYLISTED, 1, now=NOW, gaps=GAPS, useful_until=end, random=Even())
    assert not next_attempt(GREYLISTED, 2, now=NOW, gaps=GAPS, useful_until=end, random=Even())
    assert not next_attempt(RELAY_DOWN, 1, now=end, gaps=GAPS, useful_until=end, random=Even())


@pytest.mark.parametrize(("not_after", "hours"), [(None, 48), (1, 1), (72, 48)])
def test_news_is_old_after_its_useful_hours_or_at_the_end_of_the_distribution(
    not_after: int | None, hours: int
) -> None:
    end = not_after and NOW + timedelta(hours=not_after)
    assert useful_until(NOW, useful=timedelta(hours=48), not_after=end or None) == NOW + timedelta(
        hours=hours
    )
