"""A short run of chaos: `python3 dev.py chaos -n 50` plays the long one."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from tests.chaos import scenarios
from tests.chaos.databases import Database
from tests.chaos.office import Office, office
from tests.chaos.recorder import recorder
from tests.chaos.rounds import play
from tests.chaos.scenarios import Size
from tests.journeys.conftest import BOTH

RECIPIENTS = 600
FAULTS = (
    "kill -9 of a worker right after an accept",
    "the queue is flushed",
    "SIGTERM of a worker in mid-wave",
    "kill -9 of a worker",
)
SMALL = Size(
    stop_recipients=600,
    stop_after=150,
    stop_rate=150.0,
    bulk_recipients=RECIPIENTS,
    urgent_recipients=60,
    relay_rates=(100.0,),
    is_long=False,
)


@pytest.fixture
def opened(base: Database, tmp_path: Path) -> Iterator[Office]:
    """An office whose parts run."""
    with ExitStack() as ending:
        relay = ending.enter_context(recorder(tmp_path / "relay.log"))
        one = ending.enter_context(
            office(tmp_path, base, relay, recipients=RECIPIENTS, urgent=SMALL.urgent_recipients)
        )
        one.start_all()
        yield one


@BOTH
def test_nothing_is_lost_and_nothing_doubled_when_parts_are_killed_in_mid_send(
    opened: Office,
) -> None:
    played = play(opened, FAULTS, number=1, random=Random(7), size=RECIPIENTS)
    assert played.is_right, played.line()


def test_nothing_is_begun_five_seconds_after_a_pause_and_the_books_are_right() -> None:
    told = scenarios.play_stop("sqlite", SMALL, verbs=("pause",))
    assert told[0]["end"]["accepted"] == SMALL.stop_recipients


def test_urgent_news_overtakes_a_bulk_send() -> None:
    told = scenarios.play_urgent("sqlite", SMALL)
    assert told[0]["bulk_unfinished"] > 0
