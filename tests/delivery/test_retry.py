from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from mailer.delivery.outcome import Outcome, Phase, from_reply, lost
from mailer.delivery.retry import (
    FIRST_GAP,
    RELAY_GAP,
    Kind,
    gap_after,
    kind_of,
    next_attempt,
    useful_until,
)
from mailer.settings import load

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
    ("kind", "minutes"),
    [
        (Kind.GREYLISTED, (6, 15, 30, 30, 60, 120, 240, 480, 480)),
        (Kind.RATE_LIMITED, (15, 30, 30, 60, 120, 240, 480, 480, 480)),
        (Kind.NETWORK, (15, 30, 30, 60, 120, 240, 480, 480, 480)),
        (Kind.OTHER, (30, 60, 120, 240, 480, 480, 480, 480, 480)),
        (Kind.MAILBOX_FULL, (60, 120, 240, 480, 480, 480, 480, 480, 480)),
        (Kind.RELAY, (1, 1, 1, 1, 1, 1, 1, 1, 1)),
    ],
)
def test_each_kind_of_deferral_has_a_gap_for_each_attempt(
    kind: Kind, minutes: tuple[int, ...]
) -> None:
    usual = tuple(timedelta(minutes=gap) for gap in load().delivery.retry_minutes)
    found = [gap_after(kind, attempt, gaps=usual) for attempt in range(1, len(minutes) + 1)]
    assert found == [timedelta(minutes=gap) for gap in minutes]


def test_every_kind_has_a_place_in_the_schedule() -> None:
    assert set(FIRST_GAP) | {Kind.RELAY} == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_schedule_of_one_gap_is_enough(kind: Kind) -> None:
    assert gap_after(kind, 7, gaps=[timedelta(seconds=2)]) == timedelta(seconds=2)


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (GREYLISTED, Kind.GREYLISTED),
        (from_reply(Phase.RCPT, 450, "4.2.0 Come back in some minutes"), Kind.GREYLISTED),
        (from_reply(Phase.RCPT, 451, "4.7.1 Later, please"), Kind.GREYLISTED),
        (from_reply(Phase.RCPT, 450, "4.7.1 Too many messages"), Kind.RATE_LIMITED),
        (from_reply(Phase.AFTER_DOT, 451, "4.7.500 Server busy"), Kind.RATE_LIMITED),
        (from_reply(Phase.AFTER_DOT, 421, "4.7.28 Unusual rate of mail"), Kind.RATE_LIMITED),
        (from_reply(Phase.RCPT, 450, "4.2.1 Receiving mail too quickly"), Kind.RATE_LIMITED),
        (from_reply(Phase.RCPT, 452, "4.2.2 Mailbox full"), Kind.MAILBOX_FULL),
        (from_reply(Phase.RCPT, 450, "4.4.1 No answer from host"), Kind.NETWORK),
        (from_reply(Phase.RCPT, 451, "4.3.0 Local trouble"), Kind.OTHER),
        (from_reply(Phase.RCPT, 450, "4.1.1 Unverified address"), Kind.OTHER),
        (from_reply(Phase.RCPT, 450, "4.7.25 Cannot find your hostname"), Kind.OTHER),
        (from_reply(Phase.RCPT, 450, "Later"), Kind.OTHER),
        (RELAY_DOWN, Kind.RELAY),
        (from_reply(Phase.CONNECT, 421, "4.7.0 Too many connections"), Kind.RELAY),
        (from_reply(Phase.RCPT, 421, "4.3.2 Shutting down"), Kind.RELAY),
        (from_reply(Phase.RCPT, 421, "Service not available"), Kind.RELAY),
        (from_reply(Phase.MAIL, 452, "4.3.1 Disk full"), Kind.RELAY),
        (from_reply(Phase.AUTH, 535, "5.7.8 Wrong password"), Kind.RELAY),
        (from_reply(Phase.RCPT, 554, "5.7.1 Relay access denied"), Kind.RELAY),
    ],
)
def test_a_deferral_is_of_one_kind(outcome: Outcome, kind: Kind) -> None:
    assert kind_of(outcome) is kind


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
