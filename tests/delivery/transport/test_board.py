"""The board: what one worker writes all can read, and what an administrator writes all obey."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
import redis
import structlog

from mailer.delivery.outcome import Phase, from_reply, lost
from mailer.delivery.transport import board, notices
from mailer.delivery.transport.board import AWAY_SECONDS, LOOK_SECONDS, STALE_SECONDS, Board
from mailer.delivery.transport.standing import Standing, State
from mailer.errors import Unreachable

OK = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok")
DOWN = lost(Phase.CONNECT, "connection refused")
NOBODY = "unix:///nowhere/at/all.sock"


@pytest.fixture
def nobody() -> Iterator[redis.Redis]:
    """A server that does not answer."""
    with redis.Redis.from_url(NOBODY) as client:
        yield client


class Line:
    """One line with one relay, that looks, hears and tells as `Relays` does."""

    def __init__(self, client: redis.Redis, *, wall_clock: Callable[[], float] = time.time) -> None:
        self.board, self.north = Board(client, wall_clock=wall_clock), Standing("north")

    def hear(self, outcome: object, *, at: float) -> None:
        self.board.look([self.north], at=at)
        if self.north.can_be_asked(at=at):
            self.north.hear([outcome], at=at)  # type: ignore[list-item]
        self.board.tell([self.north], at=at)


def rests_of(client: redis.Redis) -> list[float]:
    return [one.rests_until for one in notices.troubles(client, ["north"])["north"]]


def test_a_rest_is_written_with_its_cause_and_wiped_out_when_the_relay_serves(
    redis_client: redis.Redis,
) -> None:
    line, before = Line(redis_client), time.time()
    line.hear(from_reply(Phase.AUTH, 535, "5.7.8 <press@office.example> unknown"), at=100)
    (written,) = notices.troubles(redis_client, ["north"])["north"]
    assert (written.relay, written.phase, written.said) == (
        "north",
        "auth",
        "535 5.7.8 <…> unknown",
    )
    assert before + 1 <= written.rests_until <= time.time() + 1
    line.hear(OK, at=101)
    assert notices.troubles(redis_client, ["north"]) == {"north": []}


def test_the_beginning_of_a_trouble_stays_while_it_lasts(redis_client: redis.Redis) -> None:
    line = Line(redis_client)
    line.hear(DOWN, at=100)
    (first,) = notices.troubles(redis_client, ["north"])["north"]
    line.hear(DOWN, at=101)
    (second,) = notices.troubles(redis_client, ["north"])["north"]
    assert second.since == first.since
    assert second.rests_until > first.rests_until


def test_who_says_it_is_mended_is_obeyed_by_every_line_at_its_next_wave(
    redis_client: redis.Redis,
) -> None:
    lines = [Line(redis_client), Line(redis_client)]
    for line in lines:
        line.hear(DOWN, at=100)
    assert all(until > time.time() for until in rests_of(redis_client))
    notices.say_mended(redis_client, ["north"])
    assert len(rests_of(redis_client)) == 2
    assert all(until <= time.time() for until in rests_of(redis_client))
    for line in lines:
        line.hear(OK, at=100.1)
        assert line.north.state is State.CLOSED
    assert rests_of(redis_client) == []


def test_what_was_said_before_a_line_began_is_not_for_it(redis_client: redis.Redis) -> None:
    notices.say_mended(redis_client, ["north"])
    line = Line(redis_client)
    line.north.hear([DOWN], at=100)
    line.board.look([line.north], at=100)
    assert line.north.state is State.OPEN


def test_another_relay_that_is_mended_changes_nothing(redis_client: redis.Redis) -> None:
    line = Line(redis_client)
    line.hear(DOWN, at=100)
    notices.say_mended(redis_client, ["south"])
    line.board.look([line.north], at=100.1)
    assert line.north.state is State.OPEN


def test_what_a_lost_worker_wrote_is_wiped_out_once_the_relay_has_served_since(
    redis_client: redis.Redis,
) -> None:
    Line(redis_client).hear(DOWN, at=100)
    (lost_one,) = rests_of(redis_client)
    hours = [time.time()]
    line = Line(redis_client, wall_clock=lambda: hours[0])
    line.hear(OK, at=100)
    # It may still be a worker that cannot reach what this one can.
    assert rests_of(redis_client) == [lost_one]
    hours[0] += STALE_SECONDS + 10
    line.hear(OK, at=100 + LOOK_SECONDS)
    assert rests_of(redis_client) == []


def test_a_board_that_is_away_stops_nobody_and_is_left_alone_for_a_while(
    nobody: redis.Redis,
) -> None:
    line = Line(nobody)
    with structlog.testing.capture_logs() as logged:
        for at in (100.0, 101.0, 100.0 + AWAY_SECONDS - 1):
            line.hear(DOWN, at=at)
    shared = [one for one in logged if one["event"] == "the standing of the relays is not shared"]
    assert len(shared) == 1
    assert line.north.state is State.OPEN
    with pytest.raises(Unreachable, match="mailer run"):
        notices.troubles(nobody, ["north"])
    with pytest.raises(Unreachable):
        notices.say_mended(nobody, ["north"])


def test_what_another_version_wrote_is_passed_over(redis_client: redis.Redis) -> None:
    key = f"{notices.PREFIX}trouble:north"
    redis_client.hset(key, "an older worker", json.dumps({"relay": "north", "state": "open"}))
    redis_client.hset(key, "a broken one", "{")
    assert notices.troubles(redis_client, ["north"]) == {"north": []}


def test_what_nobody_wipes_out_is_forgotten_in_the_end(redis_client: redis.Redis) -> None:
    Line(redis_client).hear(DOWN, at=100)
    lasts = redis_client.ttl(f"{notices.PREFIX}trouble:north")
    assert 0 < int(str(lasts)) <= board.KEEP_SECONDS
