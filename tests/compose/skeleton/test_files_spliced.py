"""A message with files is spliced like any other, and its files are kept once for all messages."""

from typing import Any

import pytest

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor, Skeleton, remake
from mailer.errors import BadInput
from mailer.models import Delivery, TrackingMode
from tests.compose import files
from tests.compose.conftest import NOW
from tests.compose.skeleton.conftest import MakeReader, composed, spliced


@pytest.mark.parametrize("attaches", [True, False])
def test_messages_with_files_are_spliced_as_they_are_composed(
    make_letter: Any, make_reader: MakeReader, signing: Identity, *, attaches: bool
) -> None:
    full = files.with_files(make_letter().full, files.carried("æ.pdf"), files.picture(), logo=True)
    compositor = Compositor(signing)
    readers = [
        make_reader(
            number,
            cover_language=("da", "fr", "ar")[number % 3],
            tracking=TrackingMode.AGGREGATE,
            plain_text_only=number % 4 == 0,
            attaches_files=attaches,
            first_attempt_at=NOW,
        )
        for number in range(1, 13)
    ]

    for reader, setting in zip(readers, spliced(compositor, readers, full), strict=True):
        assert setting.message == composed(reader, full, signing)
        kept = Skeleton.load(setting.skeleton.dump(), setting.skeleton.files)
        signatures = setting.message.signatures
        assert remake(kept, reader, identity=signing, signatures=signatures) == setting.message.data


def test_who_wants_files_and_who_does_not_have_skeletons_of_their_own(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    plain = make_letter().full
    full = files.with_files(plain, files.carried())
    readers = [make_reader(1, attaches_files=True), make_reader(2, attaches_files=False)]

    with_files = {one.skeleton.digest for one in spliced(compositor, readers, full)}
    without = {one.skeleton.digest for one in spliced(compositor, readers, plain)}

    assert len(with_files) == 2
    assert len(without) == 1


def test_a_skeleton_is_kept_without_its_files(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    full = files.with_files(make_letter().full, files.carried(), logo=True)

    (setting,) = spliced(compositor, [make_reader()], full)

    coded = full.held[11].coded
    assert coded in setting.message.data
    assert coded[:76] not in setting.skeleton.dump()
    assert setting.skeleton.file_ids == [11, 99]


def test_a_message_with_a_personal_note_keeps_its_files_apart_too(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    full = files.with_files(make_letter().full, files.carried())
    reader: Delivery = make_reader(personal_note="Dear Karen, as we said.")

    (setting,) = compositor.set_wave([reader], full, at=NOW)

    assert not isinstance(setting, str)
    assert setting.skeleton.is_personal
    assert full.held[11].coded not in setting.skeleton.dump()
    kept = Skeleton.load(setting.skeleton.dump(), setting.skeleton.files)
    data = remake(kept, reader, identity=make_letter().identity, signatures=())
    assert data == setting.message.data


def test_octets_that_are_no_skeleton_are_none_with_files_either() -> None:
    with pytest.raises(BadInput):
        Skeleton.load(b"something", {})
