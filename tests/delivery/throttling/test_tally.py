from datetime import UTC, datetime, timedelta

import pytest

from mailer.delivery.throttling.tally import FEWEST, LAST, LATELY, WATCHED, Tally

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def counted(tally: Tally, results: str, *, at: datetime = NOW) -> list[bool]:
    """What it says to each result: x is refused, anything else is not."""
    return [tally.count("google", is_refused=one == "x", now=at) for one in results]


@pytest.mark.parametrize(
    ("results", "is_storm"),
    [
        ("xxxx", False),
        ("xxxxx", True),
        # Five of sixteen are a storm, of seventeen not.
        ("x..x...x...x...x", True),
        ("x..x...x...x....x", False),
        (".................", False),
        # Only the last fifty count.
        ("xxxx" + "." * LAST + "x", False),
    ],
)
def test_a_storm_is_a_large_share_of_no_few_hand_overs(results: str, *, is_storm: bool) -> None:
    told = counted(Tally(), results)
    assert any(told) == is_storm
    assert not any(told[:-1])


def test_after_a_storm_counting_begins_anew() -> None:
    tally = Tally()
    assert counted(tally, "x" * FEWEST)[-1]
    assert not tally.watches("google")
    assert counted(tally, "x" * FEWEST) == [False] * (FEWEST - 1) + [True]


def test_what_was_refused_long_ago_counts_no_more() -> None:
    tally = Tally()
    counted(tally, "xxxx")
    assert not any(counted(tally, "xxxx", at=NOW + LATELY + timedelta(seconds=1)))


def test_a_provider_is_watched_while_a_refusal_is_among_the_last() -> None:
    tally = Tally()
    counted(tally, "..")
    assert not tally.watches("google")
    counted(tally, "x" + "." * (LAST - 1))
    assert tally.watches("google")
    counted(tally, ".")
    assert not tally.watches("google")


def test_it_forgets_the_quietest_when_there_are_too_many() -> None:
    tally = Tally()
    for number in range(WATCHED + 1):
        tally.count(f"outlet-{number}.example", is_refused=True, now=NOW)
    assert not tally.watches("outlet-0.example")
    assert tally.watches("outlet-1.example")
