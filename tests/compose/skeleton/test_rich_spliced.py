"""Messages with everything that a text may hold come out of their skeleton as they are composed."""

from typing import Any

import pytest

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor
from mailer.models import TrackingMode
from tests.compose.rich import rich_letter
from tests.compose.skeleton.conftest import MakeReader, composed, spliced


@pytest.mark.parametrize("mode", list(TrackingMode))
@pytest.mark.parametrize("edition", ["en", "ar", "he"])
def test_a_rich_text_is_the_same_both_ways(
    make_letter: Any, make_reader: MakeReader, signing: Identity, edition: str, mode: TrackingMode
) -> None:
    full = rich_letter(make_letter, "da", edition).full
    readers = [
        make_reader(
            number,
            edition_language=edition,
            revision_id=full.revisions[edition].id,
            tracking=mode,
        )
        for number in (1, 2, 900)
    ]
    for reader, setting in zip(readers, spliced(Compositor(signing), readers, full), strict=True):
        assert setting.message == composed(reader, full, signing)
        assert b"doc-noteref" in setting.message.data.replace(b"=\r\n", b"")
