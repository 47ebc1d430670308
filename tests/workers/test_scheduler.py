from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa
from dramatiq.brokers.redis import RedisBroker
from sqlmodel import Session, col, select

from mailer import valkey
from mailer.clock import now
from mailer.compose.letter import Identity
from mailer.database import reading, writing
from mailer.delivery import claims
from mailer.delivery.claims import Stretch
from mailer.delivery.journal import Journal
from mailer.delivery.waves import Handed
from mailer.distribution import batches, leases
from mailer.models import (
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Relation,
    Release,
    Revision,
)
from mailer.settings import Settings
from tests import factories
from workers.broker import CALM, URGENT, make_broker
from workers.scheduler import Scheduler
from workers.sending.lines import journals


@pytest.fixture
def identity(settings: Settings) -> Identity:
    return Identity.from_settings(settings)


@pytest.fixture
def broker(redis_client: redis.Redis) -> RedisBroker:
    """A broker on the server that the tests share."""
    made = RedisBroker(client=redis_client, middleware=[])
    for lane in (URGENT, CALM):
        made.declare_queue(lane)
    return made


@pytest.fixture
def scheduler(
    settings: Settings, engine: sa.Engine, identity: Identity, broker: RedisBroker
) -> Scheduler:
    return Scheduler(settings, engine, identity, broker)


@pytest.fixture
def due(engine: sa.Engine) -> Distribution:
    """A distribution to three desks whose time has come."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        for number in range(3):
            factories.desk(session, f"desk{number}@havnebladet.example")
        return factories.distribution(
            session,
            release,
            status=DistributionStatus.SCHEDULED,
            scheduled_at=now() - timedelta(seconds=1),
            fanned_out_at=None,
        )


def nudged(broker: RedisBroker, lane: str) -> list[int]:
    """Which distributions the nudges in the queue name, taken out of it."""
    consumer = broker.consume(lane, prefetch=100, timeout=1)
    named = []
    while task := next(consumer):
        named.append(task.args[0])
        consumer.ack(task)
    return named


def deliveries(session: Session) -> list[Delivery]:
    return list(session.exec(select(Delivery).order_by(col(Delivery.position))))


def test_a_due_distribution_is_started_and_workers_are_nudged_in_one_look(
    scheduler: Scheduler, engine: sa.Engine, broker: RedisBroker, due: Distribution
) -> None:
    scheduler.tick()
    with reading(engine) as session:
        assert len(deliveries(session)) == 3
        assert session.get_one(Distribution, due.id).status is DistributionStatus.SENDING
    assert nudged(broker, CALM) == [due.id]


def test_while_a_nudge_waits_none_is_added(
    scheduler: Scheduler, broker: RedisBroker, due: Distribution
) -> None:
    for _ in range(3):
        scheduler.tick()
    assert nudged(broker, CALM) == [due.id]


def test_a_queue_that_was_emptied_is_filled_again(
    scheduler: Scheduler, broker: RedisBroker, redis_client: redis.Redis, due: Distribution
) -> None:
    scheduler.tick()
    redis_client.flushall()
    scheduler.tick()
    assert nudged(broker, CALM) == [due.id]


def test_the_urgent_has_a_queue_of_its_own_and_goes_alone(
    scheduler: Scheduler, engine: sa.Engine, broker: RedisBroker, due: Distribution
) -> None:
    with writing(engine) as session:
        release = session.get_one(Release, due.release_id)
        urgent = factories.distribution(session, release, is_urgent=True)
        factories.delivery(session, urgent, "desk0@havnebladet.example")
    scheduler.tick()
    assert nudged(broker, CALM) == []
    assert nudged(broker, URGENT) == [urgent.id]


def test_two_schedulers_at_once_do_nothing_twice(
    scheduler: Scheduler,
    settings: Settings,
    engine: sa.Engine,
    identity: Identity,
    broker: RedisBroker,
    due: Distribution,
) -> None:
    other = Scheduler(settings, engine, identity, broker)
    for _ in range(2):
        scheduler.tick()
        other.tick()
    with reading(engine) as session:
        assert len(deliveries(session)) == 3
    assert len(nudged(broker, CALM)) == 1


def test_it_ends_a_distribution_that_has_nothing_left(
    scheduler: Scheduler, engine: sa.Engine, due: Distribution
) -> None:
    scheduler.tick()
    with writing(engine) as session:
        for row in deliveries(session):
            row.status, row.next_attempt_at = DeliveryStatus.SENT, None
        session.flush()
        batches.recount(session, batch_ids=batches.lock_all(session, due.id or 0))
    scheduler.tick()
    with reading(engine) as session:
        assert session.get_one(Distribution, due.id).status is DistributionStatus.SENT


def on_its_way(session: Session) -> tuple[int, int]:
    """A cancelled distribution with a delivery on the wire, and the correction of it; their ids."""
    release = factories.release(session, factories.office(session))
    earlier = factories.distribution(session, release, status=DistributionStatus.CANCELLED)
    first = session.exec(select(Revision)).one()
    values = first.model_dump() | {"id": None, "number": 2, "change_note": "The 25th."}
    session.add(Revision(**values))
    later = factories.distribution(
        session, release, follows_id=earlier.id, relation=Relation.CORRECTION, fanned_out_at=now()
    )
    sending = {"status": DeliveryStatus.SENDING, "next_attempt_at": None}
    factories.delivery(session, earlier, "late@havnebladet.example", **sending)
    batch = session.exec(select(Batch)).one()
    batch.lease_owner, batch.lease_until = "a line", now() + timedelta(hours=1)
    session.flush()
    return earlier.id or 0, later.id or 0


def test_what_arrives_while_it_looks_is_corrected_before_the_correction_is_called_sent(
    scheduler: Scheduler, engine: sa.Engine
) -> None:
    with writing(engine) as session:
        earlier, later = on_its_way(session)
    for step in (scheduler.start, scheduler.follow, scheduler.expire):
        step()
    with writing(engine) as session:
        (row,) = deliveries(session)
        row.status, row.sent_at = DeliveryStatus.SENT, now()
        batch = session.exec(select(Batch)).one()
        batch.lease_owner, batch.lease_until = "", None
        session.flush()
        batches.recount(session, batch_ids=[batch.id or 0])
    scheduler.finish()
    with reading(engine) as session:
        (reply,) = session.exec(select(Delivery).where(Delivery.distribution_id == later))
        assert reply.in_reply_to == row.message_id
        assert reply.status is DeliveryStatus.PENDING
        assert session.get_one(Distribution, later).status is DistributionStatus.SENDING
        assert session.get_one(Distribution, earlier).status is DistributionStatus.CANCELLED


def test_it_settles_what_lost_its_worker(
    scheduler: Scheduler, engine: sa.Engine, due: Distribution
) -> None:
    scheduler.tick()
    with writing(engine) as session:
        past = now() - timedelta(seconds=1)
        leases.take(session, due.id or 0, owner="gone", until=past, now=now())
        for row in deliveries(session):
            row.status, row.lease_owner = DeliveryStatus.SENDING, "gone"
    scheduler.tick()
    with reading(engine) as session:
        assert {row.status for row in deliveries(session)} == {DeliveryStatus.UNKNOWN}


def test_it_settles_by_the_journal_what_died_on_this_machine(
    scheduler: Scheduler, settings: Settings, engine: sa.Engine, due: Distribution
) -> None:
    scheduler.tick()
    journal = Journal(journals(settings))
    with writing(engine) as session:
        until = now() + timedelta(hours=1)
        leases.take(session, due.id or 0, owner=journal.owner, until=until, now=now())
        stretch = Stretch(due.id or 0, 0, 500)
        wave = claims.claim(session, stretch, owner=journal.owner, limit=3, now=now())
    journal.open_wave([Handed.unset(one) for one in wave])
    journal.begun(0)
    scheduler.tick()
    with reading(engine) as session:
        # Its process lives: nobody takes anything from it.
        assert {row.status for row in deliveries(session)} == {DeliveryStatus.SENDING}
    journal.abandon()
    scheduler.tick()
    with reading(engine) as session:
        found = [row.status.value for row in deliveries(session)]
    assert found == ["unknown", "pending", "pending"]


def test_a_journal_that_the_database_will_not_take_does_not_keep_the_others_waiting(
    scheduler: Scheduler, settings: Settings, engine: sa.Engine, due: Distribution
) -> None:
    scheduler.tick()
    garbled, other = sorted(
        (Journal(journals(settings)), Journal(journals(settings))), key=lambda one: one.owner
    )
    with writing(engine) as session:
        until = now() + timedelta(hours=1)
        leases.take(session, due.id or 0, owner=garbled.owner, until=until, now=now())
        stretch = Stretch(due.id or 0, 0, 500)
        wave = claims.claim(session, stretch, owner=garbled.owner, limit=1, now=now())
    # Half a letter: PostgreSQL takes it for no text, SQLite takes anything.
    garbled.open_wave([Handed(one, 7, "ab" * 32, ("b=\ud800",)) for one in wave])
    garbled.begun(0)
    for journal in (garbled, other):
        journal.abandon()
    scheduler.rescue()
    left = {path.name for path in journals(settings).iterdir()}
    is_strict = engine.dialect.name == "postgresql"
    broken = {f"{garbled.owner}.journal.broken", f"{garbled.owner}.journal2.broken"}
    assert left == (broken if is_strict else set())
    with reading(engine) as session:
        # Nobody knows what became of it: that is told when its lease is over.
        told = DeliveryStatus.SENDING if is_strict else DeliveryStatus.UNKNOWN
        assert deliveries(session)[0].status is told


def test_a_broker_that_is_away_loses_nothing_and_is_used_as_soon_as_it_is_back(
    settings: Settings, engine: sa.Engine, identity: Identity, due: Distribution
) -> None:
    absent = make_broker(settings)
    scheduler = Scheduler(settings, engine, identity, absent)
    scheduler.tick()
    server = valkey.start(settings)
    assert server is not None
    try:
        scheduler.tick()
        assert absent.do_qsize(CALM) == 1
    finally:
        server.stop()


def test_a_database_that_is_away_does_not_end_it(
    settings: Settings, identity: Identity, broker: RedisBroker, tmp_path: object
) -> None:
    nowhere = sa.create_engine(f"sqlite:///{tmp_path}/no/such/folder/mailer.db")
    Scheduler(settings, nowhere, identity, broker).tick()
    assert nudged(broker, CALM) == []
