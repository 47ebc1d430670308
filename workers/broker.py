"""The queue: it carries nudges, numbers of distributions to look at, and no truth. It may be
emptied at any time; what is due and who holds it are rows.
"""

from typing import Any

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

from mailer.errors import SettingsError, Unreachable
from mailer.settings import Settings
from mailer.valkey import broker_url

#: Corrections, withdrawals and breaking news do not wait behind the ordinary.
URGENT, CALM = "urgent", "deliver"
NAMESPACE = "press-mailer"
#: A task that a dead worker held is given back after this time. The scheduler does not wait for
#: it: where something is due it nudges again.
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


def lane_of(*, is_urgent: bool) -> str:
    """The queue for the urgent, or for the rest."""
    return URGENT if is_urgent else CALM


def actor_of(lane: str) -> str:
    """The name under which a task of that lane asks to be carried out."""
    return f"deliver_{lane}"


def nudge(broker: dramatiq.Broker, distribution_id: int, *, is_urgent: bool) -> None:
    """Let some worker look at that distribution. Raises Unreachable without an answer."""
    lane = lane_of(is_urgent=is_urgent)
    task: dramatiq.Message[Any] = dramatiq.Message(
        queue_name=lane,
        actor_name=actor_of(lane),
        args=(distribution_id,),
        kwargs={},
        options={},
    )
    try:
        broker.enqueue(task)
    except redis.RedisError as away:
        raise Unreachable(f"the broker cannot be used: {away}") from away


def waiting(broker: RedisBroker, *, is_urgent: bool) -> int:
    """How many nudges no worker has taken yet. Raises Unreachable without an answer."""
    try:
        # The list alone: the broker's own count has what a dead worker took, for half a minute.
        return int(broker.client.llen(f"{broker.namespace}:{lane_of(is_urgent=is_urgent)}"))
    except redis.RedisError as away:
        raise Unreachable(f"the broker cannot be used: {away}") from away
