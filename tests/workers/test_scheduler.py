from datetime import timedelta

import dramatiq
import pytest
import sqlalchemy as sa
from dramatiq.brokers.stub import StubBroker
from sqlmodel import Session, col, select

from mailer import valkey
from mailer.clock import now
from mailer.database import reading, writing
from mailer.distribution.fanout import Identity
from mailer.models import Delivery, DeliveryStatus, Distribution, DistributionStatus
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from workers.broker import CALM, URGENT, make_broker
from workers.scheduler import Scheduler


@pytest.fixture
def identity(keyring: Keyring) -> Identity:
    return Identity(domain="press.example.org", keyring=keyring)


@pytest.fixture
def broker() -> StubBroker:
    stub = StubBroker(middleware=[])
    for lane in (URGENT, CALM):
        stub.declare_queue(lane)
    return stub


@pytest.fixture
def scheduler(
    settings: Settings, engine: sa.Engine, identity: Identity, broker: StubBroker
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


def queued(broker: StubBroker, lane: str) -> list[tuple[int, list[int]]]:
    """What stands in the queue, taken out of it."""
    tasks = []
    while not broker.queues[lane].empty():
        task = dramatiq.Message.decode(broker.queues[lane].get_nowait())
        tasks.append((task.args[0], list(task.args[1])))
    return tasks


def deliveries(session: Session) -> list[Delivery]:
    return list(session.exec(select(Delivery).order_by(col(Delivery.position))))


def test_a_due_distribution_is_started_and_queued_in_one_look(
    scheduler: Scheduler, engine: sa.Engine, broker: StubBroker, due: Distribution
) -> None:
    scheduler.tick()
    with reading(engine) as session:
        numbers = [row.id for row in deliveries(session)]
        assert session.get_one(Distribution, due.id).status is DistributionStatus.SENDING
    assert len(numbers) == 3
    assert queued(broker, CALM) == [(due.id, numbers)]


def test_the_urgent_has_a_queue_of_its_own(
    scheduler: Scheduler, engine: sa.Engine, broker: StubBroker, due: Distribution
) -> None:
    with writing(engine) as session:
        session.get_one(Distribution, due.id).is_urgent = True
    scheduler.tick()
    assert queued(broker, CALM) == []
    assert len(queued(broker, URGENT)) == 1


def test_two_schedulers_at_once_queue_nothing_twice(
    scheduler: Scheduler,
    settings: Settings,
    engine: sa.Engine,
    identity: Identity,
    broker: StubBroker,
    due: Distribution,
) -> None:
    other = Scheduler(settings, engine, identity, broker)
    for _ in range(2):
        scheduler.tick()
        other.tick()
    assert len(queued(broker, CALM)) == 1


def test_it_ends_a_distribution_that_has_nothing_left(
    scheduler: Scheduler, engine: sa.Engine, due: Distribution
) -> None:
    scheduler.tick()
    with writing(engine) as session:
        for row in deliveries(session):
            row.status = DeliveryStatus.SENT
    scheduler.tick()
    with reading(engine) as session:
        assert session.get_one(Distribution, due.id).status is DistributionStatus.SENT


def test_it_calls_unknown_what_lost_its_worker(
    scheduler: Scheduler, engine: sa.Engine, due: Distribution
) -> None:
    scheduler.tick()
    with writing(engine) as session:
        for row in deliveries(session):
            row.status, row.lease_owner = DeliveryStatus.SENDING, "gone"
            row.lease_until = now() - timedelta(seconds=1)
    scheduler.tick()
    with reading(engine) as session:
        assert {row.status for row in deliveries(session)} == {DeliveryStatus.UNKNOWN}


def test_a_broker_that_is_away_loses_nothing_and_is_used_as_soon_as_it_is_back(
    settings: Settings, engine: sa.Engine, identity: Identity, due: Distribution
) -> None:
    absent = make_broker(settings)
    scheduler = Scheduler(settings, engine, identity, absent)
    scheduler.tick()
    with reading(engine) as session:
        assert [row.queued_until for row in deliveries(session)] == [None] * 3
    server = valkey.start(settings)
    assert server is not None
    try:
        scheduler.tick()
        with reading(engine) as session:
            assert all(row.queued_until for row in deliveries(session))
        assert absent.do_qsize(CALM) == 1
    finally:
        server.stop()


def test_a_database_that_is_away_does_not_end_it(
    settings: Settings, identity: Identity, broker: StubBroker, tmp_path: object
) -> None:
    nowhere = sa.create_engine(f"sqlite:///{tmp_path}/no/such/folder/mailer.db")
    Scheduler(settings, nowhere, identity, broker).tick()
    assert queued(broker, CALM) == []
