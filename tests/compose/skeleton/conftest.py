"""A wave of readers, as a worker claims them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mailer.compose.letter import Identity, write_letter
from mailer.compose.message import ComposedMessage, compose
from mailer.compose.skeleton import Compositor, Setting
from mailer.models import Delivery
from mailer.releases.editions import FullRelease
from tests.compose.conftest import NOW

MakeReader = Callable[..., Delivery]


@pytest.fixture
def make_reader() -> MakeReader:
    """Make a delivery of the fictional release, as it stands after the fan-out."""

    def make(number: int = 7, **given: Any) -> Delivery:
        values: dict[str, Any] = {
            "id": number,
            "distribution_id": 1,
            "address_id": number + 2,
            "email": f"redaktion.{number}@havnebladet.example",
            "recipient_name": "Karen Holm",
            "revision_id": 1,
            "edition_language": "en",
            "cover_language": "da",
            "message_id": f"<2026-042.1.{number}@press.example.org>",
        }
        return Delivery(**(values | given))

    return make


@pytest.fixture
def compositor(identity: Identity) -> Compositor:
    """The one of an office that does not sign."""
    return Compositor(identity)


def composed(reader: Delivery, full: FullRelease, identity: Identity) -> ComposedMessage:
    """The message by the long way."""
    return compose(write_letter(reader, full, identity=identity, at=NOW))


def spliced(
    compositor: Compositor, readers: Sequence[Delivery], full: FullRelease
) -> list[Setting]:
    """The messages of a wave, none of which took the long way."""
    settings = compositor.set_wave(readers, full, at=NOW)
    ready = [setting for setting in settings if not isinstance(setting, str)]
    assert len(ready) == len(readers), settings
    assert not any(setting.skeleton.is_personal for setting in ready)
    return ready
