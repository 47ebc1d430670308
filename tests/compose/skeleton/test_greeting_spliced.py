"""A message that greets is spliced, too, and one with a note is composed whole, for one reader."""

from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailer.compose.letter import Identity
from mailer.compose.rendering import render
from mailer.compose.skeleton import Compositor, Setting, remake
from mailer.languages import cover_languages
from mailer.models import LegalBasis, TrackingMode
from mailer.releases.editions import FullRelease
from tests.compose.conftest import NOW
from tests.compose.skeleton.conftest import MakeReader, composed
from tests.compose.skeleton.test_compositor import agree

GREETINGS = [
    "",
    "Kære Karen Holm",
    "Dear O’Brien & <Sons>,",
    "تحية طيبة،",
    "x" * 300,
    ". a",
    "a\nb",
]
NOTE = "Dear Karen,\r\nas promised & <first>.\r\n\r\n\r\nYours,\nAnna"


@pytest.mark.parametrize(
    ("language", "is_plain"), list(zip(cover_languages(), cycle([False, True]), strict=False))
)
def test_it_is_the_same_in_every_language_whoever_is_greeted(
    make_letter: Any, make_reader: MakeReader, signing: Identity, language: str, is_plain: bool
) -> None:
    readers = [
        make_reader(
            number,
            cover_language=language,
            plain_text_only=is_plain,
            greeting=greeting,
            notice_basis=LegalBasis.CONSENT,
            notice_source=f"source {number}",
            in_reply_to="<a@b.example>" if number % 2 else "",
            tracking=TrackingMode.INDIVIDUAL,
        )
        for number, greeting in enumerate(GREETINGS, start=1)
    ]
    for setting in agree(Compositor(signing), readers, make_letter().full, signing):
        assert setting.message.is_wire_ready


def test_all_who_are_greeted_share_a_skeleton(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    readers = [make_reader(number, greeting=f"Dear {number},") for number in range(1, 40)]
    ready = agree(compositor, [*readers, make_reader(40)], make_letter().full, identity)
    assert len({setting.skeleton.digest for setting in ready[:39]}) == 1
    assert ready[39].skeleton.digest != ready[0].skeleton.digest
    assert b"Dear 7," in ready[6].message.data
    assert b"Dear 7," not in ready[7].message.data


#: The compositor of all examples of the test below.
ONCE: dict[str, tuple[Compositor, FullRelease]] = {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(greeting=st.text(max_size=300))
@example(greeting="a  b \t c\u00a0d &amp; <i>")
@example(greeting="=" * 73)
@example(greeting="\u2003 \u00a0")
@example(greeting="From here")
def test_whatever_the_greeting_is_both_ways_agree(
    make_letter: Any, make_reader: MakeReader, signing: Identity, greeting: str
) -> None:
    compositor, full = ONCE.setdefault("all", (Compositor(signing), make_letter().full))
    reader = make_reader(greeting=greeting)
    (setting,) = compositor.set_wave([reader], full, at=NOW)
    assert isinstance(setting, Setting)
    assert not setting.skeleton.is_personal
    assert setting.message == composed(reader, full, signing)


def test_it_is_made_again_from_what_was_frozen(
    make_letter: Any, make_reader: MakeReader, signing: Identity, identity: Identity
) -> None:
    reader = make_reader(greeting="Kære Karen Holm", first_attempt_at=NOW)
    (setting,) = agree(Compositor(signing), [reader], make_letter().full, signing)
    kept = type(setting.skeleton).load(setting.skeleton.dump())
    signatures = setting.message.signatures
    assert remake(kept, reader, identity=identity, signatures=signatures) == setting.message.data


def test_a_note_is_in_no_skeleton_but_in_that_of_its_reader(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    full = make_letter().full
    readers = [
        make_reader(number, personal_note=NOTE if number == 2 else "") for number in (1, 2, 3)
    ]
    first, second, third = compositor.set_wave(readers, full, at=NOW)
    assert isinstance(first, Setting)
    assert isinstance(second, Setting)
    assert isinstance(third, Setting)
    assert first.skeleton.digest == third.skeleton.digest
    assert not first.skeleton.is_personal
    assert second.skeleton.is_personal
    assert second.message == composed(readers[1], full, identity)
    assert b"as promised" in second.message.data
    assert b"as promised" not in first.message.data + third.message.data


def test_a_note_stands_above_the_text_in_both_parts(make_letter: Any) -> None:
    rendered = render(make_letter("da", personal_note=NOTE, greeting="Kære Karen Holm"))
    title = "Twelve harbours agree on a"
    for part, line in (
        (rendered.text, "as promised & <first>.\n\nYours,\nAnna\n"),
        (rendered.html.replace("<br>", "\n"), "as promised &amp; &lt;first&gt;.</p>"),
    ):
        assert line in part
        assert part.index("Kære Karen Holm") < part.index("as promised") < part.rindex(title)
        assert part.index("Med venlig hilsen") > part.index("archive")
    assert "Med venlig hilsen" not in render(make_letter("da", personal_note=NOTE)).text
