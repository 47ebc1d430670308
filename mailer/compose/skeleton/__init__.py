"""The messages of a wave: composed once for each cover, spliced for each recipient.

A skeleton is proven on the first message that is made from it. Where one cannot be had, each
message is composed whole, which takes some hundred times as long.
"""

import traceback
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import repeat
from threading import Lock
from typing import NamedTuple

import structlog

from mailer.compose.letter import Addressee, Identity, Letter, write_letter
from mailer.compose.message import ComposedMessage, compose
from mailer.compose.parts import without_files
from mailer.compose.skeleton.parts import Skeleton, marked_files
from mailer.compose.skeleton.readers import Key, Reader, key_of, read
from mailer.compose.skeleton.splicing import (
    columns_of,
    cut,
    dated,
    to_be_signed,
    with_signatures,
)
from mailer.errors import BadInput, MailerError, Refused, Unreachable
from mailer.releases.editions import FullRelease
from mailer.tokens import Purpose

__all__ = ["Compositor", "Setting", "Skeleton", "remake"]

log = structlog.get_logger(__name__)

#: So many skeletons are kept by a process: one for each cover, and each zone of an embargo.
KEPT = 256


class Setting(NamedTuple):
    """A message ready to be handed over, and what it takes to make it again."""

    message: ComposedMessage
    skeleton: Skeleton


class _Moments(NamedTuple):
    """When messages are made."""

    #: Dates those that were not attempted before.
    at: datetime
    #: An embargo that has passed by then is not told.
    told_at: datetime


@dataclass(frozen=True)
class _Kept:
    """A skeleton in the cache; it holds the release, so that no other can take its place there."""

    full: FullRelease
    #: None: these messages cannot be spliced.
    skeleton: Skeleton | None


class Compositor:
    """Composes the messages of one worker process; its threads may share it."""

    def __init__(
        self, identity: Identity, *, counted: Callable[[Letter], Letter] | None = None
    ) -> None:
        """The identity is that of every message; `counted` gives a letter its pages."""
        self._identity, self._counted = identity, counted
        self._kept: OrderedDict[tuple[int, Key], _Kept] = OrderedDict()
        self._lock = Lock()
        #: Whether composing takes long, and for the most part without the interpreter.
        self.signs = bool(identity.signers)

    def set_wave(
        self,
        deliveries: Sequence[Addressee],
        full: FullRelease,
        *,
        at: datetime,
        told_at: datetime | None = None,
    ) -> list[Setting | str]:
        """A message for each delivery, or why there can be none, in the order of the deliveries.

        `at` dates those that were not attempted before; an embargo that has passed by `told_at`,
        which is `at` if not said, is not told. The skeletons of a release are kept for as long as
        the same `full` is given.
        """
        when = _Moments(at, told_at or at)
        settings: list[Setting | str] = [""] * len(deliveries)
        groups: dict[Key, list[Reader]] = {}
        date_of = cache(partial(dated, zone_name=full.office.zone))
        for number, delivery in enumerate(deliveries):
            try:
                reader = read(number, delivery, date=date_of(delivery.first_attempt_at or at))
            except Exception as defect:  # noqa: BLE001
                settings[number] = _why(defect)
                continue
            if reader is None:
                settings[number] = self._whole(delivery, full, when)
            else:
                groups.setdefault(key_of(delivery, full, told_at=when.told_at), []).append(reader)
        for key, readers in groups.items():
            found = self._group(key, readers, full, when)
            for reader, setting in zip(readers, found, strict=True):
                settings[reader.number] = setting
        return settings

    def _group(
        self, key: Key, readers: Sequence[Reader], full: FullRelease, when: _Moments
    ) -> Sequence[Setting | str]:
        """The messages of readers who share a skeleton."""
        try:
            skeleton = self._skeleton(key, readers[0], full, when)
            if skeleton is not None:
                return self._spliced(skeleton, readers)
        except Unreachable:
            raise
        except Exception as defect:  # noqa: BLE001
            return [_why(defect)] * len(readers)
        return [self._whole(reader.delivery, full, when) for reader in readers]

    def _whole(self, delivery: Addressee, full: FullRelease, when: _Moments) -> Setting | str:
        """The message by the long way: one letter's defect must not stop the others."""
        try:
            letter = self._letter(delivery, full, when)
            message = compose(letter)
        except Unreachable:
            raise
        except Exception as defect:  # noqa: BLE001
            return _why(defect)
        files = letter.enclosures.held
        marked = marked_files(without_files(message.data, files))
        held = {file.file_id: file for file in files}
        return Setting(message, Skeleton(marked, is_personal=True, files=held))

    def _letter(self, delivery: Addressee, full: FullRelease, when: _Moments) -> Letter:
        letter = write_letter(delivery, full, identity=self._identity, **when._asdict())
        return self._counted(letter) if self._counted else letter

    def _skeleton(
        self, key: Key, reader: Reader, full: FullRelease, when: _Moments
    ) -> Skeleton | None:
        with self._lock:
            kept = self._kept.get((id(full), key))
            if kept is None:
                kept = _Kept(full, self._proven(reader, full, when))
                self._kept[id(full), key] = kept
            self._kept.move_to_end((id(full), key))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return kept.skeleton

    def _proven(self, reader: Reader, full: FullRelease, when: _Moments) -> Skeleton | None:
        """The skeleton, if its first message is octet by octet what the long way makes of it."""
        letter = self._letter(reader.delivery, full, when)
        whole = compose(letter)
        try:
            skeleton = cut(letter)
            if self._spliced(skeleton, [reader])[0].message == whole:
                return skeleton
            cause = "the spliced message is another one"
        except Refused as refused:
            cause = str(refused)
        log.warning(
            "messages cannot be spliced, so each is composed whole",
            release_id=full.release.id,
            cover=letter.cover_language,
            cause=cause,
        )
        return None

    def _spliced(self, skeleton: Skeleton, readers: Sequence[Reader]) -> list[Setting]:
        identity, count = self._identity, len(readers)
        people = [reader.personal for reader in readers]
        columns = columns_of(skeleton, people, keyring=identity.keyring)
        signatures: list[list[str]] = []
        if identity.signers:
            hashes, octets = to_be_signed(skeleton, columns, count=count)
            signatures = [
                list(map(signer.sign, column))
                for signer, column in zip(identity.signers, octets, strict=True)
            ]
            columns = with_signatures(columns, hashes=hashes, signatures=signatures)
        row_ids = [one.row_id for one in people]
        bounces = identity.keyring.sign_many(Purpose.BOUNCE, row_ids)
        back, domain = "b+", f"@{identity.bounce_domain}"
        is_ready = skeleton.is_wire_ready
        return [
            Setting(
                ComposedMessage(
                    f"{back}{token}{domain}",
                    reader.recipient,
                    reader.delivery.message_id,
                    data,
                    False,
                    reader.personal.row_id,
                    signed,
                    is_ready,
                ),
                skeleton,
            )
            for reader, token, data, signed in zip(
                readers,
                bounces,
                skeleton.form.filled(columns, count=count),
                zip(*signatures, strict=True) if signatures else repeat((), count),
                strict=True,
            )
        ]


def remake(
    skeleton: Skeleton, delivery: Addressee, *, identity: Identity, signatures: Sequence[str]
) -> bytes:
    """The very octets that were sent, from the skeleton and the delivery with its signatures.

    Neither the office nor the edition nor any private key is asked. Raises NotFound when the
    secret key of its tokens is gone, Refused when the delivery does not hold what was sent.
    """
    if skeleton.is_personal:
        return skeleton.whole
    reader = _as_sent(skeleton, delivery)
    if reader is None or len(signatures) != len(skeleton.signed_heads):
        raise Refused("what is kept of the delivery is not enough to make its message again")
    columns = columns_of(skeleton, [reader.personal], keyring=identity.keyring)
    if signatures:
        hashes, _ = to_be_signed(skeleton, columns, count=1)
        rows = [[signature] for signature in signatures]
        columns = with_signatures(columns, hashes=hashes, signatures=rows)
    return next(skeleton.form.filled(columns, count=1))


def _as_sent(skeleton: Skeleton, delivery: Addressee) -> Reader | None:
    """The reader of a message that was spliced; None when she was erased since."""
    if delivery.first_attempt_at is None:
        return None
    try:
        return read(0, delivery, date=dated(delivery.first_attempt_at, zone_name=skeleton.zone))
    except BadInput:
        return None


def _why(defect: Exception) -> str:
    """Why a message cannot be composed. Never the words of a defect of ours: they may quote it."""
    if isinstance(defect, MailerError):
        return str(defect)
    where = traceback.extract_tb(defect.__traceback__)[-1]
    return f"a defect of ours, {type(defect).__name__} in {where.name}, line {where.lineno}"
