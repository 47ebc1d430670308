"""The lines: what a worker does that cannot keep a journal."""

from collections.abc import Iterator

import pytest
import redis
import sqlalchemy as sa
from sqlmodel import select
from structlog.testing import capture_logs

from mailer.database import reading, writing
from mailer.delivery.transport.memory import MemoryTransport
from mailer.models import Delivery, Distribution
from mailer.settings import Settings
from tests import factories
from workers.deliver import Sender
from workers.sending.lines import journals


@pytest.fixture
def sender(settings: Settings, engine: sa.Engine, redis_client: redis.Redis) -> Iterator[Sender]:
    """A sender whose folder of journals is a file."""
    journals(settings).write_text("in the way")
    ready = Sender(settings, engine, redis_client, open_transport=MemoryTransport)
    yield ready
    ready.close()


@pytest.fixture
def number(engine: sa.Engine) -> int:
    """A distribution with one delivery that is due."""
    with writing(engine) as session:
        row = factories.distribution(session, factories.release(session, factories.office(session)))
        factories.delivery(session, row, "desk@havnebladet.example")
        return row.id or 0


def stands(engine: sa.Engine) -> tuple[str, str]:
    """The note of the distribution, and the state of its delivery."""
    with reading(engine) as session:
        row, delivery = (
            session.exec(select(Distribution)).one(),
            session.exec(select(Delivery)).one(),
        )
        return row.note, delivery.status.value


def test_a_worker_without_a_journal_hands_nothing_over_and_tells_the_officer_once(
    sender: Sender, engine: sa.Engine, number: int, settings: Settings
) -> None:
    with capture_logs() as logged:
        assert not sender.take_turn(number)
        assert not sender.take_turn(number)
    note, status = stands(engine)
    assert f"cannot keep its journal in {journals(settings)}" in note
    assert "give it a folder that it may write into" in note
    assert status == "pending"
    assert [entry["event"] for entry in logged] == ["no line to the relay"]


def test_once_the_folder_is_mended_it_goes_on_and_the_note_is_gone(
    sender: Sender, engine: sa.Engine, number: int, settings: Settings
) -> None:
    sender.take_turn(number)
    journals(settings).unlink()
    sender.take_turn(number)
    assert stands(engine) == ("", "sent")
