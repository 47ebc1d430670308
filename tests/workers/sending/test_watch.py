from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import SQLModel, col

from mailer import clock, database
from mailer.contacts.suppressions import suppress
from mailer.database import writing
from mailer.delivery import claims
from mailer.delivery.claims import Claimed, Stretch
from mailer.distribution import leases
from mailer.distribution.leases import Lease
from mailer.models import (
    Batch,
    Clock,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Release,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from workers.sending import looking, watch
from workers.sending.limits import Facts
from workers.sending.watch import LOOK_SECONDS, Watch

EMAILS = ("anna@b.example", "bo@b.example")


@dataclass(frozen=True)
class Held:
    """A wave that was claimed, and what was known then."""

    wave: list[Claimed]
    lease: Lease
    facts: Facts


@pytest.fixture
def held(engine: sa.Engine) -> Held:
    """Two deliveries, claimed just now."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        number = factories.distribution(session, release).id or 0
        row = session.get_one(Distribution, number)
        for email in EMAILS:
            factories.delivery(session, row, email)
        now = clock.now()
        until = now + timedelta(minutes=15)
        lease = leases.take(session, number, owner="a", until=until, now=now)
        assert lease is not None
        stretch = Stretch(number, lease.first_position, lease.last_position)
        wave = claims.claim(session, stretch, owner="a", limit=9, now=now)
        return Held(wave, lease, looking.facts_of(session, number, now=now, lease=lease))


Open = Callable[..., Callable[[], list[bool]]]


@pytest.fixture
def watching(engine: sa.Engine, held: Held, keyring: Keyring) -> Open:
    """Begins to watch; what comes back asks for both messages."""

    def begin(**given: Any) -> Callable[[], list[bool]]:
        values: dict[str, Any] = {
            "engine": engine,
            "wave": held.wave,
            "facts": held.facts,
            "lease": held.lease,
            "ours_until": lambda: inf,
            "lease_seconds": 900,
            "keyring": keyring,
            "is_stopping": lambda: False,
        }
        one = Watch(**(values | given))
        return lambda: [one.may_begin(number) for number in range(2)]

    return begin


@pytest.fixture
def look(watching: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[bool]]:
    """Ask for both messages, each time with a fresh look."""
    monkeypatch.setattr(watch, "LOOK_SECONDS", -1)
    return watching()


def change(engine: sa.Engine, table: type[SQLModel], *of: Any, **values: Any) -> None:
    """Change the rows of that table."""
    with writing(engine) as session:
        session.execute(sa.update(table).where(*of).values(**values))


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_a_wave_goes_on_while_nobody_stops_it(look: Callable[[], list[bool]]) -> None:
    assert look() == [True, True]


@pytest.mark.parametrize("status", [DistributionStatus.PAUSED, DistributionStatus.CANCELLED])
def test_a_pause_and_a_cancellation_hold_back_what_has_not_been_begun(
    engine: sa.Engine, look: Callable[[], list[bool]], status: DistributionStatus
) -> None:
    change(engine, Distribution, status=status)
    assert look() == [False, False]


def test_something_urgent_holds_the_rest_back(
    engine: sa.Engine, held: Held, look: Callable[[], list[bool]]
) -> None:
    with writing(engine) as session:
        release = session.get_one(Release, held.facts.distribution.release_id)
        urgent = factories.distribution(session, release, is_urgent=True)
        factories.delivery(session, urgent, "cleo@b.example")
    assert look() == [False, False]


def test_when_its_time_is_over_nothing_more_is_begun(
    engine: sa.Engine, look: Callable[[], list[bool]]
) -> None:
    change(engine, Distribution, not_after=clock.now())
    assert look() == [False, False]


def test_of_a_distribution_that_is_gone_nothing_is_begun(
    engine: sa.Engine, look: Callable[[], list[bool]]
) -> None:
    with writing(engine) as session:
        session.execute(sa.delete(Batch))
        session.execute(sa.delete(Distribution))
    assert look() == [False, False]


def leaves(engine: sa.Engine, keyring: Keyring) -> None:
    with writing(engine) as session:
        reason = SuppressionReason.UNSUBSCRIBED
        suppress(session, EMAILS[1], keyring=keyring, reason=reason, source="link")


def is_erased(engine: sa.Engine, _keyring: Keyring) -> None:
    change(engine, Delivery, col(Delivery.email) == EMAILS[1], email="", recipient_name="")


def complains(engine: sa.Engine, _keyring: Keyring) -> None:
    of = col(Delivery.email) == EMAILS[1]
    change(engine, Delivery, of, status=DeliveryStatus.COMPLAINED)


def was_settled(engine: sa.Engine, _keyring: Keyring) -> None:
    of = col(Delivery.email) == EMAILS[1]
    change(engine, Delivery, of, status=DeliveryStatus.UNKNOWN, lease_owner="")


HAPPENINGS = [leaves, is_erased, complains, was_settled]
Happening = Callable[[sa.Engine, Keyring], None]


@pytest.mark.parametrize("happens", HAPPENINGS)
def test_who_is_to_get_nothing_any_more_is_held_back_in_mid_wave(
    engine: sa.Engine, keyring: Keyring, look: Callable[[], list[bool]], happens: Happening
) -> None:
    happens(engine, keyring)
    assert look() == [True, False]


@pytest.mark.parametrize("happens", HAPPENINGS)
def test_a_wave_that_waited_its_turn_is_looked_at_in_full_before_it_is_begun(
    engine: sa.Engine,
    held: Held,
    keyring: Keyring,
    watching: Open,
    monkeypatch: pytest.MonkeyPatch,
    happens: Happening,
) -> None:
    happens(engine, keyring)
    monkeypatch.setattr(clock, "steady", lambda: held.facts.read_at + LOOK_SECONDS + 0.1)
    assert watching()() == [True, False]


def test_an_embargo_that_comes_up_holds_back_who_is_not_trusted(
    engine: sa.Engine, look: Callable[[], list[bool]]
) -> None:
    with writing(engine) as session:
        desk = factories.desk(session, "desk@b.example", embargo_trusted=True)
    change(engine, Delivery, col(Delivery.email) == EMAILS[0], desk_id=desk.id)
    change(engine, Release, embargo_until=clock.now() + timedelta(days=1))
    assert look() == [True, False]


def test_hours_that_close_hold_back_those_for_whom_they_do(
    engine: sa.Engine, held: Held, watching: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_SECONDS", -1)
    now = clock.now()
    opens, closes = now - timedelta(hours=1), now + timedelta(hours=1)
    change(
        engine,
        Distribution,
        sending_hours=f"{opens:%H:%M}-{closes:%H:%M}",
        sending_clock=Clock.RECIPIENT,
    )
    zones = ("UTC", "Asia/Tokyo")
    wave = [one._replace(zone=zone) for one, zone in zip(held.wave, zones, strict=True)]
    assert watching(wave=wave)() == [True, False]


def test_a_line_that_lost_its_batch_begins_nothing_more_though_it_gets_it_back(
    engine: sa.Engine, look: Callable[[], list[bool]]
) -> None:
    change(engine, Batch, lease_owner="b")
    assert look() == [False, False]
    change(engine, Batch, lease_owner="a")
    assert look() == [False, False]


def away(tmp_path: Path) -> sa.Engine:
    return database.connect(f"sqlite:///{tmp_path}/gone/mailer.db")


@pytest.mark.parametrize("is_away", [False, True])
def test_a_line_that_stood_still_for_as_long_as_its_lease_begins_nothing_more(
    engine: sa.Engine,
    watching: Open,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    is_away: bool,
) -> None:
    now = clock.steady()
    monkeypatch.setattr(clock, "steady", lambda: now)
    look = watching(engine=away(tmp_path) if is_away else engine, ours_until=lambda: now + 60)
    assert look() == [True, True]
    monkeypatch.setattr(clock, "steady", lambda: now + 61)
    assert look() == [False, False]


def test_what_was_claimed_just_now_costs_no_look_at_each_and_none_for_each(
    engine: sa.Engine, watching: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "steady", partial(float, clock.steady()))
    with statements(engine) as asked:
        look = watching()
        for _ in range(100):
            look()
    assert not [one for one in asked if "address" in one]
    assert len([one for one in asked if one.startswith("SELECT")]) == 2
