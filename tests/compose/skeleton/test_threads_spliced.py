"""A reply is spliced like any other message: what is its reader's own of the thread is a slot."""

from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from mailer.compose.letter import Identity
from mailer.compose.skeleton import Compositor, remake
from mailer.models import Relation, Release, ReleaseKind, TrackingMode
from mailer.releases.editions import FullRelease
from tests.compose.conftest import NOW
from tests.compose.skeleton.conftest import MakeReader, composed, spliced

FIRST = "<2026-042.1.{}@press.example.org>"


def thread(number: int, *, length: int) -> str:
    """A thread of so many messages of that reader."""
    return " ".join(FIRST.format(f"{number}-{place}") for place in range(length))


def following(make_letter: Any, relation: Relation, **release: Any) -> FullRelease:
    """The fictional release, as it follows an earlier distribution; its English text has a note."""
    full: FullRelease = make_letter(release=release).full
    full.revisions["en"].change_note = "The date is **25 November**."
    return replace(full, relation=relation)


@pytest.mark.parametrize("relation", list(Relation))
def test_replies_of_each_kind_are_spliced_as_they_are_composed(
    make_letter: Any, make_reader: MakeReader, signing: Identity, relation: Relation
) -> None:
    full, compositor = following(make_letter, relation), Compositor(signing)
    readers = [
        make_reader(
            number,
            in_reply_to=thread(number, length=number % 4),
            cover_language=("da", "fr", "ar", "el")[number % 4],
            tracking=TrackingMode.AGGREGATE,
            first_attempt_at=NOW,
        )
        for number in range(1, 17)
    ]
    for reader, setting in zip(readers, spliced(compositor, readers, full), strict=True):
        assert setting.message == composed(reader, full, signing)
        octets = remake(
            setting.skeleton, reader, identity=signing, signatures=setting.message.signatures
        )
        assert octets == setting.message.data


def test_a_thread_of_any_length_folds_between_its_ids_only(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    full = following(make_letter, Relation.CORRECTION)
    ids = [FIRST.format("x" * length) for length in (1, 40, 200, 700)]
    reader = make_reader(in_reply_to=" ".join(ids))
    (setting,) = spliced(compositor, [reader], full)
    message = message_from_bytes(setting.message.data, policy=policy.default)
    assert str(message["References"]).split() == ids
    assert message["In-Reply-To"] == ids[-1]
    head = setting.message.data.partition(b"\r\n\r\n")[0]
    written = head[head.index(b"References: ") :].partition(b"\r\nMIME-Version")[0]
    assert b"=?" not in written
    assert max(map(len, head.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    ("relation", "language", "prefix"),
    [
        (Relation.CORRECTION, "da", "Rettelse: "),
        (Relation.CORRECTION, "fr", "Rectificatif\u00a0: "),
        (Relation.WITHDRAWAL, "en", "Withdrawal: "),
        (Relation.UPDATE, "da", "Opdatering: "),
        (Relation.TRANSLATION, "da", ""),
    ],
)
def test_the_subject_of_a_reply_begins_with_a_word_of_the_readers_language(
    make_letter: Any,
    make_reader: MakeReader,
    compositor: Compositor,
    relation: Relation,
    language: str,
    prefix: str,
) -> None:
    full = following(make_letter, relation)
    reader = make_reader(in_reply_to=thread(1, length=1), cover_language=language)
    (setting,) = spliced(compositor, [reader], full)
    message = message_from_bytes(setting.message.data, policy=policy.default)
    assert message["Subject"] == prefix + full.revisions["en"].title


def test_who_never_saw_the_old_text_is_told_of_no_change(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    full = following(make_letter, Relation.CORRECTION, kind=ReleaseKind.CORRECTION)
    full = replace(full, corrects=Release(**full.release.model_dump() | {"kind": "release"}))
    readers = [
        make_reader(1, cover_language="en"),
        make_reader(2, cover_language="en", in_reply_to=thread(2, length=1)),
    ]
    fresh, reply = (one.message.data for one in spliced(compositor, readers, full))
    assert b"25 November" not in fresh.partition(b"will be the focus")[0]
    assert b"Correction" not in fresh
    assert b"In-Reply-To" not in fresh
    assert b"Correction: The date is 25 November" in reply.replace(b"=\r\n", b"")


def test_an_update_of_a_lifted_embargo_says_so(
    make_letter: Any, make_reader: MakeReader, compositor: Compositor
) -> None:
    full = following(make_letter, Relation.NOTICE, kind=ReleaseKind.EMBARGO_LIFTED)
    reader = make_reader(in_reply_to=thread(1, length=1), cover_language="en")
    (setting,) = spliced(compositor, [reader], full)
    assert b"\r\nSubject: Embargo lifted: " in setting.message.data
