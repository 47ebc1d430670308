"""The ledger: what it locks, in which order, and what it lets pass."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.clock import now
from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor
from mailer.database import reading, writing
from mailer.delivery.outcome import Phase, from_reply
from mailer.delivery.throttling.throttle import Throttle
from mailer.delivery.waves import Handed
from mailer.distribution import batches, leases
from mailer.distribution.leases import SILENT_SECONDS
from mailer.models import Address, AddressState, Batch, Distribution, Release
from mailer.settings import Settings
from tests import factories
from tests.stepping import beside
from workers.sending.ledger import NOTHING_SENT, Ledger, Sent
from workers.sending.limits import NO_ROOM, Room
from workers.sending.recording import Answer
from workers.sending.shared import Shared

Open = Callable[[sa.Engine], Ledger]


@pytest.fixture
def open_ledger(settings: Settings, redis_client: redis.Redis) -> Open:
    """The ledger of a line in a new distribution, which is cut into batches of two."""

    def opened(engine: sa.Engine) -> Ledger:
        identity = Identity.from_settings(settings)
        throttle = Throttle(redis_client, settings)
        shared = Shared(settings, engine, identity, throttle, Compositor(identity))
        with writing(engine) as session:
            release = factories.release(session, factories.office(session))
            number = distributed(session, release).id or 0
        return Ledger(shared, number, owner="a line")

    return opened


def distributed(session: Session, release: Release, **given: object) -> Distribution:
    row = factories.distribution(session, release, **given)
    for position in range(4):
        email = f"desk{position}@havnebladet.example"
        factories.delivery(session, row, email, position=position)
    factories.in_batches(session, row, size=2)
    return row


def batch_ids(session: Session) -> list[int]:
    return [number or 0 for number in session.exec(select(Batch.id).order_by(col(Batch.id)))]


@pytest.mark.postgresql
def test_a_line_that_lost_a_batch_and_an_officer_never_wait_in_a_circle(
    postgresql_engine: sa.Engine, open_ledger: Open
) -> None:
    ledger, two = open_ledger(postgresql_engine), Room(2)
    wave = ledger.turn_over(NOTHING_SENT, flying=None, room=two)
    ahead = ledger.turn_over(NOTHING_SENT, flying=wave.lease, room=two)
    with writing(postgresql_engine) as rescuer:
        first, second = batch_ids(rescuer)
        lost, kept = wave.lease, ahead.lease
        assert lost
        assert kept
        assert (lost.batch_id, kept.batch_id) == (first, second)
        rescuer.exec(sa.update(Batch).where(col(Batch.id) == first).values(lease_owner=""))
    with beside(postgresql_engine) as steps, writing(postgresql_engine) as officer:
        batches.lock(officer, [first])
        written = steps.begin(
            officer, lambda: ledger.turn_over(Sent(lease=lost), flying=kept, room=NO_ROOM)
        )
        batches.lock(officer, [first, second])
        officer.commit()
        assert not written.result().deliveries


@pytest.mark.postgresql
def test_two_who_are_told_of_the_same_dead_addresses_never_wait_in_a_circle(
    postgresql_engine: sa.Engine, open_ledger: Open
) -> None:
    ledger = open_ledger(postgresql_engine)
    wave = ledger.turn_over(NOTHING_SENT, flying=None, room=Room(2))
    no_user = from_reply(Phase.RCPT, 550, "5.1.1 no such user")
    answers = [Answer(Handed.unset(one), no_user) for one in reversed(wave.deliveries)]
    first, second = sorted(one.address_id or 0 for one in wave.deliveries)
    with beside(postgresql_engine) as steps, writing(postgresql_engine) as another:
        touch(another, first)
        written = steps.begin(
            another,
            lambda: ledger.turn_over(Sent(answers, wave.lease), flying=None, room=NO_ROOM),
        )
        touch(another, second)
        another.commit()
        assert not written.result().deliveries
    with reading(postgresql_engine) as session:
        states = session.exec(select(Address.state).where(col(Address.id).in_((first, second))))
        assert set(states) == {AddressState.HARD}


def touch(session: Session, address_id: int) -> None:
    """Change the address as somebody who was told of it too."""
    session.exec(
        sa.update(Address)
        .where(col(Address.id) == address_id)
        .values(state_reason="told by a report")
    )


@pytest.mark.parametrize(("silent_seconds", "goes_on"), [(0, False), (SILENT_SECONDS + 10, True)])
def test_the_calm_lets_the_urgent_pass_but_not_what_a_lost_machine_holds(
    engine: sa.Engine, open_ledger: Open, settings: Settings, silent_seconds: int, goes_on: bool
) -> None:
    ledger = open_ledger(engine)
    with writing(engine) as session:
        release = session.exec(select(Release)).one()
        number = distributed(session, release, is_urgent=True).id or 0
        heard_at = now() - timedelta(seconds=silent_seconds)
        until = heard_at + timedelta(seconds=settings.delivery.lease_seconds)
        while leases.take(session, number, owner="a lost machine", until=until, now=heard_at):
            pass
    wave = ledger.turn_over(NOTHING_SENT, flying=None, room=Room(2))
    assert bool(wave.deliveries) is goes_on
    with reading(engine) as session:
        held = session.exec(select(Batch.lease_owner).where(Batch.lease_owner == "a line")).all()
    assert bool(held) is goes_on
