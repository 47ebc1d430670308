"""So many hand-overs a second and no more, by all workers together: the shares are kept in Redis.

A limit holds in any window of about one second (one hand-over and its gap where less than one a
second is allowed): what was taken comes free again when it is a window old. A bucket that fills
while nothing is sent would let twice as much through in its first second.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import redis

from mailer.delivery.throttling.ration_scripts import COMMON, GIVE_BACK, SHARE_OUT, TAKE

#: Everything of ours in Redis that may be lost at any time begins so.
PREFIX = "press-mailer:throttle:"
#: What has to wait for a provider is told a moment at most so far ahead. Beyond it the moments
#: begin anew, so that nothing is late by more than this once the provider takes more again.
HORIZON_SECONDS = 1800
#: While a paused provider is tried again it gets one message in this time.
PROBE_GAP_SECONDS = 30
MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Allowance:
    """How many may be handed over now, and how long until more may be."""

    granted: int
    wait_seconds: float = 0.0


@dataclass(frozen=True)
class Grant:
    """A provider's share: so many now, and of the rest the i-th (from 0) after
    `wait_seconds` + i × `gap_seconds`.
    """

    granted: int
    wait_seconds: float = 0.0
    gap_seconds: float = 0.0
    #: The provider was paused and is being tried again with this.
    is_probe: bool = False


class Limit(NamedTuple):
    """A limit that is shared: the name it goes by in Redis, and hand-overs a minute."""

    name: str
    rate: float


class Asked(NamedTuple):
    """So many are wanted for a provider that always has that rate, or 0 when it has none."""

    provider: str
    wanted: int
    rate: float


class Rations:
    """The shares in Redis. Every call is one script, so one round trip, and atomic."""

    def __init__(self, client: redis.Redis, *, clock: Callable[[], float] | None = None) -> None:
        """`clock` gives the time in seconds in the place of the server's own."""
        self._clock = clock
        self._take = client.register_script(COMMON + TAKE)
        self._give_back = client.register_script(COMMON + GIVE_BACK)
        self._share_out = client.register_script(COMMON + SHARE_OUT)

    def take(self, limits: Collection[Limit], *, wanted: int) -> Allowance:
        """As many of those wanted as every limit allows."""
        answer: Any = self._take(
            keys=[PREFIX + limit.name for limit in limits],
            args=[self._now(), wanted, *(limit.rate for limit in limits)],
        )
        granted, wait = answer
        return Allowance(granted, wait / MICROSECONDS)

    def give_back(self, unused: Collection[tuple[Limit, int]]) -> None:
        """Make free what was taken last and not used."""
        pairs = [value for limit, number in unused for value in (limit.rate, number)]
        keys = [PREFIX + limit.name for limit, _ in unused]
        self._give_back(keys=keys, args=[self._now(), *pairs])

    def share_out(
        self,
        asked: Collection[Asked],
        *,
        sent: Mapping[str, int],
        growth: float,
        is_urgent: bool,
    ) -> tuple[dict[str, Grant], frozenset[str]]:
        """The shares of those asked about that are limited, and the names of all in trouble.

        A provider in trouble gets what its trouble leaves, `growth` times more each minute.
        `sent` is what was handed over to whom and not told yet.
        """
        places = list(asked)
        answers, troubled = self._script_answer(places, sent, growth=growth, is_urgent=is_urgent)
        grants = {
            places[place - 1].provider: Grant(
                granted, wait / MICROSECONDS, gap / MICROSECONDS, is_probe=bool(probes)
            )
            for place, granted, wait, gap, probes in answers
        }
        return grants, frozenset(text(name) for name in troubled)

    def _script_answer(
        self, asked: list[Asked], sent: Mapping[str, int], *, growth: float, is_urgent: bool
    ) -> Any:
        return self._share_out(
            keys=[PREFIX],
            args=[
                self._now(),
                int(is_urgent),
                json.dumps(asked),
                json.dumps(list(sent.items())),
                HORIZON_SECONDS,
                PROBE_GAP_SECONDS,
                growth,
            ],
        )

    def _now(self) -> float | str:
        """The script asks the server for the time where it is told none."""
        return self._clock() if self._clock else ""


def provider_limit(name: str, *, rate: float) -> Limit:
    """The limit of a provider as `share_out` keeps it, for giving back."""
    return Limit(f"provider:{name}", rate)


def text(value: bytes | str) -> str:
    """What Redis gave, however the client reads it."""
    return value.decode() if isinstance(value, bytes) else value
