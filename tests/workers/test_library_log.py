import logging

import pytest
from structlog.testing import capture_logs

from workers.library_log import SILENCE_SECONDS, LibraryLog


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(clock: Clock) -> logging.Logger:
    """A logger as the library has them, heard by us."""
    logger = logging.getLogger(f"{__name__}.ConsumerThread(deliver)")
    logger.handlers = [LibraryLog(timer=clock)]
    return logger


def test_a_complaint_that_repeats_itself_is_told_once_in_a_while(
    library: logging.Logger, clock: Clock
) -> None:
    with capture_logs() as told:
        for attempt in range(5):
            library.critical("Consumer encountered a connection error: %s", attempt)
        clock.now += SILENCE_SECONDS
        library.critical("Consumer encountered a connection error: %s", 5)
    assert [line["event"] for line in told] == [
        "Consumer encountered a connection error: 0",
        "Consumer encountered a connection error: 5",
    ]


def test_different_complaints_are_each_told(library: logging.Logger) -> None:
    with capture_logs() as told:
        library.warning("one")
        library.error("another")
    assert [(line["event"], line["log_level"]) for line in told] == [
        ("one", "warning"),
        ("another", "error"),
    ]


def test_small_talk_is_not_told(library: logging.Logger) -> None:
    with capture_logs() as told:
        library.info("Restarting consumer in 3.00 seconds.")
    assert told == []
