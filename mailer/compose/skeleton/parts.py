"""The parts of a message that many get: octets that are the same for all of them, and named slots.

Kept beside what was sent, they are enough to make the very octets again years later, when the
office, the edition and even the keys have changed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from itertools import repeat
from typing import NamedTuple, Self

from mailer.compose.message import is_wire_ready
from mailer.compose.parts import MARKED
from mailer.compose.signing.dkim import LINE, relaxed_body, relaxed_head, relaxed_header
from mailer.errors import BadInput
from mailer.releases.files.carried import HeldFile
from mailer.tokens import Purpose

#: The first line of a kept skeleton. A later form gets a number of its own; this one is read on.
FORMAT = b"press mailer skeleton 1\n"
#: Stands around the name of a slot: no message holds it (RFC 5321 section 4.5.2).
MARK = b"\0"
#: Ends a line that goes on (RFC 2045 section 6.7 rule 5), also in the middle of a token.
SOFT_BREAK = b"=\r\n"
NO_FILES: Mapping[int, HeldFile] = {}


class Place(StrEnum):
    """What stands in a slot."""

    TO = "to"
    DATE = "date"
    MESSAGE_ID = "message-id"
    IN_REPLY_TO = "in-reply-to"
    REFERENCES = "references"
    TOKEN = "token"  # noqa: S105
    SOURCE = "source"
    GREETING = "greeting"
    FILE = "file"
    SIGNED_AT = "signed-at"
    BODY_HASH = "body-hash"
    SIGNATURE = "signature"


class Slot(NamedTuple):
    """A place in a message that differs from recipient to recipient."""

    place: Place
    #: What a token is good for.
    purpose: Purpose | None = None
    #: Which link a token counts, which signature it is, which part a line stands in, or which of
    #: the stored files it is.
    number: int = 0
    #: So many letters of a token stand before a soft break; 0: it is whole.
    torn_at: int = 0

    @property
    def word(self) -> str:
        """The name under which it is kept."""
        return f"{self.place}/{self.purpose or ''}/{self.number}/{self.torn_at}"

    @property
    def mark(self) -> bytes:
        """How it stands among the octets."""
        return MARK + self.word.encode("ascii") + MARK

    @classmethod
    def read(cls, word: str) -> Self:
        """The slot of that name."""
        place, purpose, number, torn_at = word.split("/")
        return cls(Place(place), Purpose(purpose) if purpose else None, int(number), int(torn_at))


TO, DATE, MESSAGE_ID = Slot(Place.TO), Slot(Place.DATE), Slot(Place.MESSAGE_ID)
IN_REPLY_TO, REFERENCES = Slot(Place.IN_REPLY_TO), Slot(Place.REFERENCES)
SOURCE_IN_TEXT, SOURCE_IN_HTML = Slot(Place.SOURCE), Slot(Place.SOURCE, number=1)
GREETING_IN_TEXT, GREETING_IN_HTML = Slot(Place.GREETING), Slot(Place.GREETING, number=1)
SIGNED_AT, BODY_HASH = Slot(Place.SIGNED_AT), Slot(Place.BODY_HASH)


def signature(number: int) -> Slot:
    """Where the signature of that number stands; 0 is the first."""
    return Slot(Place.SIGNATURE, number=number)


def marked_files(data: bytes) -> bytes:
    """The octets with slots in place of the marks of files."""
    return MARKED.sub(lambda found: Slot(Place.FILE, number=int(found[1])).mark, data)


#: What stands in each slot, one value for each of several recipients.
Columns = Mapping[Slot, Sequence[bytes]]


@dataclass(frozen=True)
class Form:
    """Octets with slots between them, ready to be filled in."""

    #: Every second one is a slot, empty here.
    pieces: tuple[bytes, ...]
    slots: tuple[Slot, ...]

    @classmethod
    def read(cls, marked: bytes) -> Self:
        """The form of octets among which slots are marked."""
        parts = marked.split(MARK)
        slots = tuple(Slot.read(word.decode("ascii")) for word in parts[1::2])
        parts[1::2] = [b""] * len(slots)
        return cls(tuple(parts), slots)

    def filled(self, columns: Columns, *, count: int) -> Iterator[bytes]:
        """The octets for each of `count` recipients."""
        if not self.slots:
            yield from repeat(self.pieces[0], count)
            return
        pieces = list(self.pieces)
        for row in zip(*(columns[slot] for slot in self.slots), strict=True):
            pieces[1::2] = row
            yield b"".join(pieces)


@dataclass(frozen=True)
class Skeleton:
    """A message without its personal parts, or one whole message to one person."""

    #: The octets, with marks where the slots are.
    marked: bytes
    #: The key that signs its tokens.
    key_number: int = 0
    #: The zone of its Date.
    zone: str = "UTC"
    #: Whether it is one whole message, which goes when that person is erased.
    is_personal: bool = False
    #: What stands in the slots of its files; they are kept apart, each once for all messages.
    files: Mapping[int, HeldFile] = field(default_factory=dict, compare=False, repr=False)

    @property
    def parts(self) -> tuple[bytes | Slot, ...]:
        """The static octets and the slots, in turn."""
        parts = self.marked.split(MARK)
        return tuple(
            Slot.read(part.decode("ascii")) if place % 2 else part
            for place, part in enumerate(parts)
        )

    @property
    def file_ids(self) -> list[int]:
        """The stored files that stand in it."""
        return sorted({slot.number for slot in self.form.slots if slot.place is Place.FILE})

    @property
    def whole(self) -> bytes:
        """The message, of one that has no slots but those of files."""
        return next(self.form.filled(self.file_columns(1), count=1))

    def file_columns(self, count: int) -> dict[Slot, Sequence[bytes]]:
        """What stands in the slots of files, the same for each of `count` recipients."""
        return {
            Slot(Place.FILE, number=number): [self.files[number].coded] * count
            for number in self.file_ids
        }

    @cached_property
    def form(self) -> Form:
        """The whole message."""
        return Form.read(self.marked)

    @cached_property
    def signed_heads(self) -> tuple[Form, ...]:
        """What each of its signatures signs: the headers and its own, in canonical form."""
        head = self.marked.partition(b"\r\n\r\n")[0]
        lines = relaxed_head(head)
        own = (line for line in LINE.split(head) if line.startswith(b"DKIM-Signature:"))
        blank = (line.replace(signature(n).mark, b"") for n, line in enumerate(own))
        return tuple(Form.read(lines + relaxed_header(line)) for line in blank)

    @cached_property
    def signed_body(self) -> Form:
        """Its body in canonical form."""
        return Form.read(relaxed_body(self.marked.partition(b"\r\n\r\n")[2]))

    @cached_property
    def is_wire_ready(self) -> bool:
        """Whether every message of it can go over the wire as it is; no slot begins with a dot."""
        return is_wire_ready(self.marked)

    @cached_property
    def digest(self) -> bytes:
        """What it is known by: the same message is kept once."""
        return sha256(self.dump()).digest()

    def dump(self) -> bytes:
        """All of it as octets that any later version reads: a line of JSON, then the message."""
        facts = {
            "key": self.key_number,
            "zone": self.zone,
            "personal": self.is_personal,
        }
        return FORMAT + json.dumps(facts, sort_keys=True).encode("ascii") + b"\n" + self.marked

    @classmethod
    def load(cls, octets: bytes, files: Mapping[int, HeldFile] = NO_FILES) -> Self:
        """The skeleton that was dumped; `files` stand in it. Raises BadInput when it is none."""
        if not octets.startswith(FORMAT):
            raise BadInput("what is kept of this message was not written by this version: upgrade")
        line, _, marked = octets[len(FORMAT) :].partition(b"\n")
        facts = json.loads(line)
        return cls(
            marked=marked,
            key_number=facts["key"],
            zone=facts["zone"],
            is_personal=facts["personal"],
            files=files,
        )
