from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import col

from mailer.contacts.suppressions import suppress
from mailer.database import writing
from mailer.models import (
    Delivery,
    Distribution,
    DistributionStatus,
    Release,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from workers.sending import watch
from workers.sending.watch import Watch


@pytest.fixture
def wave(engine: sa.Engine) -> list[Delivery]:
    """Two claimed deliveries."""
    with writing(engine) as session:
        row = factories.distribution(session, factories.release(session, factories.office(session)))
        return [factories.delivery(session, row, f"{name}@b.example") for name in ("anna", "bo")]


@pytest.fixture
def look(
    engine: sa.Engine, wave: list[Delivery], keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[bool]]:
    """Ask for both messages, each time with a fresh look."""
    monkeypatch.setattr(watch, "LOOK_SECONDS", -1)
    watching = Watch(
        engine,
        wave,  # type: ignore[arg-type]  # rows have all that is looked at
        distribution_id=wave[0].distribution_id,
        is_urgent=False,
        keyring=keyring,
        is_stopping=lambda: False,
    )
    return lambda: [watching.may_begin(number) for number in range(2)]


def test_a_wave_goes_on_while_nobody_stops_it(look: Callable[[], list[bool]]) -> None:
    assert look() == [True, True]


@pytest.mark.parametrize("status", [DistributionStatus.PAUSED, DistributionStatus.CANCELLED])
def test_a_pause_and_a_cancellation_hold_back_what_has_not_been_begun(
    engine: sa.Engine,
    wave: list[Delivery],
    look: Callable[[], list[bool]],
    status: DistributionStatus,
) -> None:
    with writing(engine) as session:
        number = wave[0].distribution_id
        session.exec(
            sa.update(Distribution).where(col(Distribution.id) == number).values(status=status)
        )
    assert look() == [False, False]


def test_a_reader_who_leaves_in_mid_wave_gets_nothing_more(
    engine: sa.Engine, wave: list[Delivery], look: Callable[[], list[bool]], keyring: Keyring
) -> None:
    with writing(engine) as session:
        reason = SuppressionReason.UNSUBSCRIBED
        suppress(session, "bo@b.example", keyring=keyring, reason=reason, source="link")
    assert look() == [True, False]


def test_something_urgent_holds_the_rest_back(
    engine: sa.Engine, wave: list[Delivery], look: Callable[[], list[bool]]
) -> None:
    with writing(engine) as session:
        release_id = session.get_one(Distribution, wave[0].distribution_id).release_id
        release = session.get_one(Release, release_id)
        urgent = factories.distribution(session, release, is_urgent=True)
        factories.delivery(session, urgent, "cleo@b.example")
    assert look() == [False, False]
