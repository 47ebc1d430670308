"""Mail that came to the bounce domain: kept raw first, then read, then acted upon.

Only a token that we signed tells which delivery it is about. Without one a report is kept and
shown, and changes nothing: otherwise anyone could silence a journalist with a forged bounce.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from mailer import clock, database
from mailer.database import insert
from mailer.delivery.refusal import BounceClass
from mailer.errors import BadToken
from mailer.feedback import effects, leaving
from mailer.feedback.classification import Finding
from mailer.feedback.recording import record_event
from mailer.feedback.returned.notices import ReportedRecipient
from mailer.feedback.returned.reading import cleaned
from mailer.feedback.returned.reports import RETURN_ADDRESS, Report, read_report
from mailer.models import Delivery, DeliveryStatus, EventKind, InboundKind, InboundMessage
from mailer.tokens import Keyring, Purpose

logger = structlog.get_logger(__name__)

PURPOSES = {"b": Purpose.BOUNCE, "u": Purpose.UNSUBSCRIBE}
EVENTS = {
    InboundKind.BOUNCE: EventKind.BOUNCED,
    InboundKind.DELAYED: EventKind.DELAYED,
    InboundKind.COMPLAINT: EventKind.COMPLAINED,
    InboundKind.AUTOREPLY: EventKind.AUTOREPLIED,
    InboundKind.REPLY: EventKind.REPLIED,
}


@dataclass(frozen=True)
class ReturnTicket:
    """What a return address of ours says: which delivery, and what it is good for."""

    purpose: Purpose
    delivery_id: int


def ticket_in(address: str, *, keyring: Keyring) -> ReturnTicket | None:
    """The ticket in an address such as b+TOKEN@bounce.example; None unless we signed it."""
    found = RETURN_ADDRESS.match(address.strip().strip("<>"))
    if found is None:
        return None
    purpose = PURPOSES[found.group(1).lower()]
    try:
        return ReturnTicket(purpose, keyring.verify(purpose, found.group(2)).row_id)
    except BadToken:
        return None


def store(
    session: Session, *, envelope_recipient: str, raw: bytes, now: datetime
) -> InboundMessage | None:
    """Keep a message as it arrived; None when the same one is here already."""
    recipient = cleaned(envelope_recipient.strip())
    digest = sha256(recipient.lower().encode() + b"\0" + raw).hexdigest()
    message = insert(session, InboundMessage).values(
        envelope_recipient=recipient, digest=digest, raw=raw, received_at=now, note=""
    )
    once = message.on_conflict_do_nothing(index_elements=["digest"])
    new = session.exec(once.returning(col(InboundMessage.id))).first()
    return session.get(InboundMessage, new[0]) if new else None


def waiting(session: Session, *, limit: int = 100) -> list[int]:
    """The numbers of messages that are kept and not yet acted upon, the oldest first."""
    rows = session.exec(
        select(InboundMessage.id)
        .where(col(InboundMessage.processed_at).is_(None))
        .order_by(col(InboundMessage.id))
        .limit(limit)
    )
    return [number for number in rows if number is not None]


def work_off(engine: sa.Engine, *, keyring: Keyring) -> int:
    """Act upon what waits, one transaction for each message; how many are done.

    For doors, at every tick: it is the rescuer of messages whose reader was killed, and of reports
    that were faster than our own record of the sending.
    """
    with database.reading(engine) as session:
        numbers = waiting(session)
    return sum(process_one(engine, number, keyring=keyring) for number in numbers)


def process_one(engine: sa.Engine, inbound_id: int, *, keyring: Keyring) -> bool:
    """Act upon one message in a transaction of its own; False when it must wait."""
    with database.writing(engine) as session:
        inbound = session.get(InboundMessage, inbound_id, with_for_update=True)
        if inbound is None or inbound.processed_at is not None:
            return False
        return process(session, inbound, keyring=keyring, now=clock.now())


def process(session: Session, inbound: InboundMessage, *, keyring: Keyring, now: datetime) -> bool:
    """Act upon a message; False when it must wait, because its delivery is just being sent.

    What cannot be acted upon is kept with a note and not tried again for ever.
    """
    try:
        with session.begin_nested():
            told = _act(session, inbound, keyring=keyring, now=now)
    except OperationalError:
        raise
    except Exception as broken:  # noqa: BLE001 – one bad report must not stop the others for ever
        # Its text may hold an address, so only its kind is logged.
        error = type(broken).__name__
        logger.warning("returned mail not processed", inbound_id=inbound.id, error=error)
        told = _Told(InboundKind.OTHER, note=f"could not be processed: {error}")
    if told is None:
        return False
    inbound.kind, inbound.note, inbound.delivery_id = told.kind, told.note, told.delivery_id
    inbound.processed_at = now
    session.add(inbound)
    session.flush()
    logger.info(
        "returned mail processed",
        inbound_id=inbound.id,
        kind=told.kind.value,
        delivery_id=told.delivery_id,
    )
    return True


@dataclass(frozen=True)
class _Told:
    kind: InboundKind
    delivery_id: int | None = None
    note: str = ""


def _act(
    session: Session, inbound: InboundMessage, *, keyring: Keyring, now: datetime
) -> _Told | None:
    report = read_report(inbound.raw)
    addresses = (inbound.envelope_recipient, *report.return_addresses)
    ticket = _first_ticket(addresses, keyring=keyring)
    if ticket is None:
        note = report.note or "no token of ours: kept, and nothing changed"
        return _Told(report.kind, note=note)
    delivery = session.get(Delivery, ticket.delivery_id, populate_existing=True)
    if delivery is None:
        return _Told(report.kind, note="its delivery is gone: nothing changed")
    if ticket.purpose is Purpose.UNSUBSCRIBE:
        leaving.unsubscribe(session, ticket.delivery_id, keyring=keyring, source="mail", now=now)
        return _Told(InboundKind.UNSUBSCRIBE, ticket.delivery_id)
    if delivery.status is DeliveryStatus.SENDING:
        # It was faster than our own record; what that record says must not be lost.
        return None
    _record(session, inbound, report, delivery, keyring=keyring, now=now)
    return _Told(report.kind, ticket.delivery_id, note=report.note)


def _first_ticket(addresses: Iterable[str], *, keyring: Keyring) -> ReturnTicket | None:
    tickets = (ticket_in(address, keyring=keyring) for address in addresses)
    return next((ticket for ticket in tickets if ticket), None)


def _record(
    session: Session,
    inbound: InboundMessage,
    report: Report,
    delivery: Delivery,
    *,
    keyring: Keyring,
    now: datetime,
) -> None:
    kind = EVENTS.get(report.kind)
    if kind is None or delivery.id is None:
        return
    recipient = _about(delivery, report.recipients)
    finding = _finding(delivery, recipient) if kind is EventKind.BOUNCED else None
    # Another copy of a report, by another way, has the same Message-ID.
    source = sha256((report.message_id or inbound.digest).encode()).hexdigest()[:32]
    is_new = record_event(
        session,
        delivery_id=delivery.id,
        kind=kind,
        source_key=f"{kind}:{delivery.id}:{source}",
        occurred_at=inbound.received_at,
        details=_details(inbound, recipient, finding),
    )
    if is_new:
        effects.follow(
            session,
            delivery,
            kind,
            keyring=keyring,
            source=f"report {inbound.id}",
            now=now,
            finding=finding,
        )


def _about(
    delivery: Delivery, recipients: tuple[ReportedRecipient, ...]
) -> ReportedRecipient | None:
    """Of those a report speaks of, the one that is ours; else the first that failed."""
    ours = [one for one in recipients if _is_mailbox(one.address, delivery.email)]
    failed = [one for one in recipients if one.finding]
    return next(iter([*(one for one in ours if one.finding), *failed, *ours, *recipients]), None)


def _is_mailbox(address: str, ours: str) -> bool:
    # Inside one house the domain is often rewritten; the mailbox is the same.
    local, _, _ = address.lower().rpartition("@")
    return bool(local) and local == ours.lower().rpartition("@")[0]


def _finding(delivery: Delivery, recipient: ReportedRecipient | None) -> Finding | None:
    finding = recipient.finding if recipient else None
    if finding is None or recipient is None or not recipient.address:
        return finding
    if _is_mailbox(recipient.address, delivery.email):
        return finding
    # She forwards her mail, or a list has many members: their dead mailbox is not hers.
    if finding.bounce_class is BounceClass.HARD:
        return Finding(finding.reason, BounceClass.SOFT, is_clear=False)
    return finding


def _details(
    inbound: InboundMessage, recipient: ReportedRecipient | None, finding: Finding | None
) -> dict[str, object]:
    details: dict[str, object] = {"inbound_id": inbound.id}
    if recipient:
        details |= {"status": recipient.status, "diagnostic": recipient.diagnostic[:500]}
    if finding:
        details |= {"bounce_class": finding.bounce_class, "reason": finding.reason}
    return details
