"""Recipients whose messages can be spliced, and which of them share a skeleton."""

from datetime import datetime
from typing import NamedTuple

from mailer.compose.covers.notice import told_source
from mailer.compose.covers.own_words import told_line
from mailer.compose.letter import Addressee
from mailer.compose.skeleton.splicing import Personal, personal
from mailer.compose.wire import on_wire
from mailer.models import LegalBasis, TrackingMode
from mailer.releases.editions import FullRelease

#: What of a delivery makes another skeleton.
Key = tuple[
    int | None, str, str, TrackingMode, bool, str, bool, LegalBasis | None, bool, bool, bool, bool
]


class Reader(NamedTuple):
    """A recipient whose message can be spliced."""

    #: Her place in the wave.
    number: int
    delivery: Addressee
    recipient: str
    personal: Personal


def read(number: int, delivery: Addressee, *, date: tuple[bytes, bytes]) -> Reader | None:
    """The reader of that delivery; None when her message must be composed whole."""
    if delivery.personal_note:
        return None
    recipient = on_wire(delivery.email)
    values = personal(
        delivery.id or 0,
        name=delivery.recipient_name,
        recipient=recipient,
        message_id=delivery.message_id,
        date=date,
        thread=delivery.in_reply_to,
        source=_source(delivery),
        greeting=told_line(delivery.greeting),
    )
    return None if values is None else Reader(number, delivery, recipient, values)


def key_of(delivery: Addressee, full: FullRelease, *, told_at: datetime) -> Key:
    """What of the delivery makes another skeleton, when it is told at that moment."""
    return (
        delivery.revision_id,
        delivery.edition_language,
        delivery.cover_language,
        delivery.tracking,
        delivery.plain_text_only,
        # Only an embargo and an occasion are told on the reader's own clock.
        delivery.zone if full.tells_time(told_at) else "",
        # Once it has passed, all share one that says nothing of it.
        full.embargo_at(told_at) is not None,
        delivery.notice_basis,
        # Whom we have the data from is spliced; words of the catalog stand for nobody.
        bool(_source(delivery)),
        bool(delivery.in_reply_to),
        # Whether files are attached makes no other message where there are none.
        delivery.attaches_files and bool(full.files),
        bool(told_line(delivery.greeting)),
    )


def _source(delivery: Addressee) -> str:
    return told_source(delivery.notice_source) if delivery.notice_basis else ""
