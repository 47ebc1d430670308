"""What stands on the board of the relays in Redis: the troubles that workers wrote down, and how
often somebody said that a relay is mended.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mailer.delivery.throttling.rations import text
from mailer.errors import SettingsError, Unreachable
from mailer.settings import Settings
from mailer.valkey import broker_url

PREFIX = "press-mailer:relays:"
#: How often each relay was said to be mended.
MENDED = f"{PREFIX}mended"
ANSWER_SECONDS = 2


@dataclass(frozen=True)
class Trouble:
    """Why a relay takes nothing from one line of one worker. Times are seconds since 1970."""

    relay: str
    #: The machine of the worker.
    machine: str
    since: float
    rests_until: float
    #: How far the conversation came, and what was answered there, without any address.
    phase: str
    said: str


def connect(settings: Settings) -> redis.Redis:
    """The server of the board. Raises SettingsError for a URL that is none."""
    try:
        return redis.Redis.from_url(
            broker_url(settings),
            retry=Retry(NoBackoff(), 1),
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )
    except ValueError as wrong:
        message = f"broker.url is wrong ({wrong}): write it like redis://host:6379/0"
        raise SettingsError(message) from wrong


def troubles(client: redis.Redis, names: Iterable[str]) -> Mapping[str, list[Trouble]]:
    """What stands on the board of each relay, the longest rest first. Raises Unreachable."""
    try:
        found = {name: troubles_of(client, name).values() for name in names}
    except redis.RedisError as away:
        raise _unreachable(away) from away
    return {
        name: sorted(written, key=lambda one: -one.rests_until) for name, written in found.items()
    }


def say_mended(client: redis.Redis, names: Iterable[str]) -> None:
    """End the rests of these relays: all workers try them with their next message.

    Raises Unreachable.
    """
    pipe: Any = client.pipeline()
    try:
        now = time.time()
        for name in names:
            pipe.hincrby(MENDED, name, 1)
            for owner, trouble in troubles_of(client, name).items():
                ended = replace(trouble, rests_until=min(trouble.rests_until, now))
                pipe.hset(key_of(name), owner, json.dumps(asdict(ended)))
        pipe.execute()
    except redis.RedisError as away:
        raise _unreachable(away) from away


def _unreachable(away: Exception) -> Unreachable:
    return Unreachable(
        f"the broker cannot be asked how the relays stand ({away}): start `mailer run` or the"
        " server that broker.url names, then try again"
    )


def key_of(name: str) -> str:
    return f"{PREFIX}trouble:{name}"


def mended(client: Any) -> dict[str, int]:
    return {text(name): int(number) for name, number in client.hgetall(MENDED).items()}


def troubles_of(client: Any, name: str) -> dict[str, Trouble]:
    written = client.hgetall(key_of(name))
    read = {text(owner): _read(record) for owner, record in written.items()}
    return {owner: trouble for owner, trouble in read.items() if trouble is not None}


def _read(record: bytes | str) -> Trouble | None:
    """What stands there; None for what another version wrote."""
    try:
        return Trouble(**json.loads(record))
    except (TypeError, ValueError):
        return None
