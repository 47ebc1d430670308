"""The queue: it carries numbers of deliveries to look at, and no truth. It may be emptied at any
time; retries and due times are rows.
"""

from typing import Any

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

from mailer.distribution.scheduling import Batch
from mailer.errors import SettingsError, Unreachable
from mailer.settings import Settings
from mailer.valkey import broker_url

#: Corrections, withdrawals and breaking news do not wait behind the ordinary.
URGENT, CALM = "urgent", "deliver"
NAMESPACE = "press-mailer"
#: A task that a dead worker held is given back after this time. The scheduler does not wait for
#: it: a delivery that is still waiting is queued again anyway.
HEARTBEAT_MILLISECONDS = 30_000
#: In so many of a million commands the broker looks for dead workers.
MAINTENANCE_CHANCE = 100_000
ANSWER_SECONDS = 10


def make_broker(settings: Settings) -> RedisBroker:
    """The broker of these settings; nothing is connected yet.

    It runs no middleware: retries are rows, and an exception thrown into a thread by a time limit
    or a shutdown would cut a message in two. Raises SettingsError for a URL that is none.
    """
    try:
        client = redis.Redis.from_url(
            broker_url(settings),
            # One more try for a connection gone stale; whoever asked can wait better than this.
            retry=Retry(NoBackoff(), 1),
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )
    except ValueError as wrong:
        message = f"broker.url is wrong ({wrong}): write it like redis://host:6379/0"
        raise SettingsError(message) from wrong
    broker = RedisBroker(  # type: ignore[no-untyped-call]
        client=client,
        middleware=[],
        namespace=NAMESPACE,
        heartbeat_timeout=HEARTBEAT_MILLISECONDS,
        maintenance_chance=MAINTENANCE_CHANCE,
    )
    for lane in (URGENT, CALM):
        broker.declare_queue(lane)
    return broker


def actor_of(lane: str) -> str:
    """The name under which a task of that lane asks to be carried out."""
    return f"deliver_{lane}"


def put(broker: dramatiq.Broker, batch: Batch) -> None:
    """Put the batch into its queue. Raises Unreachable when the broker does not answer."""
    lane = URGENT if batch.is_urgent else CALM
    task: dramatiq.Message[Any] = dramatiq.Message(
        queue_name=lane,
        actor_name=actor_of(lane),
        args=(batch.distribution_id, list(batch.delivery_ids)),
        kwargs={},
        options={},
    )
    try:
        broker.enqueue(task)
    except redis.RedisError as away:
        raise Unreachable(f"the broker cannot be used: {away}") from away
