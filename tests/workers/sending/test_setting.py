"""The messages of a wave: composed as the wire comes to them, and kept no longer than needed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from hashlib import sha256

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import col

from mailer import clock
from mailer.compose.letter import Identity
from mailer.compose.message import ComposedMessage
from mailer.compose.signing import Signer
from mailer.compose.skeleton import Compositor
from mailer.database import writing
from mailer.delivery import claims
from mailer.delivery.claims import Stretch
from mailer.models import Delivery, Distribution, Release
from mailer.releases.editions import load_by_id
from mailer.settings import Settings
from tests import factories
from tests.factories import NOW
from workers.sending import setting
from workers.sending.setting import Setter, WaveMessages

NUMBER = 9
LIFTS = NOW + timedelta(hours=1)
EMBARGO = b"X-Embargo-Until"
EMAILS = [f"desk{number}@havnebladet.example" for number in range(NUMBER)]
Wave = Callable[..., WaveMessages]


@pytest.fixture(params=["plain", "signed"])
def setter(
    request: pytest.FixtureRequest,
    engine: sa.Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Setter]:
    """One that composes two at a time."""
    monkeypatch.setattr(setting, "SET_AT_ONCE", 2)
    monkeypatch.setattr(setting, "SIGNED_AT_ONCE", 2)
    identity = Identity.from_settings(settings)
    if request.param == "signed":
        signer = Signer("press", "", Ed25519PrivateKey.generate())
        identity = replace(identity, signers=(signer,))
    ready = Setter(engine, Compositor(identity))
    yield ready
    ready.close()


@pytest.fixture
def distribution(engine: sa.Engine) -> Distribution:
    """One with a delivery to each address."""
    with writing(engine) as session:
        release = factories.release(session, factories.office(session))
        row = factories.distribution(session, release)
        for email in EMAILS:
            factories.delivery(session, row, email)
        return row


@pytest.fixture
def wave(engine: sa.Engine, setter: Setter, distribution: Distribution) -> Wave:
    """Claim the next deliveries."""

    def claim(number: int = NUMBER) -> WaveMessages:
        with writing(engine) as session:
            stretch = Stretch(distribution.id or 0, 0, 10**9)
            deliveries = claims.claim(session, stretch, owner="a", limit=number, now=NOW)
            full = load_by_id(session, distribution.release_id)
        return WaveMessages(setter, deliveries, full, at=NOW)

    return claim


def test_each_message_is_the_one_of_its_delivery(wave: Wave) -> None:
    messages = wave()
    for number, email in enumerate(EMAILS):
        assert messages.can_be(number)
        message, handed = messages[number], messages.handed[number]
        assert (message.recipient, handed.delivery.email) == (email, email)
        assert message.message_id == handed.delivery.message_id
        assert handed.content_hash == sha256(message.data).hexdigest()
        assert handed.signatures == message.signatures


def test_a_message_that_another_connection_asks_for_again_is_the_same(wave: Wave) -> None:
    messages = wave()
    first = [messages[number] for number in range(NUMBER)]
    assert [messages[number] for number in range(NUMBER)] == first


def under_embargo(engine: sa.Engine, distribution: Distribution) -> None:
    with writing(engine) as session:
        session.get_one(Release, distribution.release_id).embargo_until = LIFTS


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_an_embargo_that_passes_while_a_wave_is_on_its_way_is_told_to_nobody_later(
    engine: sa.Engine,
    wave: Wave,
    distribution: Distribution,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
) -> None:
    """Also not in what was composed before, or is asked for once more; what proves it follows."""
    under_embargo(engine, distribution)
    messages = wave()
    monkeypatch.setattr(clock, "now", lambda: LIFTS - timedelta(seconds=1))
    early, proof = messages[0], messages.handed[0]
    assert EMBARGO in early.data
    assert messages.can_be(1)
    monkeypatch.setattr(clock, "now", lambda: LIFTS + timedelta(seconds=seconds))
    for number in range(1, NUMBER):
        message, handed = messages[number], messages.handed[number]
        assert (EMBARGO in message.data) is (seconds < 0)
        assert handed.content_hash == sha256(message.data).hexdigest()
    again = messages[0]
    assert (again == early) is (seconds < 0)
    assert (messages.handed[0] == proof) is (seconds < 0)
    assert messages.handed[0].content_hash == sha256(again.data).hexdigest()
    # It is the same message, with the date of its first attempt.
    assert again.message_id == early.message_id
    assert date_of(again) == date_of(early)


def date_of(message: ComposedMessage) -> str:
    return str(message_from_bytes(message.data)["Date"])


def test_what_cannot_be_composed_is_told_and_stops_nobody(engine: sa.Engine, wave: Wave) -> None:
    with writing(engine) as session:
        broken = sa.update(Delivery).where(col(Delivery.email) == EMAILS[3])
        session.execute(broken.values(email="no address"))
    messages = wave()
    composed = [messages.can_be(number) for number in range(NUMBER)]
    assert composed == [number != 3 for number in range(NUMBER)]
    assert messages.problems.keys() == {3}
    with pytest.raises(LookupError, match="cannot be composed"):
        messages[3]


def test_a_wave_that_ends_early_leaves_the_next_alone(wave: Wave) -> None:
    assert wave(6)[0].recipient == EMAILS[0]
    assert [message.recipient for message in wave()] == EMAILS[6:]
