"""What is kept of a message can be read for years, and makes the very octets again."""

import os
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor, Skeleton, remake
from mailer.compose.skeleton.parts import Place, Slot
from mailer.errors import BadInput, NotFound, Refused
from mailer.languages import cover_languages
from mailer.models import TrackingMode
from mailer.tokens import Keyring, Purpose
from tests.compose.conftest import NOW
from tests.compose.skeleton.conftest import MakeReader, spliced

#: Written by the first version; whatever comes later must read it.
KEPT = (
    b"press mailer skeleton 1\n"
    b'{"key": 2, "personal": false, "zone": "Europe/Luxembourg"}\n'
    b"From: press@harbour.example\r\nTo: \0to//0/0\0\r\nDate: \0date//0/0\0\r\n"
    b"Message-ID: \0message-id//0/0\0\r\n\r\n"
    b"https://press.example.org/v/\0token/view/0/5\0\r\n"
)
SENT = (
    b"From: press@harbour.example\r\n"
    b'To: "Karen Holm" <redaktion.7@havnebladet.example>\r\n'
    b"Date: Tue, 24 Nov 2026 10:00:00 +0100\r\n"
    b"Message-ID: <2026-042.1.7@press.example.org>\r\n\r\n"
    b"https://press.example.org/v/aiaaa=\r\naaaaadqaagl7jqdjnwsjvpr3ii\r\n"
)


def test_what_the_first_version_kept_is_read_for_ever(
    make_reader: MakeReader, identity: Identity
) -> None:
    skeleton = Skeleton.load(KEPT)
    assert skeleton.dump() == KEPT
    assert skeleton.digest == sha256(KEPT).digest()
    assert Slot(Place.TOKEN, Purpose.VIEW, torn_at=5) in skeleton.parts
    reader = make_reader(first_attempt_at=NOW)
    assert remake(skeleton, reader, identity=identity, signatures=()) == SENT


@pytest.mark.parametrize("octets", [b"", b"press mailer skeleton 2\n{}\n", b"\x80\x04pickle"])
def test_what_another_version_kept_is_not_guessed_at(octets: bytes) -> None:
    with pytest.raises(BadInput, match="not written by this version"):
        Skeleton.load(octets)


@pytest.mark.parametrize("language", cover_languages())
def test_it_makes_the_message_again_without_private_keys_office_or_edition(
    make_letter: Any, make_reader: MakeReader, signing: Identity, identity: Identity, language: str
) -> None:
    readers = [
        make_reader(
            number,
            cover_language=language,
            recipient_name="Ærø, Åse " * number,
            tracking=TrackingMode.INDIVIDUAL,
            first_attempt_at=NOW + timedelta(days=number),
        )
        for number in (1, 2, 9)
    ]
    for reader, (message, skeleton) in zip(
        readers, spliced(Compositor(signing), readers, make_letter().full), strict=True
    ):
        kept = Skeleton.load(skeleton.dump())
        assert kept == skeleton
        again = remake(kept, reader, identity=identity, signatures=list(message.signatures))
        assert again == message.data


def test_a_message_of_its_own_is_kept_whole(
    make_letter: Any, make_reader: MakeReader, signing: Identity, identity: Identity
) -> None:
    reader = make_reader(email="σύνταξη@havnebladet.example", first_attempt_at=NOW)
    (setting,) = Compositor(signing).set_wave([reader], make_letter().full, at=NOW)
    assert not isinstance(setting, str)
    kept = Skeleton.load(setting.skeleton.dump())
    assert kept.is_personal
    signatures = setting.message.signatures
    assert remake(kept, reader, identity=identity, signatures=signatures) == setting.message.data


def test_a_new_secret_key_changes_nothing_that_was_sent(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor, identity: Identity
) -> None:
    reader = make_reader(first_attempt_at=NOW)
    ((message, skeleton),) = spliced(compositor, [reader], make_letter().full)
    values, keys = vars(identity), identity.keyring.keys
    rotated = Identity(**(values | {"keyring": Keyring(keys | {3: os.urandom(32)})}))
    assert remake(skeleton, reader, identity=rotated, signatures=()) == message.data
    retired = Identity(**(values | {"keyring": Keyring({1: keys[1]})}))
    with pytest.raises(NotFound, match=r"the key 2 is no longer in secrets\.keys"):
        remake(skeleton, reader, identity=retired, signatures=())


@pytest.mark.parametrize(
    "lost", [{"email": ""}, {"message_id": ""}, {"first_attempt_at": None}, {"id": None}]
)
def test_what_is_erased_cannot_be_made_again(
    make_reader: MakeReader, identity: Identity, lost: dict[str, Any]
) -> None:
    reader = make_reader(**({"first_attempt_at": NOW} | lost))
    with pytest.raises(Refused, match="not enough to make its message again"):
        remake(Skeleton.load(KEPT), reader, identity=identity, signatures=())


def test_a_message_is_not_made_without_its_signatures(
    make_letter: Any, make_reader: MakeReader, signing: Identity
) -> None:
    reader = make_reader(first_attempt_at=NOW)
    ((_, skeleton),) = spliced(Compositor(signing), [reader], make_letter().full)
    with pytest.raises(Refused, match="not enough"):
        remake(skeleton, reader, identity=signing, signatures=())


def test_nothing_personal_stands_in_a_skeleton(
    make_letter: Any, make_reader: MakeReader, signing: Identity
) -> None:
    reader = make_reader(recipient_name="Karen Holm", tracking=TrackingMode.INDIVIDUAL)
    ((message, skeleton),) = spliced(Compositor(signing), [reader], make_letter().full)
    octets = skeleton.dump()
    assert b"Karen" not in octets
    assert b"havnebladet" not in octets
    assert message.signatures[0].encode()[:20] not in octets
    for purpose in Purpose:
        assert signing.keyring.sign(purpose, 7).encode() not in octets.replace(b"=\r\n", b"")
