"""What follows from an event never waits for a batch that somebody else is working in."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.contacts.suppressions import is_suppressed
from mailer.database import reading, writing
from mailer.delivery import checks
from mailer.delivery.claims import Stretch, claim
from mailer.distribution import batches, leases
from mailer.feedback import effects
from mailer.feedback.measuring import stop_measuring
from mailer.models import Delivery, DeliveryStatus, EventKind, TrackingMode
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.stepping import Beside, beside

pytestmark = pytest.mark.postgresql
KAREN = "karen@havnebladet.example"


@pytest.fixture
def steps(postgresql_engine: sa.Engine) -> Iterator[Beside]:
    with beside(postgresql_engine) as begun:
        yield begun


@pytest.fixture
def deliveries(postgresql_engine: sa.Engine) -> tuple[int, int]:
    """One to Karen that was sent, and another that waits."""
    with writing(postgresql_engine) as session:
        release = factories.release(session, factories.office(session))
        sent, waiting = (
            factories.delivery(session, factories.distribution(session, release), KAREN, status=one)
            for one in (DeliveryStatus.SENT, DeliveryStatus.PENDING)
        )
        return sent.id or 0, waiting.id or 0


def test_who_stops_the_measuring_and_a_line_never_wait_in_a_circle(
    postgresql_engine: sa.Engine, steps: Beside, keyring: Keyring
) -> None:
    with writing(postgresql_engine) as session:
        release = factories.release(session, factories.office(session))
        desk = factories.desk(session, KAREN, tracking=TrackingMode.INDIVIDUAL)
        first, second = (
            factories.delivery(
                session, factories.distribution(session, release), KAREN, desk_id=desk.id
            )
            for _ in range(2)
        )
    with writing(postgresql_engine) as line:
        batches.lock_all(line, second.distribution_id)
        line.get_one(Delivery, second.id).reason = "put off"
        line.flush()
        stopped = steps.transact(line, lambda session: stop_measuring(session, second.id or 0))
        effects.withhold_waiting(line, line.get_one(Delivery, second.id), reason="bounced")
    assert stopped.result()
    with reading(postgresql_engine) as session:
        assert session.get_one(Delivery, first.id).tracking is TrackingMode.NONE


def complain(session: Session, delivery_id: int, keyring: Keyring) -> None:
    delivery = session.get_one(Delivery, delivery_id)
    kind = EventKind.COMPLAINED
    effects.follow(session, delivery, kind, keyring=keyring, source="report", now=NOW)


def test_what_waits_in_a_batch_that_is_being_worked_in_is_withheld_when_it_is_claimed(
    postgresql_engine: sa.Engine, steps: Beside, deliveries: tuple[int, int], keyring: Keyring
) -> None:
    sent, waiting = deliveries
    with writing(postgresql_engine) as line:
        row = line.get_one(Delivery, waiting)
        number, position = row.distribution_id, row.position
        assert batches.lock_all(line, number)
        followed = steps.transact(line, lambda session: complain(session, sent, keyring))
        assert followed.done(), "it waits for a batch although it holds another"
        followed.result()
        assert leases.take(line, number, owner="a line", until=NOW, now=NOW)
        wave = claim(line, Stretch(number, position, position), owner="a line", limit=1, now=NOW)
        why = checks.hindrances(line, wave, keyring=keyring, embargo_until=None, now=NOW)
    assert "complained" in why[waiting]
    with reading(postgresql_engine) as session:
        assert is_suppressed(session, KAREN, keyring=keyring)
        assert session.get_one(Delivery, sent).status is DeliveryStatus.COMPLAINED
