from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import dramatiq
import pytest
import sqlalchemy as sa
from dramatiq.brokers.stub import StubBroker
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from mailer.clock import now
from mailer.compose.message import ComposedMessage
from mailer.contacts.suppressions import is_suppressed
from mailer.database import reading, writing
from mailer.delivery.memory import MemoryTransport
from mailer.delivery.outcome import Outcome, Phase, from_reply, lost
from mailer.delivery.transport import MayBegin, always
from mailer.distribution.scheduling import Batch
from mailer.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    EventKind,
)
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from workers import watch
from workers.broker import put
from workers.deliver import Sender, declare
from workers.watch import Watch

GREYLISTED = from_reply(Phase.RCPT, 451, "4.7.1 Greylisted")
NO_USER = from_reply(Phase.RCPT, 550, "5.1.1 no such user")
CUT_AFTER_DOT = lost(Phase.AFTER_DOT, "Connection lost")
RELAY_DOWN = lost(Phase.CONNECT, "Connection refused")
NUMBER = 5
EMAILS = [f"desk{number}@havnebladet.example" for number in range(NUMBER)]


class WatchedTransport(MemoryTransport):
    """A relay in memory that lets the test do something while a wave is on its way."""

    def __init__(self, answers: dict[str, list[Outcome]] | None = None) -> None:
        super().__init__(answers)
        self.meanwhile: Callable[[], None] = lambda: None

    async def send(
        self, messages: Sequence[ComposedMessage], *, may_begin: MayBegin = always
    ) -> list[Outcome | None]:
        outcomes = await super().send(messages, may_begin=may_begin)
        self.meanwhile()
        return outcomes


@pytest.fixture
def distribution(engine: sa.Engine) -> Distribution:
    """A distribution that is being sent, with its deliveries pending."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        for email in EMAILS:
            queued_until = now() + timedelta(minutes=1)
            factories.delivery(session, row, email, queued_until=queued_until)
    return row


@pytest.fixture
def relay() -> WatchedTransport:
    return WatchedTransport()


@pytest.fixture
def sender(settings: Settings, engine: sa.Engine, relay: WatchedTransport) -> Iterator[Sender]:
    """A sender whose waves hold two."""
    in_twos = settings.delivery.model_copy(update={"wave_size": 2})
    small = settings.model_copy(update={"delivery": in_twos})
    ready = Sender(small, engine, open_transport=lambda: relay)
    yield ready
    ready.close()


@pytest.fixture
def deliver(
    sender: Sender, engine: sa.Engine, distribution: Distribution
) -> Callable[[], dict[str, Delivery]]:
    """Carry out a task with all deliveries; how each stands then, by address."""

    def carry_out() -> dict[str, Delivery]:
        sender.deliver(distribution.id or 0, list(ids(engine)))
        return rows(engine)

    return carry_out


Deliver = Callable[[], dict[str, Delivery]]


def rows(engine: sa.Engine) -> dict[str, Delivery]:
    with reading(engine) as session:
        found = session.exec(select(Delivery).order_by(col(Delivery.position))).all()
    return {row.email: row for row in found}


def ids(engine: sa.Engine) -> Sequence[int]:
    return [row.id or 0 for row in rows(engine).values()]


def statuses(found: dict[str, Delivery]) -> list[str]:
    return [row.status.value for row in found.values()]


def change(engine: sa.Engine, email: str, **values: Any) -> None:
    with writing(engine) as session:
        session.exec(sa.update(Delivery).where(col(Delivery.email) == email).values(**values))


def set_status(engine: sa.Engine, distribution: Distribution, status: DistributionStatus) -> None:
    with writing(engine) as session:
        session.get_one(Distribution, distribution.id).status = status


def events(session: Session) -> list[tuple[EventKind, str]]:
    found = session.exec(select(DeliveryEvent).order_by(col(DeliveryEvent.id))).all()
    return [(row.kind, row.details["reason"]) for row in found]


def test_every_delivery_is_handed_over_once_in_its_order(
    deliver: Deliver, relay: WatchedTransport
) -> None:
    found = deliver()
    assert statuses(found) == ["sent"] * NUMBER
    assert relay.attempts == EMAILS
    assert {row.reply_text for row in found.values()} == {"2.0.0 Ok: kept in memory"}
    assert [message.message_id for message in relay.messages] == [
        row.message_id for row in found.values()
    ]


def test_the_same_task_twice_does_no_harm(deliver: Deliver, relay: WatchedTransport) -> None:
    deliver()
    assert statuses(deliver()) == ["sent"] * NUMBER
    assert relay.attempts == EMAILS


def test_a_second_attempt_carries_the_same_message(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    relay.answers[EMAILS[0]] = [GREYLISTED]
    first = deliver()[EMAILS[0]]
    assert (first.status, first.reason) == (DeliveryStatus.DEFERRED, "greylisted")
    change(engine, EMAILS[0], next_attempt_at=now())
    second = deliver()[EMAILS[0]]
    assert (second.status, second.attempt) == (DeliveryStatus.SENT, 2)
    assert second.first_attempt_at == first.first_attempt_at
    sent = message_from_bytes(relay.messages[-1].data)
    assert sent["Message-ID"] == first.message_id
    assert relay.messages[-1].recipient == EMAILS[0]


def test_a_dead_address_is_rejected_recorded_and_never_written_to_again(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine, keyring: Keyring
) -> None:
    relay.answers[EMAILS[1]] = [NO_USER]
    found = deliver()
    assert statuses(found) == ["sent", "rejected", "sent", "sent", "sent"]
    with reading(engine) as session:
        assert events(session) == [(EventKind.REJECTED, "unknown_user")]
        assert is_suppressed(session, EMAILS[1], keyring=keyring)
        assert not is_suppressed(session, EMAILS[0], keyring=keyring)


def test_a_deferral_is_recorded_as_an_event(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    relay.answers[EMAILS[0]] = [GREYLISTED]
    deliver()
    with reading(engine) as session:
        assert events(session) == [(EventKind.DEFERRED, "greylisted")]


def test_a_loss_after_the_dot_is_unknown_and_the_rest_goes_on(
    deliver: Deliver, relay: WatchedTransport
) -> None:
    relay.answers[EMAILS[0]] = [CUT_AFTER_DOT]
    assert statuses(deliver()) == ["unknown", "sent", "sent", "sent", "sent"]
    assert statuses(deliver()) == ["unknown", "sent", "sent", "sent", "sent"]
    assert relay.attempts == EMAILS


def test_what_cannot_be_composed_is_withheld_and_the_others_are_sent(
    deliver: Deliver, engine: sa.Engine, relay: WatchedTransport
) -> None:
    change(engine, EMAILS[2], cover_language="xx")
    found = deliver()
    assert statuses(found) == ["sent", "sent", "withheld", "sent", "sent"]
    assert found[EMAILS[2]].reason.startswith("cannot be composed: ")
    assert EMAILS[2] not in relay.attempts


def test_a_pause_stops_it_between_two_waves_and_going_on_sends_the_rest(
    deliver: Deliver, engine: sa.Engine, relay: WatchedTransport, distribution: Distribution
) -> None:
    relay.meanwhile = lambda: set_status(engine, distribution, DistributionStatus.PAUSED)
    assert statuses(deliver()) == ["sent", "sent", "pending", "pending", "pending"]
    relay.meanwhile = lambda: None
    set_status(engine, distribution, DistributionStatus.SENDING)
    assert statuses(deliver()) == ["sent"] * NUMBER
    assert relay.attempts == EMAILS


def test_a_stop_finishes_the_wave_in_flight_and_gives_the_rest_back(
    deliver: Deliver, sender: Sender, relay: WatchedTransport
) -> None:
    relay.meanwhile = sender.stopping.set
    found = deliver()
    assert statuses(found) == ["sent", "sent", "pending", "pending", "pending"]
    assert [row.queued_until for row in found.values()] == [None] * NUMBER


def test_a_relay_that_is_down_ends_the_task_and_touches_no_recipient(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    for email in EMAILS:
        relay.answers[email] = [RELAY_DOWN]
    found = deliver()
    assert statuses(found) == ["deferred", "deferred", "pending", "pending", "pending"]
    assert [row.attempt for row in found.values()] == [0] * NUMBER
    # They stay queued for a while: a dead relay is not asked in a tight loop.
    assert all(row.queued_until for row in list(found.values())[2:])
    with reading(engine) as session:
        assert events(session) == []


def test_answers_wait_until_the_database_is_back(
    deliver: Deliver, engine: sa.Engine, relay: WatchedTransport, sender: Sender
) -> None:
    refusals = iter(range(3))

    def refuse(_connection: sa.Connection) -> None:
        for _ in refusals:
            raise OperationalError("BEGIN", {}, Exception("the server closed the connection"))

    sender.pause_seconds = 0.01
    relay.meanwhile = lambda: event.listen(engine, "begin", refuse)
    try:
        assert statuses(deliver()) == ["sent"] * NUMBER
    finally:
        event.remove(engine, "begin", refuse)
    assert next(refusals, None) is None
    assert relay.attempts == EMAILS


def test_a_database_that_is_away_ends_the_task_without_a_crash(
    sender: Sender, engine: sa.Engine, relay: WatchedTransport, distribution: Distribution
) -> None:
    def refuse(_connection: sa.Connection) -> None:
        raise OperationalError("BEGIN", {}, Exception("the server closed the connection"))

    numbers = ids(engine)
    event.listen(engine, "begin", refuse)
    try:
        sender.deliver(distribution.id or 0, numbers)
    finally:
        event.remove(engine, "begin", refuse)
    assert statuses(rows(engine)) == ["pending"] * NUMBER
    assert relay.attempts == []


def test_an_unknown_distribution_is_told_and_does_no_harm(sender: Sender) -> None:
    sender.deliver(999, [1, 2, 3])


@pytest.mark.parametrize("is_urgent", [True, False])
def test_a_worker_takes_tasks_from_both_queues(
    engine: sa.Engine, sender: Sender, distribution: Distribution, is_urgent: bool
) -> None:
    broker = StubBroker(middleware=[])
    declare(broker, sender)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=50)
    worker.start()
    try:
        put(broker, Batch(distribution.id or 0, tuple(ids(engine)), is_urgent))
        for queue in broker.get_declared_queues():
            broker.join(queue, timeout=20_000)
        worker.join()
    finally:
        worker.stop()
    assert statuses(rows(engine)) == ["sent"] * NUMBER


def test_a_worker_that_ends_says_goodbye_to_the_relay(
    engine: sa.Engine, sender: Sender, distribution: Distribution, relay: WatchedTransport
) -> None:
    broker = StubBroker(middleware=[])
    declare(broker, sender)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=50)
    worker.start()
    put(broker, Batch(distribution.id or 0, tuple(ids(engine)), is_urgent=False))
    broker.join("deliver", timeout=20_000)
    worker.join()
    assert not relay.is_closed
    worker.stop()
    assert relay.is_closed


def test_a_pause_in_mid_wave_gives_back_what_was_not_begun(
    sender: Sender,
    engine: sa.Engine,
    relay: WatchedTransport,
    distribution: Distribution,
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", -1)
    # Looked at before the second message of the first wave: by then the pause has come.
    first_look = Watch._look

    def look(self: Watch) -> None:
        first_look(self)
        set_status(engine, distribution, DistributionStatus.PAUSED)

    monkeypatch.setattr(Watch, "_look", look)
    found = deliver()
    assert statuses(found) == ["sent"] + ["pending"] * (NUMBER - 1)
    assert {row.attempt for row in list(found.values())[1:]} == {0}
    assert len(relay.messages) == 1
