"""How fast we may hand over, by all workers together: to all relays, of one distribution, and to
each receiving provider, which is slowed or paused while it asks for that.

The state lives in Redis and expires by itself. A Redis that was emptied knows the rates of the
settings again; one that is away lets nothing through.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import redis
import structlog

from mailer.delivery.outcome import Outcome, OutcomeKind
from mailer.delivery.throttling.breaker import COLD, GROWTH, Event, event_of, quoted
from mailer.delivery.throttling.rations import (
    Allowance,
    Asked,
    Grant,
    Limit,
    Rations,
    provider_limit,
)
from mailer.delivery.throttling.tally import Tally
from mailer.delivery.throttling.troubles import ProviderState, Troubles
from mailer.delivery.transport.relay import USUAL_NAME
from mailer.errors import Unreachable
from mailer.settings import Settings

__all__ = ["Allowance", "Grant", "ProviderState", "Throttle", "relays_rate"]

log = structlog.get_logger(__name__)

#: How often a process tells what it handed over to whom.
TELL_GAP = timedelta(seconds=5)


class Throttle:
    """The rates that all workers share. Threads may share one.

    Every method but `heard` raises Unreachable when Redis does not answer: then nothing may be
    sent.
    """

    def __init__(
        self, client: redis.Redis, settings: Settings, *, clock: Callable[[], float] | None = None
    ) -> None:
        """`clock` gives seconds since 1970 in the place of the Redis server's own clock."""
        self._settings = settings.throttle
        self._rations = Rations(client, clock=clock)
        self._troubles = Troubles(client, clock=clock)
        self._relays = _rates_of_relays(settings)
        self._tally = Tally()
        #: As the last answer of Redis said: who is in trouble, and whom we try again.
        self._troubled: frozenset[str] = frozenset()
        self._probed: frozenset[str] = frozenset()
        #: What providers said that matters, in what words, and is not told to Redis yet.
        self._heard: dict[tuple[str, Event], str] = {}
        #: What was handed over to whom: still being counted, and ready to be told.
        self._sent: Counter[str] = Counter()
        self._untold: Counter[str] = Counter()
        self._tell_at = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def allowance(
        self,
        *,
        distribution_id: int,
        distribution_rate: float | None,
        wanted: int,
        relays: Collection[str] | None = None,
    ) -> Allowance:
        """How many of those wanted may be handed over now, whoever receives them.

        `relays` names those that can be used at present; None: those with a weight. Where nothing
        is limited Redis is not asked.
        """
        limits = self._limits(distribution_id, distribution_rate, relays)
        if not limits or wanted <= 0:
            return Allowance(max(0, wanted))
        with _asked():
            return self._rations.take(limits, wanted=wanted)

    def grants(self, wanted: Mapping[str, int], *, is_urgent: bool = False) -> Mapping[str, Grant]:
        """The shares of the providers of a wave, in one round trip (two when one just fell ill).

        A provider that is missing from the answer is not limited. While urgent messages wait for
        a provider the calm ones wait behind them.
        """
        if not wanted:
            return {}
        self._tell_troubles()
        with self._lock:
            asked = self._concerned(wanted, among=self._troubled)
            sent, self._untold = self._untold, Counter()
        grants, troubled = self._share_out(asked, sent=sent, is_urgent=is_urgent)
        if fallen := {name: wanted[name] for name in troubled - asked.keys() if name in wanted}:
            # They got into trouble since we last asked.
            more, troubled = self._share_out(fallen, sent={}, is_urgent=is_urgent)
            grants |= more
        with self._lock:
            self._troubled = troubled
            self._probed |= {n for n, grant in grants.items() if grant.is_probe and grant.granted}
        return grants

    def give_back(
        self,
        *,
        distribution_id: int,
        distribution_rate: float | None,
        unused: int,
        providers: Mapping[str, int] | None = None,
        relays: Collection[str] | None = None,
    ) -> None:
        """Let others have what was allowed and not used, and what providers were granted of it."""
        limits = self._limits(distribution_id, distribution_rate, relays)
        returned = [(limit, unused) for limit in limits if unused > 0]
        returned += [
            (provider_limit(name, rate=self._rate_of(name) or COLD), number)
            for name, number in (providers or {}).items()
            if number > 0
        ]
        if returned:
            with _asked():
                self._rations.give_back(returned)

    def heard(self, outcomes: Iterable[tuple[str, Outcome]], *, now: datetime) -> None:
        """Take note of what was answered to each hand-over, given with its provider.

        A provider that asks for patience is slowed, one that refuses us in masses is paused. While
        all is well Redis is not asked. Where it does not answer, it is told before anything more
        is granted: what was handed over must be recorded in any case, so nothing is raised here.
        """
        heard = list(outcomes)
        accepted = OutcomeKind.ACCEPTED
        self._count(Counter(name for name, one in heard if one.kind is accepted), now=now)
        told: dict[tuple[str, Event], str] = {}
        for provider, outcome in heard:
            is_routine = outcome.kind is accepted and provider not in self._probed
            if is_routine and not self._tally.watches(provider):
                continue
            event = self._weighed(provider, event_of(outcome), now=now)
            if event:
                told[provider, event] = quoted(outcome)
        with self._lock:
            self._heard.update(told)
        try:
            self._tell_troubles()
        except Unreachable as away:
            log.warning("what providers said is told later", cause=str(away))

    def provider_states(self) -> list[ProviderState]:
        """The providers that are slowed or paused now, by name; `str` says it in plain words."""
        with _asked():
            return self._troubles.states()

    def _limits(
        self, distribution_id: int, distribution_rate: float | None, relays: Collection[str] | None
    ) -> list[Limit]:
        rates = {
            "all": self._settings.rate_per_minute,
            "relays": relays_rate(self._relays, usable=relays),
            f"distribution:{distribution_id}": distribution_rate,
        }
        return [Limit(name, rate) for name, rate in rates.items() if rate]

    def _rate_of(self, provider: str) -> int:
        rates = self._settings.provider_rates
        return rates.get(provider, self._settings.provider_rate_per_minute)

    def _concerned(self, wanted: Mapping[str, int], *, among: frozenset[str]) -> dict[str, int]:
        """Those of the providers wanted that Redis may have something to say about."""
        if self._settings.provider_rate_per_minute:
            return dict(wanted)
        names = among | self._settings.provider_rates.keys()
        return {name: wanted[name] for name in names if name in wanted}

    def _share_out(
        self, wanted: Mapping[str, int], *, sent: Mapping[str, int], is_urgent: bool
    ) -> tuple[dict[str, Grant], frozenset[str]]:
        asked = [Asked(name, number, self._rate_of(name)) for name, number in wanted.items()]
        with _asked():
            return self._rations.share_out(asked, sent=sent, growth=GROWTH, is_urgent=is_urgent)

    def _count(self, handed_over: Counter[str], *, now: datetime) -> None:
        """Count what went where; the next wave tells it to Redis, once in some seconds."""
        with self._lock:
            self._sent.update(handed_over)
            if now >= self._tell_at:
                self._untold.update(self._sent)
                self._sent, self._tell_at = Counter(), now + TELL_GAP

    def _weighed(self, provider: str, event: Event | None, *, now: datetime) -> Event | None:
        """The event, or none when it changes nothing; a refusal may be the last drop."""
        if event is None or event is Event.RATE_LIMITED:
            return event
        with self._lock:
            is_storm = self._tally.count(provider, is_refused=event is Event.REFUSED, now=now)
        if is_storm:
            return Event.STORM
        return event if provider in self._probed else None

    def _tell_troubles(self) -> None:
        """Carry out in Redis what was heard and is not told yet."""
        if not self._heard:
            return
        with self._lock:
            heard, self._heard = self._heard, {}
        try:
            for (provider, event), words in heard.items():
                self._change(provider, event, words=words)
        except Unreachable:
            with self._lock:
                # To be told the same twice does no harm.
                self._heard = heard | self._heard
            raise

    def _change(self, provider: str, event: Event, *, words: str) -> None:
        untold = self._sent[provider] + self._untold[provider]
        with _asked():
            self._troubles.change(
                provider, event, set_rate=self._rate_of(provider), untold=untold, words=words
            )
        with self._lock:
            self._troubled |= {provider}
            self._probed -= {provider}


def relays_rate(
    relays: Mapping[str, tuple[int, int]], *, usable: Collection[str] | None = None
) -> float:
    """What all relays together take in a minute without any of them getting too much; 0: no limit.

    `relays` has the weight and the rate of each. They get messages by their weights, so the one
    that has little room for its weight decides. Spares count when nothing else is usable.
    """
    chosen = {name: pair for name, pair in relays.items() if usable is None or name in usable}
    regular = {name: pair for name, pair in chosen.items() if pair[0]}
    shares = regular or {name: (1, rate) for name, (_, rate) in chosen.items()}
    total = sum(weight for weight, _ in shares.values())
    return min((rate * total / weight for weight, rate in shares.values() if rate), default=0)


def limit_per_minute(settings: Settings) -> float:
    """What all workers together may hand over in a minute, as it is set; 0: no limit."""
    limits = (settings.throttle.rate_per_minute, relays_rate(_rates_of_relays(settings)))
    return min(filter(None, limits), default=0)


def _rates_of_relays(settings: Settings) -> dict[str, tuple[int, int]]:
    relays = {USUAL_NAME: settings.relay, **settings.relays}
    return {name: (relay.weight, relay.rate_per_minute) for name, relay in relays.items()}


@contextmanager
def _asked() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as away:
        message = f"the rates cannot be looked up in the broker ({away}): nothing is sent meanwhile"
        raise Unreachable(message) from away
