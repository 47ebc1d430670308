"""The files that a release carries, as its messages, its list and its pages need them."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakValueDictionary

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.models import Attachment, AttachmentKind, StoredFile
from mailer.releases.files.kinds import SHORT_NAMES
from mailer.releases.files.storing import octets_of
from mailer.settings.sections import MOST_ATTACHED


@dataclass(frozen=True)
class CarriedFile:
    """A file of a release, without what it holds."""

    attachment_id: int
    file_id: int
    name: str
    #: The edition that it belongs to; empty: all of them.
    language: str
    kind: AttachmentKind
    media_type: str
    size: int
    #: What it is known by, whatever it is called.
    digest: str = ""
    width: int = 0
    height: int = 0
    #: Whether there is a smaller one for messages.
    has_small: bool = False
    #: What a message loads of a picture that it shows, in bytes.
    shown_size: int = 0
    alts: dict[str, str] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    credit: str = ""
    rights: str = ""
    rights_said: dict[str, str] = field(default_factory=dict)

    @property
    def is_document(self) -> bool:
        """Whether it comes with the text, and is not shown by it."""
        return self.kind is AttachmentKind.DOCUMENT

    @property
    def short_type(self) -> str:
        """Such as PDF."""
        return SHORT_NAMES.get(self.media_type, self.media_type)


@dataclass(frozen=True)
class HeldFile:
    """What a file holds, as it stands in a message."""

    file_id: int
    octets: bytes = field(repr=False)

    @cached_property
    def coded(self) -> bytes:
        """In base64, in lines of 76 (RFC 2045 section 6.8), without an end after the last."""
        return base64.encodebytes(self.octets).rstrip(b"\n").replace(b"\n", b"\r\n")


#: A release is read anew every few seconds while it goes out: what its files hold stands in memory
#: once, for as long as anybody needs it. What a stored file holds never changes.
_HELD: WeakValueDictionary[tuple[int, str], HeldFile] = WeakValueDictionary()


@dataclass(frozen=True)
class Logo:
    """The logo of the office."""

    held: HeldFile
    digest: str
    media_type: str
    width: int
    height: int


def carried_by(session: Session, release_id: int) -> tuple[CarriedFile, ...]:
    """The files of a release, in order."""
    small = aliased(StoredFile)
    rows = session.execute(
        sa.select(
            Attachment,
            col(StoredFile.media_type),
            col(StoredFile.size),
            col(StoredFile.digest),
            col(StoredFile.width),
            col(StoredFile.height),
            col(small.size),
        )
        .join(StoredFile, col(StoredFile.id) == col(Attachment.file_id))
        .outerjoin(small, col(small.id) == col(StoredFile.small_id))
        .where(col(Attachment.release_id) == release_id)
        .order_by(col(Attachment.position), col(Attachment.id))
    )
    return tuple(_carried(*row) for row in rows)


def _carried(
    row: Attachment,
    media_type: str,
    size: int,
    digest: str,
    width: int | None,
    height: int | None,
    small_size: int | None,
) -> CarriedFile:
    return CarriedFile(
        attachment_id=row.id or 0,
        file_id=row.file_id,
        name=row.name,
        language=row.language,
        kind=row.kind,
        media_type=media_type,
        size=size,
        digest=digest,
        width=width or 0,
        height=height or 0,
        has_small=small_size is not None,
        shown_size=size if small_size is None else small_size,
        alts=row.alts,
        captions=row.captions,
        credit=row.credit,
        rights=row.rights,
        rights_said=row.rights_said,
    )


def held_documents(session: Session, files: Sequence[CarriedFile]) -> dict[int, HeldFile]:
    """What the documents hold that messages may carry, by the numbers of their stored files."""
    wanted = {one.file_id: (one.file_id, one.digest) for one in _small_enough(files)}
    held = {number: _HELD.get(key) for number, key in wanted.items()}
    missing = [number for number, one in held.items() if one is None]
    read = {
        number: HeldFile(number, found) for number, found in octets_of(session, missing).items()
    }
    _HELD.update({wanted[number]: one for number, one in read.items()})
    return {number: one for number, one in held.items() if one is not None} | read


def _small_enough(files: Sequence[CarriedFile]) -> Iterator[CarriedFile]:
    """No more than any office may attach to a message, in any one of its languages."""
    for language in {file.language for file in files} | {""}:
        documents = [one for one in in_language(files, language) if one.is_document]
        if sum(one.size for one in documents) <= MOST_ATTACHED:
            yield from documents


def logo_of(session: Session, logo_id: int | None) -> Logo | None:
    """The logo of that number."""
    row = session.get(StoredFile, logo_id) if logo_id else None
    if row is None:
        return None
    held = HeldFile(row.id or 0, row.octets)
    return Logo(held, row.digest, row.media_type, row.width or 0, row.height or 0)


def in_language(files: Sequence[CarriedFile], language: str) -> list[CarriedFile]:
    """Those of an edition: its own, and those of all editions unless it has one of that name."""
    own = {file.name for file in files if file.language == language}
    return [
        file
        for file in files
        if file.language == language or (not file.language and file.name not in own)
    ]
