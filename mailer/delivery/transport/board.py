"""The board on which all workers write which relays take nothing from them, and on which an
administrator writes that one is mended. It hangs in Redis; a board that is away stops nobody.
"""

import json
import socket
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import redis
import structlog

from mailer.delivery.throttling.breaker import quoted
from mailer.delivery.transport.notices import Trouble, key_of, mended, troubles_of
from mailer.delivery.transport.standing import Event, Standing, State

log = structlog.get_logger(__name__)

#: So often a worker looks while all is well; while a relay rests it looks before each wave.
LOOK_SECONDS = 5.0
#: After the server of the board did not answer it is left alone for so long.
AWAY_SECONDS = 10.0
#: A trouble that nobody has renewed for so long after its rest is past, once the relay serves.
STALE_SECONDS = 60.0
#: What nobody wipes out is forgotten after a week.
KEEP_SECONDS = 7 * 24 * 3600


class Board:
    """The board as one line of a worker sees it."""

    def __init__(self, client: redis.Redis, *, wall_clock: Callable[[], float] = time.time) -> None:
        """Nothing is asked yet. The wall clock gives seconds since 1970, for people to read."""
        self._client: Any = client
        self._wall_clock = wall_clock
        self._owner, self._machine = uuid4().hex, socket.gethostname()
        self._look_at = float("-inf")
        self._is_away = False
        #: None: never looked, so nothing that was said before is for us.
        self._mended: dict[str, int] | None = None
        self._written: dict[str, Trouble] = {}
        self._read: dict[str, dict[str, Trouble]] = {}

    def look(self, standings: Collection[Standing], *, at: float) -> None:
        """Let those be tried again that somebody has mended since the last look."""
        is_well = all(one.state is State.CLOSED for one in standings)
        if at < self._look_at and (is_well or self._is_away):
            return
        self._look_at = at + LOOK_SECONDS
        try:
            said = mended(self._client)
            self._read = {one.name: troubles_of(self._client, one.name) for one in standings}
        except redis.RedisError as away:
            self._leave_alone(away, at=at)
            return
        self._is_away = False
        known, self._mended = self._mended, said
        for one in standings:
            if known is not None and said.get(one.name, 0) != known.get(one.name, 0):
                one.take(Event.MENDED, at=at)

    def tell(self, standings: Iterable[Standing], *, at: float) -> None:
        """Write down what has changed; `at` is of the clock that the standings go by."""
        if self._is_away:
            return
        try:
            for one in standings:
                self._tell(one, at=at, now=self._wall_clock())
        except redis.RedisError as away:
            self._leave_alone(away, at=at)

    def _leave_alone(self, away: Exception, *, at: float) -> None:
        self._look_at, self._is_away = at + AWAY_SECONDS, True
        log.warning("the standing of the relays is not shared", cause=str(away))

    def _tell(self, one: Standing, *, at: float, now: float) -> None:
        key, known = key_of(one.name), self._written.get(one.name)
        trouble = self._trouble(one, known, at=at, now=now)
        if trouble is not None and trouble != known:
            self._client.hset(key, self._owner, json.dumps(asdict(trouble)))
            self._client.expire(key, KEEP_SECONDS)
            self._written[one.name] = trouble
        elif trouble is None and known is not None:
            self._client.hdel(key, self._owner)
            del self._written[one.name]
        if one.state is State.CLOSED and one.served_at is not None:
            self._wipe_out(one.name, served_at=now - (at - one.served_at))

    def _trouble(
        self, one: Standing, known: Trouble | None, *, at: float, now: float
    ) -> Trouble | None:
        if one.state is State.CLOSED or one.trouble is None:
            return None
        until = now + one.rests_until - at
        if known is not None and abs(known.rests_until - until) < 1:
            until = known.rests_until
        return Trouble(
            relay=one.name,
            machine=self._machine,
            since=known.since if known else now,
            rests_until=until,
            phase=one.trouble.phase.value,
            said=quoted(one.trouble),
        )

    def _wipe_out(self, name: str, *, served_at: float) -> None:
        """A worker that is gone cannot take back what it wrote; the relay has served since."""
        past = [
            owner
            for owner, trouble in self._read.get(name, {}).items()
            if owner != self._owner and trouble.rests_until + STALE_SECONDS < served_at
        ]
        if past:
            self._client.hdel(key_of(name), *past)
            self._read[name] = {}
