from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

from mailer import valkey
from mailer.delivery.outcome import Outcome, Phase, from_reply
from mailer.delivery.throttling.breaker import CLEAN_SECONDS, PAUSE_SECONDS, State
from mailer.delivery.throttling.rations import HORIZON_SECONDS, PREFIX, PROBE_GAP_SECONDS
from mailer.delivery.throttling.throttle import Throttle, relays_rate
from mailer.errors import Unreachable
from mailer.settings import Settings, load

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TAKEN = from_reply(Phase.AFTER_DOT, 250, "2.0.0 Ok: queued as 4F1A")
TOO_FAST = from_reply(Phase.AFTER_DOT, 421, "4.7.28 Gmail has detected an unusual rate of mail")
REFUSED = from_reply(Phase.AFTER_DOT, 550, "5.7.26 Unauthenticated mail is not accepted")
NO_SUCH_USER = from_reply(Phase.RCPT, 550, "5.1.1 No such user")


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.seconds = NOW.timestamp()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A Valkey server for the tests of this module."""
    home = tmp_path_factory.mktemp("home")
    there = load().model_copy(update={"home": home})
    running = valkey.start(there)
    assert running is not None
    yield there
    running.stop()


@pytest.fixture
def client(server: Settings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey.broker_url(server)) as connection:
        connection.flushall()
        yield connection


@pytest.fixture
def clock() -> Clock:
    return Clock()


def throttle(client: redis.Redis, clock: Clock, **given: Any) -> Throttle:
    """A throttle with those settings of [throttle]; the rate of the relay goes by `relay`."""
    settings = load()
    relay = settings.relay.model_copy(update={"rate_per_minute": given.pop("relay", 0)})
    rates = settings.throttle.model_copy(update=given)
    return Throttle(
        client, settings.model_copy(update={"relay": relay, "throttle": rates}), clock=clock
    )


def commands(client: redis.Redis) -> int:
    return int(client.info("stats")["total_commands_processed"])


def allowed(one: Throttle, wanted: int, *, rate: int | None = None, distribution: int = 1) -> int:
    return one.allowance(
        distribution_id=distribution, distribution_rate=rate, wanted=wanted
    ).granted


# What all hand-overs share.


def test_where_nothing_is_limited_redis_is_not_asked(client: redis.Redis, clock: Clock) -> None:
    free = throttle(client, clock)
    before = commands(client)
    assert allowed(free, 500) == 500
    assert commands(client) == before + 1


@pytest.mark.parametrize(
    ("limits", "rate", "granted"),
    [
        ({"rate_per_minute": 6000}, None, 100),
        ({"relay": 3000}, None, 50),
        ({}, 1200, 20),
        ({"rate_per_minute": 6000, "relay": 3000}, 1200, 20),
        ({"rate_per_minute": 600, "relay": 3000}, 1200, 10),
        ({"rate_per_minute": 6000, "relay": 300}, None, 5),
    ],
)
def test_the_tightest_limit_decides(
    client: redis.Redis, clock: Clock, limits: dict[str, int], rate: int | None, granted: int
) -> None:
    assert allowed(throttle(client, clock, **limits), 500, rate=rate) == granted


def test_what_one_limit_refuses_is_taken_from_no_other(client: redis.Redis, clock: Clock) -> None:
    both = throttle(client, clock, rate_per_minute=6000)
    assert allowed(both, 500, rate=600, distribution=1) == 10
    assert allowed(both, 500, rate=600, distribution=1) == 0
    assert allowed(both, 500, distribution=2) == 90


@pytest.mark.parametrize("step", [0.01, 0.25, 0.7])
def test_in_any_second_there_are_no_more_than_allowed(
    client: redis.Redis, clock: Clock, step: float
) -> None:
    limited = throttle(client, clock, rate_per_minute=6000)
    began = clock.seconds
    moments: list[float] = []
    while clock.seconds < began + 6:
        moments += [clock.seconds] * allowed(limited, 500)
        clock.seconds += step
    for moment in moments:
        assert sum(moment <= other < moment + 0.99 for other in moments) <= 100
    assert len(moments) >= 100 * 6 / max(1.0, 2 * step)


def test_workers_share_what_is_allowed(client: redis.Redis, clock: Clock) -> None:
    workers = [throttle(client, clock, rate_per_minute=6000) for _ in range(4)]
    assert sum(allowed(worker, 40) for worker in workers) == 100


def test_a_slow_rate_gives_one_at_a_time(client: redis.Redis, clock: Clock) -> None:
    slow = throttle(client, clock, rate_per_minute=6)
    answers = []
    for _ in range(4):
        answers.append(allowed(slow, 500))
        clock.seconds += 5
    assert answers == [1, 0, 1, 0]


def test_a_rate_by_the_hour_is_kept_by_the_hour(client: redis.Redis, clock: Clock) -> None:
    limited, begin, granted = throttle(client, clock), clock.seconds, 0
    while clock.seconds < begin + 3600:
        answer = limited.allowance(distribution_id=1, distribution_rate=100 / 60, wanted=9)
        granted += answer.granted
        clock.seconds += answer.wait_seconds
    assert granted == 100


def test_it_says_how_long_until_more_may_go(client: redis.Redis, clock: Clock) -> None:
    limited = throttle(client, clock, rate_per_minute=6000)
    assert allowed(limited, 100) == 100
    clock.seconds += 0.4
    answer = limited.allowance(distribution_id=1, distribution_rate=None, wanted=50)
    assert (answer.granted, answer.wait_seconds) == (0, pytest.approx(0.6, abs=1e-3))
    clock.seconds += answer.wait_seconds
    assert allowed(limited, 50) == 50


def test_it_gives_no_dribble_but_all_of_a_small_rest(client: redis.Redis, clock: Clock) -> None:
    limited = throttle(client, clock, rate_per_minute=6000)
    assert allowed(limited, 95) == 95
    assert allowed(limited, 500) == 0
    assert allowed(limited, 3) == 3


def test_what_was_not_used_is_there_for_others(client: redis.Redis, clock: Clock) -> None:
    limited = throttle(client, clock, rate_per_minute=6000, provider_rate_per_minute=600)
    assert allowed(limited, 60, rate=3000) == 50
    assert limited.grants({"google": 30})["google"].granted == 10
    limited.give_back(distribution_id=1, distribution_rate=3000, unused=45, providers={"google": 7})
    assert allowed(limited, 100, rate=3000) == 45
    assert limited.grants({"google": 30})["google"].granted == 7


def test_a_clock_that_was_set_back_does_not_stop_the_mail(
    client: redis.Redis, clock: Clock
) -> None:
    limited = throttle(client, clock, rate_per_minute=600)
    assert allowed(limited, 10) == 10
    clock.seconds -= 3600
    assert allowed(limited, 10) == 10


def test_the_time_is_that_of_the_redis_server(client: redis.Redis, server: Settings) -> None:
    settings = server.model_copy(
        update={"throttle": server.throttle.model_copy(update={"rate_per_minute": 6})}
    )
    real = Throttle(client, settings)
    assert allowed(real, 5) == 1
    answer = real.allowance(distribution_id=1, distribution_rate=None, wanted=5)
    assert answer.granted == 0
    assert 0 < answer.wait_seconds <= 10


@pytest.mark.parametrize(
    ("relays", "usable", "rate"),
    [
        ({"a": (1, 0)}, None, 0),
        ({"a": (1, 100)}, None, 100),
        ({"a": (1, 100), "b": (1, 100)}, None, 200),
        # b gets as many messages as a, so a's limit holds for both.
        ({"a": (1, 100), "b": (1, 300)}, None, 200),
        ({"a": (1, 100), "b": (3, 300)}, None, 400),
        ({"a": (1, 100), "b": (1, 0)}, None, 200),
        ({"a": (1, 0), "b": (1, 0)}, None, 0),
        # A spare counts only while it stands in for the others.
        ({"a": (1, 100), "spare": (0, 10)}, None, 100),
        ({"a": (1, 100), "spare": (0, 10)}, {"a", "spare"}, 100),
        ({"a": (1, 100), "spare": (0, 10)}, {"spare"}, 10),
        ({"a": (1, 100), "b": (1, 300)}, {"b"}, 300),
    ],
)
def test_no_relay_gets_more_than_it_takes(
    relays: dict[str, tuple[int, int]], usable: set[str] | None, rate: float
) -> None:
    assert relays_rate(relays, usable=usable) == rate


# What one provider gets.


def test_a_provider_without_a_limit_is_missing_from_the_answer(
    client: redis.Redis, clock: Clock
) -> None:
    some = throttle(client, clock, provider_rates={"google": 600})
    assert set(some.grants({"google": 5, "havnebladet.example": 5})) == {"google"}


@pytest.mark.parametrize(
    ("settings", "provider", "granted"),
    [
        ({"provider_rate_per_minute": 600}, "anyone.example", 10),
        ({"provider_rate_per_minute": 600, "provider_rates": {"google": 1200}}, "google", 20),
        ({"provider_rate_per_minute": 600, "provider_rates": {"google": 0}}, "google", None),
    ],
)
def test_the_rate_of_a_provider_is_its_own_or_that_of_all(
    client: redis.Redis,
    clock: Clock,
    settings: dict[str, Any],
    provider: str,
    granted: int | None,
) -> None:
    grant = throttle(client, clock, **settings).grants({provider: 500}).get(provider)
    assert (grant and grant.granted) == granted


def test_a_wave_is_one_round_trip(client: redis.Redis, clock: Clock) -> None:
    one = throttle(client, clock, provider_rate_per_minute=600)
    wave = {f"outlet-{number}.example": 2 for number in range(200)}
    one.grants(wave)
    before = client.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert len(one.grants(wave)) == 200
    assert client.info("commandstats")["cmdstat_evalsha"]["calls"] == before + 1


def test_what_must_wait_is_booked_one_behind_the_other(client: redis.Redis, clock: Clock) -> None:
    one = throttle(client, clock, provider_rates={"google": 600})
    first = one.grants({"google": 30})["google"]
    assert (first.granted, first.gap_seconds) == (10, pytest.approx(0.1))
    assert first.wait_seconds == pytest.approx(1.0)
    second = one.grants({"google": 30})["google"]
    assert second.granted == 0
    assert second.wait_seconds == pytest.approx(first.wait_seconds + 20 * 0.1)


def test_all_of_a_crowd_comes_through_at_the_rate(client: redis.Redis, clock: Clock) -> None:
    one = throttle(client, clock, provider_rates={"google": 600})
    began = clock.seconds
    waiting = [began] * 300
    sent: list[float] = []
    asked = 0
    while waiting:
        clock.seconds = max(clock.seconds, min(waiting))
        due = sum(moment <= clock.seconds for moment in waiting)
        waiting = sorted(waiting)[due:]
        grant = one.grants({"google": due})["google"]
        asked += due
        sent += [clock.seconds] * grant.granted
        waiting += [
            clock.seconds + grant.wait_seconds + place * grant.gap_seconds
            for place in range(due - grant.granted)
        ]
        clock.seconds += 0.001
    assert 28 <= sent[-1] - began <= 34
    assert asked <= 3 * 300
    for moment in sent:
        assert sum(moment <= other < moment + 0.99 for other in sent) <= 10


def test_the_urgent_goes_before_the_calm_that_waits(client: redis.Redis, clock: Clock) -> None:
    one = throttle(client, clock, provider_rates={"google": 60})
    one.grants({"google": 600})
    urgent = one.grants({"google": 4}, is_urgent=True)["google"]
    assert (urgent.granted, urgent.wait_seconds) == (0, pytest.approx(1.0))
    clock.seconds += 1.001
    assert one.grants({"google": 1})["google"].granted == 0
    assert one.grants({"google": 1}, is_urgent=True)["google"].granted == 1
    clock.seconds += 5
    assert one.grants({"google": 1})["google"].granted == 1


def test_urgent_mail_that_was_cancelled_holds_up_nobody(client: redis.Redis, clock: Clock) -> None:
    one = throttle(client, clock, provider_rates={"google": 60})
    one.grants({"google": 600}, is_urgent=True)
    clock.seconds += 2
    assert one.grants({"google": 1})["google"].granted == 0
    clock.seconds += 4
    assert one.grants({"google": 1})["google"].granted == 1


def test_nothing_is_booked_further_ahead_than_the_horizon(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock, provider_rates={"google": 60})
    waits = [one.grants({"google": 500})["google"].wait_seconds for _ in range(20)]
    assert max(waits) <= HORIZON_SECONDS
    assert len(set(waits)) > 3


# What a provider says.


def test_a_provider_that_asks_for_patience_gets_half_of_its_rate(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock, provider_rates={"google": 6000, "yahoo": 6000})
    one.heard([("google", TOO_FAST)] * 20 + [("google", TAKEN), ("yahoo", TAKEN)], now=NOW)
    assert one.grants({"google": 500})["google"].granted == 50
    assert one.grants({"yahoo": 500})["yahoo"].granted == 100


def test_without_a_set_rate_it_is_half_of_what_was_sent_lately(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock)
    for seconds in (0, 7, 9):
        assert one.grants({"google": 400}) == {}
        one.heard([("google", TAKEN)] * 400, now=NOW + timedelta(seconds=seconds))
        clock.seconds += 7
    one.heard([("google", TOO_FAST)], now=NOW + timedelta(seconds=9))
    assert one.provider_states()[0].rate_per_minute == 600
    grant = one.grants({"google": 400})["google"]
    assert (grant.granted, grant.gap_seconds) == (10, pytest.approx(0.1))


def test_the_minute_before_counts_when_this_one_has_just_begun(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock)
    one.heard([("google", TAKEN)] * 800, now=NOW)
    one.grants({"google": 20})
    clock.seconds += 60
    one.heard([("google", TAKEN)] * 20, now=NOW + timedelta(minutes=1))
    one.grants({"google": 20})
    one.heard([("google", TOO_FAST)], now=NOW + timedelta(minutes=1))
    assert one.provider_states()[0].rate_per_minute == 400


def test_without_any_knowledge_it_begins_with_half_of_a_cold_start(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock)
    one.heard([("google", TOO_FAST)], now=NOW)
    assert one.provider_states()[0].rate_per_minute == 15


def test_other_workers_slow_down_too(client: redis.Redis, clock: Clock) -> None:
    one, other = throttle(client, clock), throttle(client, clock)
    for worker in (one, other):
        worker.heard([("google", TAKEN)] * 600, now=NOW)
        assert worker.grants({"google": 500}) == {}
    one.heard([("google", TOO_FAST)], now=NOW)
    assert other.grants({"google": 500, "yahoo": 1})["google"].granted == 10
    assert set(other.grants({"google": 500, "yahoo": 1})) == {"google"}


def test_it_recovers_by_the_minute_and_is_free_after_a_quarter_of_an_hour(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock, provider_rates={"google": 6000})
    one.heard([("google", TOO_FAST)], now=NOW)
    rates = []
    for _ in range(9):
        rates.append(one.grants({"google": 500})["google"].granted)
        clock.seconds += 60
    assert rates == [50, 55, 60, 66, 73, 80, 88, 97, 100]
    clock.seconds += CLEAN_SECONDS
    assert one.provider_states() == []


def test_a_free_provider_without_a_set_rate_is_missing_from_the_answer_again(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock)
    one.heard([("google", TOO_FAST)], now=NOW)
    assert one.grants({"google": 5})
    clock.seconds += CLEAN_SECONDS + 1
    assert not one.grants({"google": 5})


def test_while_all_is_well_what_is_heard_asks_redis_nothing(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock, provider_rate_per_minute=600)
    before = commands(client)
    one.heard([("google", TAKEN), ("yahoo", NO_SUCH_USER)] * 100, now=NOW)
    assert commands(client) == before + 1


def test_a_storm_of_refusals_pauses_that_provider_and_no_other(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock)
    one.heard([("google", TAKEN)] * 100 + [("yahoo", TAKEN)] * 100, now=NOW)
    with capture_logs() as logged:
        for _ in range(5):
            one.heard([("google", REFUSED)] * 3 + [("google", TAKEN)] * 7, now=NOW)
            one.heard([("yahoo", TAKEN)] * 10, now=NOW)
    grants = one.grants({"google": 100, "yahoo": 100})
    assert set(grants) == {"google"}
    assert (grants["google"].granted, grants["google"].wait_seconds) == (0, PAUSE_SECONDS)
    (alarm,) = [entry for entry in logged if entry["log_level"] == "error"]
    assert "google: paused until" in alarm["is_now"]
    assert "5.7.26" in alarm["is_now"]


def test_a_few_refusals_pause_nobody(client: redis.Redis, clock: Clock) -> None:
    one = throttle(client, clock)
    one.heard([("google", REFUSED)] * 4 + [("google", TAKEN)] * 40, now=NOW)
    one.heard([("outlet.example", NO_SUCH_USER)] * 50, now=NOW)
    assert one.provider_states() == []


def paused(client: redis.Redis, clock: Clock) -> Throttle:
    one = throttle(client, clock, provider_rates={"google": 600})
    one.heard([("google", REFUSED)] * 10, now=NOW)
    assert one.provider_states()[0].state is State.OPEN
    return one


def test_after_the_pause_single_messages_try_it(client: redis.Redis, clock: Clock) -> None:
    one = paused(client, clock)
    clock.seconds += PAUSE_SECONDS - 1
    assert one.grants({"google": 50})["google"].granted == 0
    clock.seconds += 2
    probe = one.grants({"google": 50})["google"]
    assert (probe.granted, probe.is_probe) == (1, True)
    again = one.grants({"google": 50})["google"]
    assert again.granted == 0
    assert again.wait_seconds >= PROBE_GAP_SECONDS - 0.001
    assert one.provider_states()[0].state is State.HALF_OPEN


@pytest.mark.parametrize(
    ("answer", "state", "rate"), [(TAKEN, State.SLOWED, 300), (TOO_FAST, State.SLOWED, 300)]
)
def test_a_try_that_is_taken_opens_the_way_at_half_the_rate(
    client: redis.Redis, clock: Clock, answer: Outcome, state: State, rate: int
) -> None:
    one = paused(client, clock)
    clock.seconds += PAUSE_SECONDS + 1
    one.grants({"google": 50})
    one.heard([("google", answer)], now=NOW + timedelta(minutes=15))
    (found,) = one.provider_states()
    assert (found.state, found.rate_per_minute) == (state, rate)
    clock.seconds += PROBE_GAP_SECONDS
    assert one.grants({"google": 50})["google"].granted == 5


def test_a_try_that_is_refused_begins_a_longer_pause(client: redis.Redis, clock: Clock) -> None:
    one = paused(client, clock)
    clock.seconds += PAUSE_SECONDS + 1
    one.grants({"google": 50})
    one.heard([("google", REFUSED)], now=NOW + timedelta(minutes=15))
    grant = one.grants({"google": 1})["google"]
    assert (grant.granted, grant.wait_seconds) == (0, pytest.approx(2 * PAUSE_SECONDS))


def test_the_states_are_told_in_plain_words_without_an_address(
    client: redis.Redis, clock: Clock
) -> None:
    one = throttle(client, clock, provider_rates={"google": 600, "yahoo": 600})
    rude = from_reply(Phase.RCPT, 554, "5.7.1 <ann@yahoo.example>: we do not like you\nat all")
    one.heard([("google", TOO_FAST), *[("yahoo", rude)] * 5], now=NOW)
    paused_yahoo = "yahoo: paused until 2026-11-24 09:15 UTC because it answered"
    assert [str(state) for state in one.provider_states()] == [
        f"google: slowed to 300/min because it answered 421 {TOO_FAST.text}",
        f"{paused_yahoo} 554 5.7.1 <…>: we do not like you at all",
    ]
    there = one.provider_states()[-1].told(zone_name="Europe/Copenhagen")
    assert there.startswith("yahoo: paused until 2026-11-24 10:15 (Europe/Copenhagen) because")
    clock.seconds += PAUSE_SECONDS
    assert str(one.provider_states()[-1]).startswith(
        "yahoo: tried with single messages since 2026-11-24 09:15 UTC because"
    )


def test_an_emptied_redis_knows_the_rates_of_the_settings_again(
    client: redis.Redis, clock: Clock
) -> None:
    one = paused(client, clock)
    client.flushall()
    client.script_flush()
    assert one.provider_states() == []
    assert one.grants({"google": 50})["google"].granted == 10


def test_everything_that_is_kept_expires(client: redis.Redis, clock: Clock) -> None:
    one = throttle(client, clock, rate_per_minute=600, provider_rates={"yahoo": 6})
    allowed(one, 5, rate=30)
    for minute in range(2):
        one.heard([("google", TAKEN)], now=NOW + timedelta(minutes=minute))
        one.grants({"google": 5, "yahoo": 5})
        clock.seconds += 60
    one.heard([("google", TOO_FAST)] + [("yahoo", REFUSED)] * 5, now=NOW)
    one.grants({"google": 5, "yahoo": 5})
    keys = list(client.scan_iter(f"{PREFIX}*"))
    assert len(keys) == 9
    assert all(client.ttl(key) > 0 for key in keys)


def test_workers_that_hear_the_same_at_once_halve_it_once(
    client: redis.Redis, clock: Clock
) -> None:
    workers = [throttle(client, clock, provider_rates={"google": 6000}) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda worker: worker.heard([("google", TOO_FAST)], now=NOW), workers))
    assert workers[0].provider_states()[0].rate_per_minute == 3000


def test_a_redis_that_is_away_lets_nothing_through(clock: Clock) -> None:
    away = redis.Redis(unix_socket_path="/nowhere/socket", retry=Retry(NoBackoff(), 0))
    one = throttle(away, clock, rate_per_minute=600)
    with pytest.raises(Unreachable, match="broker"):
        allowed(one, 1)
    with pytest.raises(Unreachable, match="broker"):
        one.grants({"google": 1})
    with pytest.raises(Unreachable, match="broker"):
        one.provider_states()


def test_what_was_heard_while_redis_was_away_is_told_before_anything_is_granted(
    server: Settings, client: redis.Redis, clock: Clock, tmp_path: Path
) -> None:
    socket = tmp_path / "socket"
    with redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0)) as unsteady:
        one = throttle(unsteady, clock, provider_rates={"google": 6000})
        one.heard([("google", TOO_FAST)], now=NOW)
        with pytest.raises(Unreachable, match="broker"):
            one.grants({"yahoo": 1})
        socket.symlink_to(valkey.broker_url(server).removeprefix("unix://"))
        one.grants({"yahoo": 1})
        assert one.grants({"google": 500})["google"].granted == 50
