"""A release with occasions is spliced, too: one skeleton for each clock that its readers have."""

from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor
from mailer.languages import cover_languages
from tests.compose.covers.test_occasions import CHANGED, occasion
from tests.compose.skeleton.conftest import MakeReader
from tests.compose.skeleton.test_compositor import agree

ZONES = ["", "Europe/Luxembourg", "Europe/London", "Pacific/Auckland"]
DEADLINE = {"photographers": "2026-11-27T17:00:00+00:00"}


@pytest.mark.parametrize(
    ("language", "is_plain"), list(zip(cover_languages(), cycle([False, True]), strict=False))
)
def test_it_is_the_same_in_every_language_and_on_every_clock(
    make_letter: Any, make_reader: MakeReader, signing: Identity, language: str, is_plain: bool
) -> None:
    some = (occasion(accreditation=DEADLINE), occasion(id=6, uid="b", cancelled_at=CHANGED))
    full = replace(make_letter().full, occasions=some)
    readers = [
        make_reader(number, cover_language=language, plain_text_only=is_plain, zone=zone)
        for number, zone in enumerate(ZONES * 2, start=1)
    ]
    ready = agree(Compositor(signing), readers, full, signing)
    # Whose zone is not known sees the clock of the place.
    assert len({setting.skeleton.digest for setting in ready}) == len(ZONES) - 1
    for setting in ready:
        assert setting.message.data.count(b"Content-Type: text/calendar") == 2
