"""A worker is killed in mid-send: nothing is lost, and nothing that was recorded is sent twice."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer import valkey
from mailer.clock import now
from mailer.database import reading, writing
from mailer.models import Delivery, DeliveryStatus, Distribution, DistributionStatus
from mailer.settings import Settings
from tests import factories
from tests.journeys.parts import Parts, parts
from tests.smtpd import SMTPServer

NUMBER = 40
WAVE = 12
CONNECTIONS = 3
BEFORE_THE_KILL = 15


@pytest.fixture
def relay() -> Iterator[SMTPServer]:
    with SMTPServer() as server:
        yield server


@pytest.fixture
def queue(settings: Settings) -> Iterator[valkey.EmbeddedValkey]:
    server = valkey.start(settings)
    assert server is not None
    yield server
    server.stop()


@pytest.fixture
def office_parts(
    engine: sa.Engine, relay: SMTPServer, queue: valkey.EmbeddedValkey, tmp_path: Path
) -> Iterator[Parts]:
    """The parts on this database, relay and queue, quick to find out what is wrong."""
    environment = {
        "MAILER_DATABASE__URL": engine.url.render_as_string(hide_password=False),
        "MAILER_RELAY__HOST": "127.0.0.1",
        "MAILER_RELAY__PORT": str(relay.port),
        "MAILER_RELAY__CONNECTIONS": str(CONNECTIONS),
        "MAILER_DELIVERY__WAVE_SIZE": str(WAVE),
        "MAILER_DELIVERY__BATCH_SIZE": "20",
        "MAILER_DELIVERY__RETRY_MINUTES": "[0.01]",
        "MAILER_SCHEDULER__TICK_SECONDS": "0.1",
        "MAILER_WORKER__THREADS": "1",
    }
    with parts(environment, log=tmp_path / "parts.log") as started:
        yield started


@pytest.fixture
def distribution(engine: sa.Engine) -> Distribution:
    """A distribution to many desks that is due now."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        outlet = factories.outlet(session)
        for number in range(NUMBER):
            factories.desk(session, f"desk{number}@paper{number % 7}.example", outlet=outlet)
        return factories.distribution(
            session,
            release,
            status=DistributionStatus.SCHEDULED,
            scheduled_at=now() - timedelta(seconds=1),
            fanned_out_at=None,
        )


def by_status(session: Session, status: DeliveryStatus) -> set[str]:
    return set(session.exec(select(Delivery.email).where(Delivery.status == status)))


def is_over(engine: sa.Engine, distribution: Distribution) -> bool:
    with reading(engine) as session:
        return session.get_one(Distribution, distribution.id).status is DistributionStatus.SENT


def test_a_worker_killed_in_mid_send_loses_nothing_and_doubles_nothing(
    engine: sa.Engine,
    relay: SMTPServer,
    settings: Settings,
    office_parts: Parts,
    distribution: Distribution,
) -> None:
    relay.hold_after(BEFORE_THE_KILL)
    scheduler = office_parts.start("workers", "scheduler")
    worker = office_parts.start("workers", "worker")
    office_parts.wait_until(lambda: len(relay.recipients) == BEFORE_THE_KILL)
    office_parts.kill(worker)
    # The broker forgets everything, too: it holds no truth.
    with redis.Redis.from_url(valkey.broker_url(settings)) as broker:
        broker.flushall()
    relay.release()
    successor = office_parts.start("workers", "worker")
    office_parts.wait_until(lambda: is_over(engine, distribution))
    assert office_parts.end(successor) == 0
    assert office_parts.end(scheduler, by=signal.SIGINT) == 0

    with reading(engine) as session:
        sent = by_status(session, DeliveryStatus.SENT)
        unknown = by_status(session, DeliveryStatus.UNKNOWN)
        total = session.exec(select(sa.func.count()).select_from(Delivery)).one()
    assert len(sent) + len(unknown) == total == NUMBER
    # In doubt is at most what was on the wire, by the journal; the relay's log is the truth.
    assert len(unknown) <= CONNECTIONS
    taken = Counter(relay.recipients)
    assert max(taken.values()) == 1
    assert sent <= set(taken) <= sent | unknown


def test_a_worker_asked_to_end_leaves_nothing_in_doubt(
    engine: sa.Engine, relay: SMTPServer, office_parts: Parts, distribution: Distribution
) -> None:
    relay.hold_after(BEFORE_THE_KILL)
    scheduler = office_parts.start("workers", "scheduler")
    worker = office_parts.start("workers", "worker")
    office_parts.wait_until(lambda: len(relay.recipients) == BEFORE_THE_KILL)
    worker.send_signal(signal.SIGTERM)
    relay.release()
    assert office_parts.end(worker) == 0
    with reading(engine) as session:
        sent = by_status(session, DeliveryStatus.SENT)
        assert len(sent) == len(relay.recipients) >= BEFORE_THE_KILL
        assert by_status(session, DeliveryStatus.SENDING) == set()
    successor = office_parts.start("workers", "worker")
    office_parts.wait_until(lambda: office_parts.log.read_text().count("worker ready") == 2)
    office_parts.wait_until(lambda: is_over(engine, distribution))
    assert office_parts.end(successor) == 0
    assert office_parts.end(scheduler) == 0
    assert Counter(relay.recipients) == Counter(dict.fromkeys(_everyone(engine), 1))


def _everyone(engine: sa.Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.exec(select(Delivery.email)))
