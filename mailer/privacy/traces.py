"""Traces outside of the address book: deliveries and returned mail that are about one person."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts.privacy.subject import DataSubject
from mailer.contacts.privacy.wording import Words
from mailer.models import Delivery, Desk, InboundMessage, Journalist, Role

#: So many raw messages are in memory at once.
MESSAGES_AT_ONCE = 50
#: What is written otherwise than it reads: parts and headers (RFC 2045 section 6, RFC 2047).
ENCODED = re.compile(rb"base64|quoted-printable|=\?", re.IGNORECASE)


def by_number(subject: DataSubject) -> sa.ColumnElement[bool]:
    """Deliveries that name her record, her job or her desk."""
    return sa.or_(
        col(Delivery.journalist_id).in_(subject.numbers(Journalist)),
        col(Delivery.role_id).in_(subject.numbers(Role)),
        col(Delivery.desk_id).in_(subject.numbers(Desk)),
    )


def by_address(subject: DataSubject) -> sa.ColumnElement[bool]:
    """Deliveries to an address that only she reads, whoever read it then."""
    spelt = {form for one in subject.own_spellings for form in (one, one.lower())}
    return sa.or_(
        col(Delivery.address_id).in_(subject.own_numbers),
        col(Delivery.email).in_(spelt),
        sa.func.lower(col(Delivery.email)).in_(spelt),
    )


def of_hers(subject: DataSubject) -> sa.ColumnElement[bool]:
    """Deliveries that are told to her: of those to her address none that was somebody else's."""
    nobodys = sa.and_(
        col(Delivery.journalist_id).is_(None),
        col(Delivery.desk_id).is_(None),
        col(Delivery.role_id).is_(None),
    )
    return sa.or_(by_number(subject), sa.and_(nobodys, by_address(subject)))


def inbound(session: Session) -> Iterator[InboundMessage]:
    """Returned mail of which the raw text is kept, the oldest first, some at a time."""
    last = 0
    query = select(InboundMessage).order_by(col(InboundMessage.id)).limit(MESSAGES_AT_ONCE)
    while some := session.exec(
        query.where(col(InboundMessage.id) > last, sa.func.length(col(InboundMessage.raw)) > 0)
    ).all():
        for message in some:
            yield message
            session.expunge(message)
        last = some[-1].id or 0


def raw_mail(session: Session) -> Iterator[tuple[int, int | None, bytes]]:
    """The same as number, delivery and raw text alone: a tenth of the work where few are hers."""
    number, delivery_id, raw = (
        col(InboundMessage.id),
        col(InboundMessage.delivery_id),
        col(InboundMessage.raw),
    )
    query = sa.select(number, delivery_id, raw).order_by(number).limit(MESSAGES_AT_ONCE)
    last = 0
    while some := session.execute(query.where(number > last, sa.func.length(raw) > 0)).all():
        for one, of, text in some:
            yield one or 0, of, text
        last = some[-1][0] or 0


def is_from(raw: bytes, addresses: set[str]) -> bool:
    """Whether the message says that it is from one of these addresses."""
    whole = raw.lower()
    if not any(one.lower().encode() in whole for one in addresses):
        return False  # an address is never encoded: most messages need not be read
    written = _parsed(raw).get_all("From") or []
    senders = {address.lower() for _, address in getaddresses([str(one) for one in written])}
    return bool(senders & {one.lower() for one in addresses})


def speaks_of(raw: bytes, words: Words) -> bool:
    """Whether a name or an address stands in the message, as sent or decoded."""
    if words.is_in(raw.decode("utf-8", errors="replace")):
        return True
    is_plain = raw.isascii() and not ENCODED.search(raw)
    return not is_plain and any(words.is_in(text) for text in texts(raw))


def texts(raw: bytes, *, only_plain: bool = False) -> Iterator[str]:
    """The headers and the text parts of a message, decoded as far as they can be."""
    message = _parsed(raw)
    for part in message.walk():
        if not only_plain:
            yield from (f"{name}: {value}" for name, value in _headers(part))
        kind = part.get_content_type()
        if kind == "text/plain" or (not only_plain and part.get_content_maintype() == "text"):
            yield _decoded(part)


def subject_of(raw: bytes) -> str:
    """The subject of a message, decoded."""
    return dict(_headers(_parsed(raw))).get("Subject", "")


def _parsed(raw: bytes) -> Message:
    return message_from_bytes(raw, policy=policy.default)


def _headers(part: Message) -> list[tuple[str, str]]:
    try:
        return [(name, str(value)) for name, value in part.items()]
    except Exception:  # noqa: BLE001 – the library stumbles over what strangers write
        return []


def _decoded(part: Message) -> str:
    try:
        octets = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 – as above
        return ""
    if not isinstance(octets, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    try:
        return octets.decode(charset, errors="replace")
    except LookupError:
        return octets.decode("utf-8", errors="replace")
