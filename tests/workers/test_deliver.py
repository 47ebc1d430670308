import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, timedelta
from email import message_from_bytes
from functools import partial
from hashlib import sha256
from itertools import cycle
from typing import Any

import dramatiq
import pytest
import redis
import sqlalchemy as sa
from dramatiq.brokers.stub import StubBroker
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from mailer.clock import now
from mailer.compose.message import ComposedMessage
from mailer.contacts.suppressions import is_suppressed
from mailer.database import reading, writing
from mailer.delivery import claims, settling
from mailer.delivery.claims import Stretch
from mailer.delivery.outcome import Outcome, Phase, from_reply, lost
from mailer.delivery.smtp.load import NO_JOURNAL, Journal, MayBegin, always
from mailer.delivery.transport.memory import ACCEPTED, MemoryTransport
from mailer.distribution import batches, doubts, leases
from mailer.errors import Unreachable
from mailer.feedback.recording import record_event
from mailer.models import (
    Agent,
    Batch,
    Clock,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    EventKind,
    Release,
)
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from workers.broker import nudge
from workers.deliver import Sender, declare
from workers.rescue import rescue
from workers.sending import ending, hearing, turn, watch
from workers.sending.ledger import NOTHING_SENT, Ledger, Sent
from workers.sending.limits import Limits, Room
from workers.sending.watch import Watch

GREYLISTED = from_reply(Phase.RCPT, 451, "4.7.1 Greylisted")
NO_USER = from_reply(Phase.RCPT, 550, "5.1.1 no such user")
CUT_AFTER_DOT = lost(Phase.AFTER_DOT, "Connection lost")
RELAY_DOWN = lost(Phase.CONNECT, "Connection refused")
NUMBER = 5
DAY = timedelta(days=1)
EMAILS = [f"desk{number}@havnebladet.example" for number in range(NUMBER)]


class WatchedTransport(MemoryTransport):
    """A relay in memory that lets the test do something while a wave is on its way."""

    def __init__(self, answers: dict[str, list[Outcome]] | None = None) -> None:
        super().__init__(answers)
        self.meanwhile: Callable[[], None] = lambda: None

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        outcomes = await super().send(messages, may_begin=may_begin, journal=journal)
        self.meanwhile()
        return outcomes


@pytest.fixture
def distribution(engine: sa.Engine) -> Distribution:
    """A distribution that is being sent, with its deliveries pending."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        for email in EMAILS:
            factories.delivery(session, row, email)
    return row


@pytest.fixture
def relay() -> WatchedTransport:
    return WatchedTransport()


@pytest.fixture
def sender(
    settings: Settings, engine: sa.Engine, relay: WatchedTransport, redis_client: redis.Redis
) -> Iterator[Sender]:
    """A sender whose waves hold two."""
    in_twos = settings.delivery.model_copy(update={"wave_size": 2})
    small = settings.model_copy(update={"delivery": in_twos})
    ready = Sender(small, engine, redis_client, open_transport=lambda: relay)
    yield ready
    ready.close()


@pytest.fixture
def deliver(
    sender: Sender, engine: sa.Engine, distribution: Distribution
) -> Callable[[], dict[str, Delivery]]:
    """Take a turn in the distribution; how each delivery stands then, by address."""

    def carry_out() -> dict[str, Delivery]:
        sender.take_turn(distribution.id or 0)
        return rows(engine)

    return carry_out


Deliver = Callable[[], dict[str, Delivery]]


def rows(engine: sa.Engine) -> dict[str, Delivery]:
    with reading(engine) as session:
        found = session.exec(select(Delivery).order_by(col(Delivery.position))).all()
    return {row.email: row for row in found}


def statuses(found: dict[str, Delivery]) -> list[str]:
    return [row.status.value for row in found.values()]


def change(engine: sa.Engine, email: str, **values: Any) -> None:
    with writing(engine) as session:
        session.exec(sa.update(Delivery).where(col(Delivery.email) == email).values(**values))
        for number in session.exec(select(Distribution.id)).all():
            batches.recount(session, batch_ids=batches.lock_all(session, number or 0))


def held(engine: sa.Engine) -> list[str]:
    """Who holds which batches."""
    with reading(engine) as session:
        return [owner for owner in session.exec(select(Batch.lease_owner)) if owner]


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
    deliver: Deliver, sender: Sender, relay: WatchedTransport, engine: sa.Engine
) -> None:
    relay.meanwhile = sender.stop
    found = deliver()
    assert statuses(found) == ["sent", "sent", "pending", "pending", "pending"]
    assert held(engine) == []


def test_a_relay_that_is_down_ends_the_task_and_touches_no_recipient(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    for email in EMAILS:
        relay.answers[email] = [RELAY_DOWN]
    found = deliver()
    # Two waves are in flight at most.
    assert statuses(found) == ["deferred"] * 4 + ["pending"]
    assert [row.attempt for row in found.values()] == [0] * NUMBER
    # The turn is over then: a dead relay is not asked in a tight loop.
    assert held(engine) == []
    with reading(engine) as session:
        assert events(session) == []
        told = session.exec(select(Distribution.note)).one()
    assert told == "the relay [relay] cannot be reached: Connection refused"


def heard_open(engine: sa.Engine) -> None:
    """Somebody has opened the first message, which is still on its way for all we know."""
    with writing(engine) as session:
        number = session.exec(select(Delivery.id).where(Delivery.email == EMAILS[0])).one() or 0
        record_event(
            session,
            delivery_id=number,
            kind=EventKind.OPENED,
            source_key="opened",
            occurred_at=now(),
            agent=Agent.PERSON,
        )


def test_what_was_opened_while_it_was_on_the_wire_is_not_in_doubt(
    deliver: Deliver, engine: sa.Engine, relay: WatchedTransport
) -> None:
    relay.answers = {EMAILS[0]: [CUT_AFTER_DOT], EMAILS[1]: [CUT_AFTER_DOT]}
    heard_open(engine)
    assert statuses(deliver())[:2] == ["sent", "unknown"]


def test_what_was_opened_is_not_in_doubt_when_its_line_is_lost(
    engine: sa.Engine, settings: Settings, keyring: Keyring, distribution: Distribution
) -> None:
    number, long_ago = distribution.id or 0, now() - DAY
    with writing(engine) as session:
        lease = leases.take(session, number, owner="lost", until=long_ago, now=now())
        assert lease is not None
        stretch = Stretch(number, lease.first_position, lease.last_position)
        claims.claim(session, stretch, owner="lost", limit=2, now=now())
    heard_open(engine)
    rescue(engine, settings, keyring=keyring)
    assert statuses(rows(engine))[:2] == ["sent", "unknown"]


def test_answers_wait_in_the_journal_until_the_database_is_back(
    deliver: Deliver,
    engine: sa.Engine,
    relay: WatchedTransport,
    settings: Settings,
    keyring: Keyring,
) -> None:
    def refuse(_connection: sa.Connection) -> None:
        raise OperationalError("BEGIN", {}, Exception("the server closed the connection"))

    relay.meanwhile = lambda: event.listen(engine, "begin", refuse)
    with pytest.raises(Unreachable):
        deliver()
    with pytest.raises(Unreachable):
        rescue(engine, settings, keyring=keyring)
    event.remove(engine, "begin", refuse)
    relay.meanwhile = lambda: None
    taken = list(relay.attempts)
    rescue(engine, settings, keyring=keyring)
    found = rows(engine)
    assert [row.email for row in found.values() if row.status == "sent"] == taken
    assert {row.status.value for row in found.values()} == {"sent", "pending"}
    assert statuses(deliver()) == ["sent"] * NUMBER
    assert relay.attempts == EMAILS


def test_a_database_that_is_away_ends_the_task_without_a_crash(
    sender: Sender, engine: sa.Engine, relay: WatchedTransport, distribution: Distribution
) -> None:
    def refuse(_connection: sa.Connection) -> None:
        raise OperationalError("BEGIN", {}, Exception("the server closed the connection"))

    event.listen(engine, "begin", refuse)
    try:
        assert not sender.take_turn(distribution.id or 0)
    finally:
        event.remove(engine, "begin", refuse)
    assert statuses(rows(engine)) == ["pending"] * NUMBER
    assert relay.attempts == []


def test_an_unknown_distribution_is_told_and_does_no_harm(sender: Sender) -> None:
    assert not sender.take_turn(999)


@pytest.mark.parametrize("is_urgent", [True, False])
def test_a_worker_takes_tasks_from_both_queues(
    engine: sa.Engine, sender: Sender, distribution: Distribution, is_urgent: bool
) -> None:
    broker = StubBroker(middleware=[])
    declare(broker, sender)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=50)
    worker.start()
    try:
        nudge(broker, distribution.id or 0, is_urgent=is_urgent)
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
    nudge(broker, distribution.id or 0, is_urgent=False)
    broker.join("deliver", timeout=20_000)
    worker.join()
    assert not relay.is_closed
    worker.stop()
    assert relay.is_closed


class SlowTransport(WatchedTransport):
    """A relay that lets the last message of a wave wait until the test has seen enough; it looks
    whenever something was `kept`, and at no other time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_seen: Callable[[], bool] = lambda: True
        self.kept: Callable[[], object] = lambda: None

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        if not messages:
            return []
        news = asyncio.Event()
        self.kept = partial(asyncio.get_running_loop().call_soon_threadsafe, news.set)
        most = await super().send(messages[:-1], may_begin=may_begin, journal=journal)
        while not self.is_seen():
            await news.wait()
            news.clear()
        journal.begun(len(messages) - 1)
        journal.answered(len(messages) - 1, ACCEPTED)
        return [*most, ACCEPTED]


@pytest.mark.parametrize("times_away", [0, 2])
def test_what_was_accepted_is_written_down_while_another_message_still_waits(
    settings: Settings,
    engine: sa.Engine,
    redis_client: redis.Redis,
    distribution: Distribution,
    monkeypatch: pytest.MonkeyPatch,
    times_away: int,
) -> None:
    monkeypatch.setattr(ending, "GLANCE_SECONDS", 0.01)
    monkeypatch.setattr(ending, "TELL_SECONDS", 0.0)
    monkeypatch.setattr(hearing, "SILENT_SECONDS", 0.0)
    relay = SlowTransport()
    keep, answers = Ledger.keep, iter([False] * times_away)

    def kept(self: Ledger, sent: Sent) -> bool:
        is_kept = next(answers, True) and keep(self, sent)
        relay.kept()
        return is_kept

    monkeypatch.setattr(Ledger, "keep", kept)

    def is_seen() -> bool:
        is_kept = sorted(statuses(rows(engine))) == ["sending"] + ["sent"] * (NUMBER - 1)
        if not (is_kept and note(engine)):
            return False
        # From now on it answers, and nobody may say that it is silent.
        monkeypatch.setattr(hearing, "SILENT_SECONDS", 3600.0)
        return True

    relay.is_seen = is_seen
    with closing(Sender(settings, engine, redis_client, open_transport=lambda: relay)) as sender:
        sender.take_turn(distribution.id or 0)
    found = rows(engine)
    assert statuses(found) == ["sent"] * NUMBER
    assert len({row.sent_at for row in found.values()}) == NUMBER
    assert note(engine) == ""
    assert held(engine) == []


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

    def look(self: Watch, **given: Any) -> None:
        first_look(self, **given)
        if not given:
            set_status(engine, distribution, DistributionStatus.PAUSED)

    monkeypatch.setattr(Watch, "_look", look)
    found = deliver()
    assert statuses(found) == ["sent"] + ["pending"] * (NUMBER - 1)
    assert {row.attempt for row in list(found.values())[1:]} == {0}
    assert len(relay.messages) == 1


def test_a_line_whose_batch_another_has_taken_hands_over_no_more_of_it(
    sender: Sender,
    settings: Settings,
    engine: sa.Engine,
    relay: WatchedTransport,
    distribution: Distribution,
    deliver: Deliver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It stands still for longer than its lease, and goes on."""
    number = distribution.id or 0
    monkeypatch.setattr(watch, "LOOK_SECONDS", -1)
    first_look = Watch._look

    def take_over() -> None:
        with writing(engine) as session:
            at = now() + DAY
            settling.settle_overdue(session, settings=settings.delivery, now=at)
            doubts.resolve_unknown(session, number, resend=True)
            lease = leases.take(session, number, owner="b", until=at + DAY, now=at)
            assert lease is not None
            stretch = Stretch(number, lease.first_position, lease.last_position)
            assert len(claims.claim(session, stretch, owner="b", limit=9, now=at)) == NUMBER

    def look(self: Watch, **given: Any) -> None:
        first_look(self, **given)
        if not given and held(engine) != ["b"]:
            take_over()

    monkeypatch.setattr(Watch, "_look", look)
    found = deliver()
    assert relay.attempts == EMAILS[:1]
    assert {row.lease_owner for row in found.values()} == {"b"}
    assert statuses(found) == ["sending"] * NUMBER


def test_each_step_of_the_ledger_makes_a_lease_sure_for_the_most_of_its_time(
    sender: Sender, engine: sa.Engine, distribution: Distribution
) -> None:
    ledger = Ledger(sender.shared, distribution.id or 0, owner="a")
    wave = ledger.turn_over(NOTHING_SENT, flying=None, room=Room(2))
    lease_seconds = sender.shared.settings.delivery.lease_seconds
    before = ledger.ours_until(wave.lease)
    assert wave.facts.read_at < before < wave.facts.read_at + lease_seconds
    ledger.keep(Sent((), wave.lease))
    assert ledger.ours_until(wave.lease) > before
    with writing(engine) as session:
        session.exec(sa.update(Batch).values(lease_owner="b"))
    ledger.keep(Sent((), wave.lease))
    assert ledger.ours_until(wave.lease) == 0.0


def test_whatever_a_server_says_can_be_written_down(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    odd = b"ung\xfcltig \0".decode("utf-8", "surrogateescape")
    relay.answers = {
        EMAILS[0]: [from_reply(Phase.RCPT, 550, f"5.1.1 {odd}")],
        EMAILS[1]: [lost(Phase.AFTER_DOT, odd)],
        EMAILS[2]: [from_reply(Phase.AFTER_DOT, 250, odd)],
        EMAILS[4]: [from_reply(Phase.CONNECT, 554, odd)],
    }
    found = deliver()
    assert statuses(found) == ["rejected", "unknown", "sent", "sent", "deferred"]
    assert r"ung\xfcltig" in note(engine)


def test_the_batches_count_what_became_of_their_deliveries(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine, distribution: Distribution
) -> None:
    relay.answers = {EMAILS[0]: [NO_USER], EMAILS[1]: [CUT_AFTER_DOT], EMAILS[2]: [GREYLISTED]}
    deliver()
    with reading(engine) as session:
        counts = batches.progress(session, distribution.id or 0, since=now()).counts
    assert counts == {"sent": 2, "deferred": 1, "rejected": 1, "unknown": 1}


def test_the_hash_that_is_kept_is_that_of_the_octets_sent(
    deliver: Deliver, relay: WatchedTransport
) -> None:
    found = deliver()
    for message in relay.messages:
        assert found[message.recipient].content_hash == sha256(message.data).hexdigest()


def test_a_lasting_refusal_of_our_sender_stops_the_distribution_and_says_why(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    refusal = from_reply(Phase.MAIL, 550, "5.7.1 sender not allowed", relay="relay")
    relay.answers = {email: [refusal] for email in EMAILS}
    found = deliver()
    assert set(statuses(found)) == {"deferred", "pending"}
    with reading(engine) as session:
        row = session.exec(select(Distribution)).one()
    assert row.status is DistributionStatus.PAUSED
    assert row.note == (
        "stopped: the relay [relay] refuses our sender: 550 5.7.1 sender not allowed;"
        " mend it, then resume"
    )


def test_what_was_in_the_way_is_forgotten_when_the_relay_works_again(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    relay.answers = {email: [RELAY_DOWN] for email in EMAILS}
    deliver()
    assert note(engine).startswith("the relay")
    relay.answers.clear()
    deliver()
    assert note(engine) == ""


def test_of_several_relays_that_take_nothing_each_is_named(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    north, south = (
        lost(Phase.CONNECT, f"{name}.example:25 refuses the connection", relay=name)
        for name in ("north", "south")
    )
    relay.answers = {email: [south] for email in EMAILS}
    relay.troubles = [north, south]
    deliver()
    assert note(engine) == (
        "the relay [north] cannot be reached: north.example:25 refuses the connection;"
        " the relay [south] cannot be reached: south.example:25 refuses the connection"
    )


def note(engine: sa.Engine) -> str:
    with reading(engine) as session:
        return session.exec(select(Distribution.note)).one()


def test_the_urgent_goes_first(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine, distribution: Distribution
) -> None:
    with writing(engine) as session:
        row = factories.distribution(
            session, session.get_one(Release, distribution.release_id), is_urgent=True
        )
        factories.delivery(session, row, "urgent@havnebladet.example")
    assert set(statuses(deliver())) == {"pending"}
    assert relay.attempts == []


def test_something_urgent_that_comes_up_lets_a_wave_end(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine, distribution: Distribution
) -> None:
    def correct() -> None:
        with writing(engine) as session:
            row = factories.distribution(
                session, session.get_one(Release, distribution.release_id), is_urgent=True
            )
            factories.delivery(session, row, "urgent@havnebladet.example")
        relay.meanwhile = lambda: None

    relay.meanwhile = correct
    deliver()
    assert relay.attempts == EMAILS[:2]


@pytest.mark.parametrize(("trusted", "status"), [(True, "sent"), (False, "withheld")])
def test_under_embargo_only_the_trusted_get_it_whatever_was_true_when_it_was_frozen(
    deliver: Deliver, engine: sa.Engine, distribution: Distribution, trusted: bool, status: str
) -> None:
    with writing(engine) as session:
        session.get_one(Release, distribution.release_id).embargo_until = now() + DAY
        desk = factories.desk(session, "trusted@havnebladet.example", embargo_trusted=trusted)
        session.flush()
        session.exec(sa.update(Delivery).values(desk_id=desk.id))
    assert set(statuses(deliver())) == {status}


def test_an_embargo_that_has_passed_keeps_nobody_out(
    deliver: Deliver, engine: sa.Engine, distribution: Distribution
) -> None:
    with writing(engine) as session:
        session.get_one(Release, distribution.release_id).embargo_until = now()
    assert set(statuses(deliver())) == {"sent"}


def test_outside_the_sending_hours_nothing_goes_out_and_each_waits_for_her_own(
    deliver: Deliver, engine: sa.Engine, relay: WatchedTransport
) -> None:
    opens = now().astimezone(UTC) + timedelta(hours=2)
    hours = f"{opens:%H:%M}-{opens + timedelta(hours=1):%H:%M}"
    with writing(engine) as session:
        session.exec(
            sa.update(Distribution).values(sending_hours=hours, sending_clock=Clock.RECIPIENT)
        )
        session.exec(sa.update(Delivery).values(zone="UTC"))
    found = deliver()
    assert set(statuses(found)) == {"pending"}
    waits = {row.next_attempt_at for row in found.values()}
    assert waits == {opens.replace(second=0, microsecond=0)}
    assert relay.attempts == []


def test_no_more_than_the_rate_goes_out_and_the_rest_waits(
    deliver: Deliver,
    engine: sa.Engine,
    relay: WatchedTransport,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turn, "MOMENT_SECONDS", 0)
    with writing(engine) as session:
        session.exec(sa.update(Distribution).values(rate_per_minute=60))
    deliver()
    assert relay.attempts == EMAILS[:1]
    with reading(engine) as session:
        due_at = session.exec(select(Batch.due_at)).one()
    assert due_at
    assert due_at > now() - timedelta(seconds=1)


def test_a_limit_that_gives_way_in_a_moment_does_not_end_the_turn(
    deliver: Deliver, relay: WatchedTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = cycle([Room(1), Room(0, now())])
    monkeypatch.setattr(Limits, "room", lambda *_of, **_wanted: next(rooms))
    deliver()
    assert relay.attempts == EMAILS


def test_after_its_end_nothing_of_a_distribution_is_begun(
    deliver: Deliver, engine: sa.Engine, relay: WatchedTransport
) -> None:
    with writing(engine) as session:
        session.exec(sa.update(Distribution).values(not_after=now()))
    deliver()
    assert relay.attempts == []


def test_a_turn_ends_in_time_for_others_and_tells_that_more_is_due(
    sender: Sender, settings: Settings, distribution: Distribution, relay: WatchedTransport
) -> None:
    brief = sender.shared.settings.delivery.model_copy(update={"turn_seconds": 1e-9})
    sender.shared.settings = settings.model_copy(update={"delivery": brief})
    assert sender.take_turn(distribution.id or 0)
    assert relay.attempts == []


def test_a_provider_that_is_slowed_is_told_to_the_office(
    deliver: Deliver, relay: WatchedTransport, engine: sa.Engine
) -> None:
    change(engine, EMAILS[0], provider="google")
    change(engine, EMAILS[4], provider="google")
    limited = from_reply(Phase.RCPT, 421, "4.7.28 Too much mail from you")
    relay.answers = {EMAILS[0]: [limited]}
    deliver()
    assert note(engine).startswith("google: slowed to")
