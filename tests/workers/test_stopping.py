"""A stop while the relay keeps us waiting: a worker ends soon, whatever it waits for, and a pause
lets go of all that is in nobody's hands.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from sqlmodel import col, select

from mailer.compose.message import ComposedMessage
from mailer.database import reading, writing
from mailer.delivery.outcome import Outcome, Phase, lost
from mailer.delivery.smtp.load import NO_JOURNAL, Journal, MayBegin, always
from mailer.delivery.smtp.steps import Cut
from mailer.delivery.transport.memory import MemoryTransport
from mailer.models import Batch, Delivery, Distribution, DistributionStatus
from mailer.settings import Settings
from tests import factories, rawsmtpd
from tests.rawsmtpd import DEAF, DOT, RawServer
from tests.workers.parts import parts
from workers.broker import make_broker, nudge
from workers.deliver import Sender
from workers.sending import ending, watch

NUMBER = 3
IN_DOUBT = lost(Phase.AFTER_DOT, "no answer")
#: Three seconds for answers, two for a goodbye, and the rest for a machine with much to do; the
#: server is silent for far longer.
ENDED_SECONDS, SILENT_SECONDS = 20.0, 60


class SilentTransport(MemoryTransport):
    """A relay that says nothing until it is hung up; a body is out by then, or none."""

    def __init__(self, patience: Cut) -> None:
        super().__init__()
        self._patience = patience
        self.meanwhile: Callable[[], None] = lambda: None

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        assert may_begin(0)
        self.meanwhile()
        while self._patience not in self.cuts:  # noqa: ASYNC110 – what looks on tells us
            await asyncio.sleep(0)
        outcome = None
        if self._patience is Cut.IN_DOUBT:
            journal.begun(0)
            journal.answered(0, IN_DOUBT)
            outcome = IN_DOUBT
        return [outcome, *[None] * (len(messages) - 1)]


@pytest.fixture
def distribution(engine: sa.Engine) -> Distribution:
    """A distribution that is being sent."""
    return _distribution(engine)


def _distribution(engine: sa.Engine) -> Distribution:
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        for number in range(NUMBER):
            factories.delivery(session, row, f"desk{number}@havnebladet.example")
    return row


def statuses(engine: sa.Engine) -> list[str]:
    with reading(engine) as session:
        found = session.exec(select(Delivery.status).order_by(col(Delivery.position)))
        return list(map(str, found))


@pytest.mark.parametrize("how", ["paused", "ended"])
def test_what_is_in_nobodys_hands_is_given_back_at_once(
    settings: Settings,
    engine: sa.Engine,
    redis_client: redis.Redis,
    distribution: Distribution,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", -1)
    relay = SilentTransport(Cut.UNBEGUN)

    def pause() -> None:
        with writing(engine) as session:
            session.get_one(Distribution, distribution.id).status = DistributionStatus.PAUSED

    with closing(Sender(settings, engine, redis_client, open_transport=lambda: relay)) as sender:
        relay.meanwhile = pause if how == "paused" else sender.stop
        sender.take_turn(distribution.id or 0)
    assert statuses(engine) == ["pending"] * NUMBER
    with reading(engine) as session:
        assert set(session.exec(select(Delivery.attempt))) == {0}
        assert set(session.exec(select(Batch.lease_owner))) == {""}
        assert session.exec(select(Distribution.note)).one() == ""


def test_a_worker_that_ends_leaves_what_was_not_answered_in_doubt(
    settings: Settings,
    engine: sa.Engine,
    redis_client: redis.Redis,
    distribution: Distribution,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ending, "GRACE_SECONDS", 0.0)
    relay = SilentTransport(Cut.IN_DOUBT)
    with closing(Sender(settings, engine, redis_client, open_transport=lambda: relay)) as sender:
        relay.meanwhile = sender.stop
        sender.take_turn(distribution.id or 0)
    assert statuses(engine) == ["unknown", *["pending"] * (NUMBER - 1)]


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("GREETING", ["pending"] * NUMBER),
        ("RCPT", ["pending"] * NUMBER),
        (DOT, ["unknown", *["pending"] * (NUMBER - 1)]),
    ],
)
def test_a_worker_ends_soon_although_the_relay_is_silent(
    settings: Settings,
    sqlite_engine: sa.Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    left: list[str],
) -> None:
    monkeypatch.setattr(rawsmtpd, "PATIENCE_SECONDS", SILENT_SECONDS)
    number, is_there = _distribution(sqlite_engine).id or 0, threading.Event()
    log = tmp_path / "log"

    def choose(reached: str) -> str | None:
        if reached != step:
            return None
        is_there.set()
        return DEAF

    with RawServer(choose=choose) as server:
        environment = {
            "MAILER_DATABASE__URL": str(sqlite_engine.url),
            "MAILER_RELAY__PORT": str(server.port),
            "MAILER_RELAY__CONNECTIONS": "1",
        }
        with parts(environment, log=log) as started:
            worker = started.start("workers", "worker")
            started.wait_until(lambda: log.exists() and "worker ready" in log.read_text())
            nudge(make_broker(settings), number, is_urgent=False)
            started.wait_until(is_there.is_set)
            asked_at = time.monotonic()
            assert started.end(worker, by=signal.SIGTERM) == 0
            assert time.monotonic() - asked_at < ENDED_SECONDS
    assert statuses(sqlite_engine) == left
