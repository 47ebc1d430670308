import time
from collections.abc import Iterator

import dramatiq
import pytest

from mailer import valkey
from mailer.errors import SettingsError, Unreachable
from mailer.settings import Settings
from workers.broker import CALM, URGENT, actor_of, make_broker, nudge, waiting


@pytest.fixture
def with_valkey(settings: Settings) -> Iterator[Settings]:
    server = valkey.start(settings)
    assert server is not None
    yield settings
    server.stop()


def test_a_nudge_comes_out_of_the_queue_of_its_lane(with_valkey: Settings) -> None:
    broker = make_broker(with_valkey)
    carried_out: list[tuple[str, int]] = []
    for lane in (URGENT, CALM):

        def note(number: int, lane: str = lane) -> None:
            carried_out.append((lane, number))

        dramatiq.actor(broker=broker, queue_name=lane, actor_name=actor_of(lane))(note)
    nudge(broker, 1, is_urgent=False)
    nudge(broker, 2, is_urgent=True)
    assert [waiting(broker, is_urgent=is_urgent) for is_urgent in (True, False)] == [1, 1]
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=50)
    worker.start()
    try:
        for lane in (URGENT, CALM):
            broker.join(lane, interval=20, timeout=20_000)
        worker.join()
    finally:
        worker.stop()
    assert sorted(carried_out) == [("deliver", 1), ("urgent", 2)]


def test_a_broker_that_is_away_is_told_at_once(settings: Settings) -> None:
    began = time.monotonic()
    absent = make_broker(settings)
    with pytest.raises(Unreachable, match="broker"):
        nudge(absent, 1, is_urgent=False)
    with pytest.raises(Unreachable, match="broker"):
        waiting(absent, is_urgent=False)
    assert time.monotonic() - began < 5


def test_a_broker_url_that_is_none_is_a_settings_error(settings: Settings) -> None:
    wrong = settings.broker.model_copy(update={"url": "amqp://rabbit"})
    with pytest.raises(SettingsError, match=r"broker\.url"):
        make_broker(settings.model_copy(update={"broker": wrong}))


def test_no_middleware_may_cut_a_message_in_two(settings: Settings) -> None:
    assert make_broker(settings).middleware == []
