"""Two long stories: a stop in the middle (F3), and urgent news during a bulk send."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mailer import database
from mailer.distribution import lifecycle
from mailer.distribution.telling import overview
from mailer.models import DeliveryStatus
from tests.chaos import databases, people
from tests.chaos.manners import GOOD
from tests.chaos.office import QUICK, Office, office
from tests.chaos.recorder import recorder
from tests.chaos.tally import at_once, faults, tally

#: After a pause or a cancellation nothing is begun later than this (F3).
STOP_SECONDS = 5.0
URGENT_SECONDS = 120.0
#: Nobody dies in these stories: the settings are nearer to those of an office.
CALM = {**QUICK, "delivery": {"lease_seconds": 30, "retry_minutes": [0.01]}}


@dataclass(frozen=True)
class Size:
    """How large the stories are; the suite plays small ones."""

    stop_recipients: int = 10_000
    stop_after: int = 3_000
    stop_rate: float = 500.0
    bulk_recipients: int = 20_000
    urgent_recipients: int = 2_000
    relay_rates: tuple[float, ...] = (100.0, 50.0)
    #: Whether a person's commands go through the shell, and the stop is watched for its full time.
    is_long: bool = True


def stop(opened: Office, *, size: Size, verb: str = "pause") -> dict[str, Any]:
    """Stop with two workers at work; go on after a restart of everything."""
    log = opened.relay.log
    opened.relay.behave(replace(GOOD, per_second=size.stop_rate))
    log.forget()
    number = opened.schedule()
    opened.wait_until(lambda: log.read() >= size.stop_after, doing="the moment of the stop")
    _decide(opened, verb, number, size=size)
    stopped_at = time.time()
    opened.wait_until(lambda: _is_at_rest(opened, number), doing="what is under way")
    if size.is_long:
        opened.wait_until(
            lambda: time.time() > stopped_at + STOP_SECONDS + 1, doing="the time after the stop"
        )
    told = _books(opened, number, "after the stop")
    told |= {
        "stopped_after": log.total,
        "latest_begun_seconds": round(log.begun_at - stopped_at, 2),
    }
    _check(log.begun_at <= stopped_at + STOP_SECONDS, "something was begun too late", told)
    _check(log.total < size.stop_recipients, "it was over before it was stopped", told)
    taken = log.total
    for name in [*opened.workers, "scheduler"]:
        opened.end(name)
    opened.start_all()
    if size.is_long:
        opened.wait_until(lambda: time.time() > stopped_at + 15, doing="the restarted parts")
    _check(log.read() == taken, "the stop did not survive a restart", told)
    if verb == "pause":
        _decide(opened, "resume", number, size=size)
        opened.relay.behave(GOOD)
        opened.wait_until(lambda: opened.is_over(number), doing="the rest")
        told |= {"resumed": log.read() - taken}
        told |= {"end": _books(opened, number, "in the end")}
        _check(log.total == size.stop_recipients, "not everything was sent once", told)
    return told


def urgent(opened: Office, *, size: Size, rate: float) -> dict[str, Any]:
    """Urgent news while a bulk send fills a slow relay."""
    log = opened.relay.log
    opened.relay.behave(replace(GOOD, per_second=rate))
    log.forget()
    bulk = opened.schedule()
    opened.wait_until(lambda: log.read() >= rate, doing="the bulk send to begin")
    began = time.monotonic()
    number = opened.schedule(people.URGENT, is_urgent=True)
    opened.wait_until(
        lambda: opened.is_over(number), doing="the urgent news", seconds=URGENT_SECONDS
    )
    seconds = time.monotonic() - began
    told = _books(opened, number, "of the urgent news")
    bulk_left = opened.progress(bulk)
    told |= {"relay_per_second": rate, "urgent_seconds": round(seconds, 1)}
    told |= {"bulk_unfinished": bulk_left.unfinished if bulk_left else None}
    _check(bool(told["bulk_unfinished"]), "the bulk send was finished first", told)
    _decide(opened, "cancel", bulk, size=size)
    opened.relay.behave(GOOD)
    opened.wait_until(lambda: opened.is_over(bulk), doing="the bulk send to be cancelled")
    told |= {"bulk": _books(opened, bulk, "of the bulk send")}
    return told


VERBS = {"pause": lifecycle.pause, "resume": lifecycle.resume, "cancel": lifecycle.cancel}


def _decide(opened: Office, verb: str, number: int, *, size: Size) -> None:
    if size.is_long:
        opened.command("distributions", verb, str(number))
        return
    with database.writing(opened.engine) as session:
        VERBS[verb](session, number)


def _is_at_rest(opened: Office, number: int) -> bool:
    """Whether nothing of it is being handed over."""
    told = opened.progress(number)
    return told is not None and not told.counts.get(DeliveryStatus.SENDING)


def _books(opened: Office, number: int, which: str) -> dict[str, Any]:
    """The books must be right at any moment of rest."""
    with database.reading(opened.engine) as session:
        at_once(session)
        shown = overview.progress(session, number)
        found = [one for one in faults(session, number, opened.relay.log) if "nobody" not in one]
        told = tally(session, [number], opened.relay.log)
    sums = {"total": shown.total, **dict(shown.counts)}
    unfinished = shown.unfinished
    _check(not found, "; ".join(found), sums)
    _check(told.lost == unfinished and not told.doubled and not told.false, f"books {which}", sums)
    return {"counts": sums, "accepted": told.accepted, "unknown": told.unknown}


def _check(is_right: bool, what: str, told: dict[str, Any]) -> None:
    if not is_right:
        raise AssertionError(f"{what}: {told}")


def play_stop(
    kind: str, size: Size, verbs: Sequence[str] = ("pause", "cancel")
) -> list[dict[str, Any]]:
    """Both ways of stopping, each in an office of its own."""
    told = []
    for verb in verbs:
        with _opened(kind, recipients=size.stop_recipients, urgent=0) as opened:
            told.append({"scenario": verb, "database": kind, **stop(opened, size=size, verb=verb)})
    return told


def play_urgent(kind: str, size: Size) -> list[dict[str, Any]]:
    """At each of the speeds of the relay."""
    told = []
    for rate in size.relay_rates:
        with _opened(
            kind, recipients=size.bulk_recipients, urgent=size.urgent_recipients
        ) as opened:
            played = urgent(opened, size=size, rate=rate)
            told.append({"scenario": "urgent", "database": kind, **played})
    return told


@contextmanager
def _opened(kind: str, *, recipients: int, urgent: int) -> Iterator[Office]:
    """An office of its own for each story, its parts running."""
    with ExitStack() as ending:
        enter = ending.enter_context
        folder = Path(enter(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        base = enter(getattr(databases, kind)(folder))
        relay = enter(recorder(folder / "relay.log"))
        people_of = {"recipients": recipients, "urgent": urgent}
        opened = enter(office(folder, base, relay, **people_of, sections=CALM))
        opened.start_all()
        yield opened


SCENARIOS: dict[str, Callable[[str, Size], list[dict[str, Any]]]] = {
    "stop": play_stop,
    "urgent": play_urgent,
}


def main(name: str, *, kinds: list[str], as_json: bool) -> int:
    """Play the story on each database; 1 when one of them went wrong."""
    told: list[dict[str, Any]] = []
    failed = 0
    for kind in kinds:
        try:
            played = SCENARIOS[name](kind, Size())
        except AssertionError as wrong:
            failed = 1
            played = [{"scenario": name, "database": kind, "wrong": str(wrong)}]
        told += played
        if not as_json:
            for one in played:
                print(json.dumps(one), flush=True)
    if as_json:
        print(json.dumps(told))
    return failed
