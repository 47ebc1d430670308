"""A message with a notice is spliced, too: the source is a reader's own, the rest is shared."""

from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor, Setting, remake
from mailer.languages import cover_languages
from mailer.models import LegalBasis, TrackingMode
from mailer.releases.editions import FullRelease
from tests.compose.conftest import NOW
from tests.compose.covers.test_notice import ODD
from tests.compose.skeleton.conftest import MakeReader, composed
from tests.compose.skeleton.test_compositor import agree

BASES = list(LegalBasis)
SOURCES = ["", "Cision", "contacts.csv", "Kærlighed, " * 25, *ODD]


# Each way with every other language: what is plain does not depend on the words.
@pytest.mark.parametrize(
    ("language", "is_plain"), list(zip(cover_languages(), cycle([False, True]), strict=False))
)
def test_it_is_the_same_in_every_language_whatever_the_source_is(
    make_letter: Any, make_reader: MakeReader, signing: Identity, language: str, is_plain: bool
) -> None:
    readers = [
        make_reader(
            number,
            cover_language=language,
            plain_text_only=is_plain,
            notice_basis=BASES[number % 4],
            notice_source=source,
            tracking=TrackingMode.INDIVIDUAL,
        )
        for number, source in enumerate(SOURCES, start=1)
    ]
    agree(Compositor(signing), readers, make_letter().full, signing)


def test_sources_share_a_skeleton_and_who_was_told_has_another(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    basis = {"notice_basis": LegalBasis.CONSENT}
    readers = [make_reader(n, notice_source=f"source {n}", **basis) for n in range(1, 40)]
    readers += [make_reader(40, **basis), make_reader(41)]
    ready = agree(compositor, readers, make_letter().full, identity)
    assert len({setting.skeleton.digest for setting in ready}) == 3
    assert len({setting.skeleton.digest for setting in ready[:39]}) == 1


def test_no_line_of_it_begins_with_a_dot(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    basis = LegalBasis.CONSENT
    sources = (".", ". a", "x" * 71 + ".", "word " * 14 + ".x", "From here")
    readers = [
        make_reader(number, notice_basis=basis, notice_source=source)
        for number, source in enumerate(sources, start=1)
    ]
    for setting in agree(compositor, readers, make_letter().full, identity):
        assert setting.message.is_wire_ready
        assert b"\r\n." not in setting.message.data
        assert b"\r\nFrom " not in setting.message.data


#: The compositor of all examples of the test below.
ONCE: dict[str, tuple[Compositor, FullRelease]] = {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(source=st.text(max_size=400))
@example(source="a  b \t c\u00a0d &amp; <i>")
@example(source="=" * 73)
@example(source="a\u200bb\ufeffc\u00ad")
def test_whatever_the_source_is_both_ways_agree(
    make_letter: Any, make_reader: MakeReader, signing: Identity, source: str
) -> None:
    compositor, full = ONCE.setdefault("all", (Compositor(signing), make_letter().full))
    reader = make_reader(notice_basis=LegalBasis.OTHER, notice_source=source)
    (setting,) = compositor.set_wave([reader], full, at=NOW)
    assert isinstance(setting, Setting)
    assert not setting.skeleton.is_personal
    assert setting.message == composed(reader, full, signing)


def test_it_is_made_again_from_what_was_frozen(
    make_letter: Any, make_reader: MakeReader, signing: Identity, identity: Identity
) -> None:
    reader = make_reader(
        notice_basis=LegalBasis.CONSENT, notice_source="the harbour fair", first_attempt_at=NOW
    )
    (setting,) = agree(Compositor(signing), [reader], make_letter().full, signing)
    kept = type(setting.skeleton).load(setting.skeleton.dump())
    signatures = setting.message.signatures
    assert remake(kept, reader, identity=identity, signatures=signatures) == setting.message.data
