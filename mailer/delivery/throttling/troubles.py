"""The providers that are slowed or paused now, as all workers remember them together in Redis."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
import structlog

from mailer import clock
from mailer.delivery.throttling.breaker import (
    CLEAN_SECONDS,
    COLD,
    LONGEST_PAUSE_SECONDS,
    Event,
    State,
    Trouble,
    after,
)
from mailer.delivery.throttling.rations import PREFIX, text

log = structlog.get_logger(__name__)

#: Which providers are in trouble, each until the time that is its score.
TROUBLED = f"{PREFIX}troubled"


@dataclass(frozen=True)
class ProviderState:
    """A provider that is not served as usual, for people to read."""

    provider: str
    state: State
    rate_per_minute: int
    paused_until: datetime | None
    #: What it said, without any address.
    said: str

    def __str__(self) -> str:
        return self.told(zone_name="UTC")

    def told(self, *, zone_name: str) -> str:
        """It in plain words, by the clock of that zone."""
        because = f" because it answered {self.said}" if self.said else ""
        if self.paused_until is None:
            return f"{self.provider}: slowed to {self.rate_per_minute}/min{because}"
        moment = clock.told(self.paused_until, zone_name=zone_name)
        if self.state is State.OPEN:
            return f"{self.provider}: paused until {moment}{because}"
        return f"{self.provider}: tried with single messages since {moment}{because}"


class Troubles:
    """The memory of the breaker. What is kept here expires by itself when a provider is well."""

    def __init__(self, client: redis.Redis, *, clock: Callable[[], float] | None = None) -> None:
        """`clock` gives seconds since 1970 in the place of the Redis server's own clock."""
        self._client: Any = client
        self._clock = clock

    def change(
        self, provider: str, event: Event, *, set_rate: float, untold: int = 0, words: str
    ) -> None:
        """Carry out what the breaker's table says, whatever other workers do meanwhile.

        `set_rate` is the provider's rate in the settings; 0: what it was sent lately counts, and
        `untold` is what Redis has not been told of that.
        """
        key = _key(provider)

        def change(pipe: Any) -> tuple[Trouble | None, Trouble | None]:
            known, at = _trouble(pipe, provider), self._time(pipe)
            usual = set_rate or _sent_lately(pipe, provider) + untold or COLD
            trouble = after(known, event, at=at, usual_rate=usual, words=words)
            pipe.multi()
            if trouble and trouble is not known:
                pipe.hset(key, mapping=trouble.fields())
                pipe.expire(key, math.ceil(trouble.seconds_to_keep))
                pipe.zadd(TROUBLED, {provider: at + trouble.seconds_to_keep})
                pipe.expire(TROUBLED, LONGEST_PAUSE_SECONDS + CLEAN_SECONDS)
            return known, trouble

        known, trouble = self._client.transaction(change, key, value_from_callable=True)
        if trouble and trouble is not known:
            _tell(provider, trouble)

    def states(self) -> list[ProviderState]:
        """The providers that are slowed or paused now, by name."""
        at = self._time(self._client)
        names = sorted(text(name) for name in self._client.zrange(TROUBLED, 0, -1))
        kept = [(name, _trouble(self._client, name)) for name in names]
        return [
            _state(name, trouble, at=at)
            for name, trouble in kept
            if trouble and trouble.state(at=at) is not State.CLOSED
        ]

    def _time(self, client: Any) -> float:
        if self._clock:
            return self._clock()
        seconds, microseconds = client.time()
        return float(seconds + microseconds / 1_000_000)


def _key(provider: str) -> str:
    return f"{PREFIX}trouble:{provider}"


def _trouble(client: Any, provider: str) -> Trouble | None:
    fields = client.hgetall(_key(provider))
    if not fields:
        return None
    return Trouble.from_fields({text(name): text(value) for name, value in fields.items()})


def _sent_lately(client: Any, provider: str) -> float:
    """What was sent there in the last whole minute, or in this one when that is more."""
    counts = [client.hget(f"{PREFIX}{name}", provider) for name in ("sent", "sent-before")]
    return float(max(int(count or 0) for count in counts))


def _state(provider: str, trouble: Trouble, *, at: float) -> ProviderState:
    until = datetime.fromtimestamp(trouble.paused_until, UTC) if trouble.paused_until else None
    return ProviderState(
        provider=provider,
        state=trouble.state(at=at),
        rate_per_minute=round(trouble.rate_at(at)),
        paused_until=until,
        said=trouble.words,
    )


def _tell(provider: str, trouble: Trouble) -> None:
    """The alarm in the log; which provider it is says nothing of any one person."""
    state = _state(provider, trouble, at=trouble.troubled_at)
    if state.state is State.OPEN:
        log.error(
            "provider paused: it refuses us, and somebody must find out why", is_now=str(state)
        )
    else:
        log.warning("provider slowed", is_now=str(state))
