"""Everything about one person and nothing of others, in one document (F8, GDPR Art. 15 and 20)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from mailer.contacts.inserting import chunked
from mailer.contacts.privacy.record import describe
from mailer.contacts.privacy.sealing import suppressions_of
from mailer.contacts.privacy.subject import DataSubject, find_data_subject
from mailer.errors import NotFound
from mailer.models import (
    Address,
    Delivery,
    DeliveryEvent,
    Distribution,
    InboundMessage,
    Journalist,
    Office,
    PersonalNote,
    Release,
    Revision,
    Role,
    TrackedLink,
)
from mailer.privacy import traces
from mailer.privacy.others import Others
from mailer.releases.offices import the_office
from mailer.tokens import Keyring

Document = dict[str, Any]
#: What of a delivery is about her.
OF_DELIVERY = (
    "email",
    "recipient_name",
    "outlet_name",
    "country",
    "zone",
    "reasons",
    "edition_language",
    "edition_rule",
    "cover_language",
    "cover_rule",
    "tracking",
    "plain_text_only",
    "notice_basis",
    "notice_source",
    "greeting",
    "personal_note",
    "status",
    "reason",
    "message_id",
    "attempt",
    "next_attempt_at",
    "first_attempt_at",
    "sent_at",
    "relay",
    "reply_code",
    "reply_text",
)


def export(session: Session, text: str, *, keyring: Keyring, now: datetime) -> Document:
    """The document about the person or the desk at that address, or with that number.

    Raises BadInput where several people read the address, NotFound where nothing leads to it.
    """
    subject = find_data_subject(session, text, today=now.date())
    deliveries = _deliveries(session, subject)
    inbound = _inbound(session, subject, {one["number"] for one in deliveries})
    if not (any(subject.rows.values()) or deliveries or inbound) and not suppressions_of(
        session, subject.own, keyring=keyring
    ):
        raise NotFound(f"nothing is kept of {text}: see `mailer contacts show {text}`")
    book = describe(session, subject, keyring=keyring)
    notes = _notes(session, subject)
    told = {**book, "notes": notes, "deliveries": deliveries, "inbound": inbound}
    document = Others(session, subject, within=told).out_of(told)
    return {"made_at": now, "controller": _controller(the_office(session)), **document}


def _controller(office: Office) -> Document:
    """Who answers for the data: a public address, and no person's."""
    return {
        "name": office.name,
        "postal_address": office.postal_address,
        "contact": office.reply_to,
        "privacy_notice": office.privacy_url,
        "legal_profile": office.legal_profile,
    }


def _deliveries(session: Session, subject: DataSubject) -> list[Document]:
    rows = session.exec(
        select(Delivery, Release.reference, Revision.title)
        .join(Distribution, col(Distribution.id) == Delivery.distribution_id)
        .join(Release, col(Release.id) == Distribution.release_id)
        .outerjoin(Revision, col(Revision.id) == Delivery.revision_id)
        .where(traces.of_hers(subject))
        .order_by(col(Delivery.id))
    ).all()
    events = _events(session, [row for row, _, _ in rows])
    return [
        {
            "number": row.id,
            "release": reference,
            "title": title or "",
            **{name: getattr(row, name) for name in OF_DELIVERY},
            "events": events.get(row.id or 0, []),
        }
        for row, reference, title in rows
    ]


def _notes(session: Session, subject: DataSubject) -> list[Document]:
    """What an officer wrote to stand above a release to her; at a shared address it may be for
    somebody else.
    """
    rows = session.exec(
        select(PersonalNote, Release.reference)
        .join(Release, col(Release.id) == PersonalNote.release_id)
        .where(col(PersonalNote.address_id).in_(subject.own_numbers))
        .order_by(col(PersonalNote.id))
    )
    return [
        {"release": reference, "text": row.text, "written_at": row.created_at}
        for row, reference in rows
    ]


def _events(session: Session, deliveries: Sequence[Delivery]) -> dict[int, list[Document]]:
    told: dict[int, list[Document]] = {}
    for chunk in chunked([row.id for row in deliveries]):
        rows = session.exec(
            select(DeliveryEvent, TrackedLink.url)
            .join(Delivery, col(Delivery.id) == DeliveryEvent.delivery_id)
            .outerjoin(
                TrackedLink,
                (col(TrackedLink.revision_id) == Delivery.revision_id)
                & (col(TrackedLink.number) == DeliveryEvent.link_number),
            )
            .where(col(DeliveryEvent.delivery_id).in_(chunk))
            .order_by(col(DeliveryEvent.occurred_at), col(DeliveryEvent.id))
        )
        for event, url in rows:
            told.setdefault(event.delivery_id, []).append(_event(event, url))
    return told


def _event(event: DeliveryEvent, url: str | None) -> Document:
    return {
        "occurred_at": event.occurred_at,
        "kind": event.kind,
        "agent": event.agent,
        "link": url,
        "details": event.details,
    }


def _inbound(session: Session, subject: DataSubject, delivery_ids: set[int]) -> list[Document]:
    """Returned mail about her deliveries, and what she wrote, as far as its text is kept."""
    hers, alone = [], subject.own_spellings - _once_read_by_others(session, subject)
    for number, delivery_id, raw in traces.raw_mail(session):
        wrote = traces.is_from(raw, subject.own_spellings)
        # What comes from an address that others read, or have read before her, may be theirs.
        if delivery_id in delivery_ids or (wrote and traces.is_from(raw, alone)):
            hers.append(_message(session.get_one(InboundMessage, number), wrote=wrote))
    return hers


def _once_read_by_others(session: Session, subject: DataSubject) -> set[str]:
    """How those of her addresses are spelt at which somebody else had a job, whenever that was."""
    rows = session.exec(
        select(Address.email, Address.normalised)
        .join(Role, col(Role.address_id) == Address.id)
        .where(
            col(Role.address_id).in_(subject.own_numbers),
            col(Role.journalist_id).not_in(subject.numbers(Journalist)),
        )
    )
    return {spelt for pair in rows for spelt in pair}


def _message(message: InboundMessage, *, wrote: bool) -> Document:
    return {
        "received_at": message.received_at,
        "kind": message.kind,
        "note": message.note,
        "is_from_you": wrote,
        "subject": traces.subject_of(message.raw),
        # A report of a server may speak of others; what it says of her stands with the event.
        "text": "\n".join(traces.texts(message.raw, only_plain=True)) if wrote else "",
    }
