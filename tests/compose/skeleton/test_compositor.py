"""A spliced message is octet by octet the one that the long way makes; and what is not spliced."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor, Setting
from mailer.compose.skeleton.splicing import NOBODY
from mailer.languages import cover_languages
from mailer.models import Delivery, ReleaseKind, TrackingMode
from mailer.releases.editions import FullRelease
from mailer.tokens import Keyring, Purpose
from tests.compose.conftest import NOW
from tests.compose.skeleton.conftest import MakeReader, composed, spliced

UNTIL = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
NAMES = [
    "",
    "Jane Doe",
    'Holm, "Kaja" Karen',
    "back\\slash  and   blanks",
    "Kærlighed, Åse " * 12,
    "Παπαδόπουλος, Γιώργος",
    "صحيفة الميناء Hansa",
    "עיתון הבוקר",
    "👩🏽‍💻 Ada <ada@evil.example>",
    "Jane\r\nBcc: all@example.org",
    "=?utf-8?q?=61?=",
    "\u202egro.live",
    "a" * 300,
]


def agree(
    compositor: Compositor, readers: Iterable[Delivery], full: FullRelease, identity: Identity
) -> list[Setting]:
    """Both ways make the same messages, envelopes and signatures included."""
    ready = spliced(compositor, list(readers), full)
    for reader, setting in zip(readers, ready, strict=True):
        assert setting.message == composed(reader, full, identity)
    return ready


# Every language, and every mode by turns: what is measured does not depend on the words.
@pytest.mark.parametrize(
    ("language", "mode"), list(zip(cover_languages(), cycle(TrackingMode), strict=False))
)
def test_it_is_the_same_in_every_language_and_however_much_is_measured(
    make_letter: Any,
    make_reader: MakeReader,
    signing: Identity,
    language: str,
    mode: TrackingMode,
) -> None:
    full = make_letter().full
    readers = [
        make_reader(
            number,
            recipient_name=name,
            cover_language=language,
            tracking=mode,
            edition_language=edition,
            revision_id=full.revisions[edition].id,
            first_attempt_at=NOW - timedelta(hours=number),
        )
        for number, (name, edition) in enumerate(zip(NAMES, ["en", "fr", "ar"] * 5), start=1)  # noqa: B905
    ]
    agree(Compositor(signing), readers, full, signing)


@pytest.mark.parametrize("kind", list(ReleaseKind))
def test_it_is_the_same_for_every_kind_of_text(
    make_letter: Any, make_reader: MakeReader, signing: Identity, kind: ReleaseKind
) -> None:
    full = make_letter(release={"kind": kind}).full
    agree(Compositor(signing), [make_reader(1), make_reader(2)], full, signing)


def test_an_embargo_is_told_on_each_readers_clock(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    full = make_letter(release={"embargo_until": UNTIL}).full
    zones = ["", "Europe/Copenhagen", "Asia/Kathmandu", "America/New_York", "Pacific/Apia"]
    readers = [make_reader(number, zone=zones[number % 5]) for number in range(1, 11)]
    ready = agree(compositor, readers, full, identity)
    # Copenhagen shows what the office's clock shows, and stands for whoever's zone is not known.
    assert len({setting.skeleton.digest for setting in ready}) == 4


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_what_is_composed_at_its_instant_or_later_tells_no_embargo(
    make_letter: Any, make_reader: MakeReader, signing: Identity, seconds: int
) -> None:
    """Whatever was composed before, and however early it was attempted first."""
    full = make_letter(
        release={"embargo_until": UNTIL}, office={"prints_pages": True, "says_immediate": True}
    ).full
    free = replace(full, release=full.release.model_copy(update={"embargo_until": None}))
    readers = [
        make_reader(1, zone="Europe/Copenhagen"),
        make_reader(2, zone="Asia/Tokyo"),
        make_reader(3, zone="Asia/Tokyo", first_attempt_at=NOW - timedelta(hours=1)),
        make_reader(4, personal_note="For you."),
    ]
    compositor, told_at = Compositor(signing), UNTIL + timedelta(seconds=seconds)
    before = compositor.set_wave(readers, full, at=NOW, told_at=UNTIL - timedelta(hours=1))
    ready = compositor.set_wave(readers, full, at=NOW, told_at=told_at)
    other = Compositor(signing).set_wave(readers, free, at=NOW)
    made = [[one.message for one in wave if isinstance(one, Setting)] for wave in (ready, other)]
    assert len(made[0]) == len(readers)
    assert (made[0] == made[1]) is (seconds >= 0)
    assert (ready == before) is (seconds < 0)
    first, second = (one for one in ready[:2] if isinstance(one, Setting))
    assert (first.skeleton is second.skeleton) is (seconds >= 0)


def test_without_an_embargo_zones_share_a_skeleton(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    readers = [make_reader(1, zone="Europe/Copenhagen"), make_reader(2, zone="Asia/Tokyo")]
    first, second = agree(compositor, readers, make_letter().full, identity)
    assert first.skeleton is second.skeleton


def test_who_wants_plain_text_gets_the_same_plain_text(
    make_letter: Any, make_reader: MakeReader, signing: Identity
) -> None:
    readers = [
        make_reader(number, plain_text_only=number % 2 == 0, cover_language=language)
        for number, language in enumerate(cover_languages(), start=1)
    ]
    agree(Compositor(signing), readers, make_letter().full, signing)


def test_a_line_that_breaks_within_a_token_breaks_in_the_same_place(
    make_letter: Any, make_reader: MakeReader, identity: Identity
) -> None:
    full, torn_at = make_letter().full, set()
    readers = [make_reader(n, tracking=TrackingMode.INDIVIDUAL) for n in (1, 2**40)]
    for length in range(48):
        who = replace(identity, public_url=f"https://press.example.org/{'x' * length}")
        ready = agree(Compositor(who), readers, full, who)
        torn_at |= {slot.torn_at for slot in ready[0].skeleton.form.slots}
    # Before nearly every letter of a token a line broke once.
    assert torn_at >= set(range(3, 29))


@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=60,
)
@given(
    name=st.text(max_size=200),
    local=st.text("abcXYZ019.+_-'!#%&/=?^{|}~ ", min_size=1, max_size=70),
    domain=st.sampled_from(["havnebladet.example", "STRASSE.Example", "straße.example", "a--b.eu"]),
)
def test_whatever_a_reader_is_called_both_ways_agree(
    make_letter: Any,
    make_reader: MakeReader,
    identity: Identity,
    name: str,
    local: str,
    domain: str,
) -> None:
    compositor, full = ONCE.setdefault("all", (Compositor(identity), make_letter().full))
    reader = make_reader(recipient_name=name, email=f"{local}@{domain}")
    (setting,) = compositor.set_wave([reader], full, at=NOW)
    if isinstance(setting, str):
        assert "is not an e-mail address" in setting
    else:
        assert not setting.skeleton.is_personal
        assert setting.message == composed(reader, full, identity)


#: The compositor of all examples of the test above.
ONCE: dict[str, tuple[Compositor, FullRelease]] = {}


def test_a_reader_who_needs_smtputf8_gets_a_message_of_her_own(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    full = make_letter().full
    readers = [make_reader(1), make_reader(2, email="σύνταξη@εφημερίδα.example"), make_reader(3)]
    ready = compositor.set_wave(readers, full, at=NOW)
    assert [one.message for one in ready if not isinstance(one, str)] == [
        composed(reader, full, identity) for reader in readers
    ]
    assert [one.skeleton.is_personal for one in ready if not isinstance(one, str)] == [
        False,
        True,
        False,
    ]


def test_a_delivery_without_a_message_id_is_composed_whole(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    full, reader = make_letter().full, make_reader(message_id="")
    (setting,) = compositor.set_wave([reader], full, at=NOW)
    assert isinstance(setting, Setting)
    assert setting.skeleton.is_personal
    assert setting.message == composed(reader, full, identity)


def test_what_cannot_be_composed_says_why_and_the_others_go_on(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    readers = [
        make_reader(1, email="nobody at all"),
        make_reader(2),
        make_reader(3, revision_id=99),
        make_reader(4, cover_language="xx"),
        make_reader(5, zone="Nowhere/Land"),
    ]
    full = make_letter(release={"embargo_until": UNTIL}).full
    bad, good, lost, mute, nowhere = compositor.set_wave(readers, full, at=NOW)
    assert isinstance(bad, str)
    assert "'nobody at all' is not an e-mail address" in bad
    assert isinstance(good, Setting)
    assert good.message.delivery_id == 2
    assert isinstance(lost, str)
    assert "load the release as it stood" in lost
    assert isinstance(mute, str)
    assert "plan the distribution again" in mute
    assert isinstance(nowhere, str)
    assert "unknown time zone 'Nowhere/Land'" in nowhere


def test_a_defect_of_ours_quotes_nobody(make_reader: MakeReader, make_letter: Any) -> None:
    class Broken(Keyring):
        def sign_many(self, *_: Any, **__: Any) -> list[str]:
            raise ZeroDivisionError("redaktion@havnebladet.example")

    who = Identity("https://a.example", "a.example", "b.a.example", True, Broken({1: b"x" * 32}))
    (told,) = Compositor(who).set_wave([make_reader()], make_letter().full, at=NOW)
    assert isinstance(told, str)
    assert told.startswith("a defect of ours, ZeroDivisionError in sign_many, line ")
    assert "havnebladet" not in told


def test_a_message_that_comes_out_otherwise_is_composed_whole_and_it_is_logged(
    make_letter: Any, make_reader: MakeReader
) -> None:
    @dataclass(frozen=True)
    class Growing(Keyring):
        """Its tokens are longer for some, so that lines break elsewhere."""

        def sign_many(
            self,
            purpose: Purpose,
            row_ids: Iterable[int],
            *,
            link: int = 0,
            number: int | None = None,
        ) -> list[str]:
            numbers = list(row_ids)
            tokens = super().sign_many(purpose, numbers, link=link, number=number)
            longer = ("" if row == NOBODY else "a" * 30 for row in numbers)
            return [token + more for token, more in zip(tokens, longer, strict=True)]

    who = Identity("https://a.example", "a.example", "b.a.example", True, Growing({1: b"x" * 32}))
    compositor, full = Compositor(who), make_letter().full
    readers = [make_reader(1), make_reader(2)]
    with capture_logs() as logs:
        for _ in range(2):
            ready = compositor.set_wave(readers, full, at=NOW)
            for reader, setting in zip(readers, ready, strict=True):
                assert isinstance(setting, Setting)
                assert setting.skeleton.is_personal
                assert setting.message == composed(reader, full, who)
    assert [line["log_level"] for line in logs] == ["warning"]
    assert logs[0]["release_id"] == 42


def test_many_signatures_are_those_of_each(
    make_letter: Any, make_reader: MakeReader, signing: Identity
) -> None:
    readers = [make_reader(number, recipient_name=NAMES[number % 13]) for number in range(1, 50)]
    ready = agree(Compositor(signing), readers, make_letter().full, signing)
    assert len({setting.message.signatures for setting in ready}) == 49
    assert {len(setting.message.signatures) for setting in ready} == {2}


def test_a_skeleton_is_kept_while_the_release_is_the_same(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    full, later = make_letter().full, make_letter(office={"phone": "+352 1"}).full
    first, second = (spliced(compositor, [make_reader(n)], full)[0] for n in (1, 2))
    assert first.skeleton is second.skeleton
    (third,) = spliced(compositor, [make_reader(3)], later)
    assert b"+352 1" in third.message.data
    assert b"+352 1" not in first.message.data


def test_an_empty_wave_is_nothing(make_letter: Any, compositor: Compositor) -> None:
    assert compositor.set_wave([], make_letter().full, at=NOW) == []
