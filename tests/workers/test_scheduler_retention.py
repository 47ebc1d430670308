"""Once a day the scheduler lets go of what is too old, and says what it was."""

from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa
from dramatiq.brokers.redis import RedisBroker
from sqlmodel import Session, select
from structlog.testing import capture_logs

from mailer.clock import now
from mailer.compose.letter import Identity
from mailer.contacts.book_lock import lock_book
from mailer.database import reading, writing
from mailer.models import ContactOperation, Journalist, OperationKind
from mailer.settings import Settings
from tests import factories
from workers.scheduler import Scheduler


def test_it_removes_once_a_day_and_logs_the_counts(
    settings: Settings, engine: sa.Engine, redis_client: redis.Redis
) -> None:
    with writing(engine) as session:
        factories.journalist(session, first_seen_at=now() - timedelta(days=4 * 365))
    broker = RedisBroker(client=redis_client, middleware=[])  # type: ignore[no-untyped-call]
    scheduler = Scheduler(settings, engine, Identity.from_settings(settings), broker)
    with capture_logs() as logs:
        scheduler.tick()
        scheduler.tick()
    (told,) = [line for line in logs if line["event"] == "retention"]
    assert told["unused_contacts"] == 1
    with reading(engine) as session:
        assert session.exec(select(Journalist)).all() == []
        runs = session.exec(
            select(ContactOperation).where(ContactOperation.kind == OperationKind.RETENTION)
        ).all()
        assert len(runs) == 1
    with writing(engine) as session:
        session.get_one(ContactOperation, runs[0].id).done_at = now() - timedelta(hours=24)
    with capture_logs() as logs:
        scheduler.tick()
    assert [line["event"] for line in logs if line["event"] == "retention"] == ["retention"]


@pytest.mark.postgresql
def test_it_waits_for_nobody_who_changes_the_address_book(
    settings: Settings, postgresql_engine: sa.Engine, redis_client: redis.Redis
) -> None:
    broker = RedisBroker(client=redis_client, middleware=[])  # type: ignore[no-untyped-call]
    identity = Identity.from_settings(settings)
    scheduler = Scheduler(settings, postgresql_engine, identity, broker)
    with Session(postgresql_engine) as session, capture_logs() as logs:
        lock_book(session)
        scheduler.tick()
        assert [line for line in logs if line["event"] == "retention"] == []
        session.commit()
        scheduler.tick()
    assert [line["event"] for line in logs if line["event"] == "retention"] == ["retention"]
