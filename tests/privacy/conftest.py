"""Karen, who asks what we hold of her; Lars, her colleague, who does not; Anna of our office."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts.history import operation
from mailer.database import writing
from mailer.models import (
    TABLES,
    ContactImport,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    EventKind,
    InboundKind,
    InboundMessage,
    Journalist,
    KeptSkeleton,
    MediaList,
    MediaListEntry,
    OfficerRole,
    OperationKind,
    PressOfficer,
    Role,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    TrackingMode,
    Waiver,
)
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW, saved

KAREN, EARLIER = "Karen.Holm@havnebladet.example", "kholm@old-harbour.example"
DESK, LARS = "redaktion@havnebladet.example", "lars.bruun@havnebladet.example"
ANNA = "anna.officer@harbour.example"
#: What may be left nowhere once she is erased; the address in the forms that are written.
HERS = ("karen holm", "holm, karen", "karen.holm@havnebladet.example", "kholm@old-harbour.example")
#: What she may never be told.
OTHERS = ("Lars Bruun", LARS, ANNA, "Anna Officer", "lars@elsewhere.example")


@dataclass
class Story:
    """The numbers of it: rows are read anew by whoever looks."""

    karen: int
    lars: int
    sent: int
    waiting: int
    of_lars: int
    at_desk: int
    edit: int
    distribution: int
    release: int


def reply(sender: str, text: str) -> bytes:
    """A message from that sender, whose text only a decoder can read."""
    body = b64encode(text.encode()).decode()
    head = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    return (
        f"From: {sender}\nTo: duty@harbour.example\nSubject: Re: a code\n{head}"
        f"Content-Transfer-Encoding: base64\n\n{body}\n"
    ).encode()


@pytest.fixture
def story(engine: sa.Engine, keyring: Keyring) -> Story:
    """All of it, committed."""
    with writing(engine) as session:
        return tell(session, keyring)


def tell(session: Session, keyring: Keyring) -> Story:
    """Write the rows of the story."""
    office = factories.office(session)
    anna = saved(
        session,
        PressOfficer(
            email=ANNA,
            name="Anna Officer",
            password_hash="-",
            role=OfficerRole.APPROVER,
            created_at=NOW,
        ),
    )
    outlet = factories.outlet(session, public_note="Ask for Karen Holm after noon")
    karen = factories.journalist(
        session,
        KAREN,
        outlet=outlet,
        given_name="Karen",
        family_name="Holm",
        phone="+45 99 00 00 20",
        source="Karen Holm's card, given at the harbour fair",
        basis_source="a business card",
        private_note=f"Deputy is Lars Bruun, lars@elsewhere.example; told to {ANNA}",
        tracking=TrackingMode.INDIVIDUAL,
        tracking_consented_at=NOW,
    )
    lars = factories.journalist(
        session,
        LARS,
        outlet=outlet,
        given_name="Lars",
        family_name="Bruun",
        private_note="Deputy of KAREN HOLM",
    )
    desk = factories.address(session, DESK)
    for person in (karen, lars):
        job = Role(journalist_id=person.id or 0, outlet_id=outlet.id, address_id=desk.id)
        saved(session, job)
    role = session.exec(select(Role).where(Role.journalist_id == karen.id)).first()
    assert role is not None
    crime = saved(session, MediaList(name="Crime desk"))
    saved(session, MediaListEntry(list_id=crime.id or 0, role_id=role.id))
    rule = f"address:{KAREN.lower()},{LARS}"
    saved(session, MediaListEntry(list_id=crime.id or 0, criteria=rule))
    edit = _edits(session, karen, anna, role)
    release = factories.release(session, office)
    distribution = factories.distribution(session, release, criteria=rule)
    later = factories.distribution(session, release)
    by_karen = {
        "journalist_id": karen.id,
        "role_id": role.id,
        "recipient_name": "Karen Holm",
        "outlet_name": "Havnebladet",
        "provider": "havnebladet.example",
    }
    skeleton = saved(
        session,
        KeptSkeleton(
            digest=b"1" * 32, parts=b"To: Karen.Holm@havnebladet.example", is_personal=True
        ),
    )
    sent = factories.delivery(
        session,
        distribution,
        KAREN,
        **by_karen,
        status=DeliveryStatus.BOUNCED,
        reasons=[f"address {KAREN.lower()}"],
        sent_at=NOW,
        reply_code=250,
        reply_text=f"2.0.0 <{KAREN}> queued as 4711",
        skeleton_id=skeleton.id,
        content_hash="ab" * 32,
    )
    waiting = factories.delivery(session, later, KAREN, **by_karen)
    of_lars = factories.delivery(
        session,
        distribution,
        LARS,
        journalist_id=lars.id,
        recipient_name="Lars Bruun",
        status=DeliveryStatus.SENT,
        sent_at=NOW,
    )
    at_desk = factories.delivery(
        session, distribution, DESK, journalist_id=lars.id, recipient_name="Lars Bruun"
    )
    _comes_back(session, sent, of_lars)
    saved(
        session,
        Waiver(
            release_id=release.id or 0,
            finding="x",
            reason="Karen Holm said it is fine",
            waived_at=NOW,
        ),
    )
    saved(
        session,
        Suppression(
            address_hash=keyring.address_hash(KAREN.lower()),
            scope=SuppressionScope.TOPIC,
            scope_value="sports",
            reason=SuppressionReason.UNSUBSCRIBED,
            note=f"Karen Holm rang {ANNA}",
            source="link",
            created_at=NOW,
        ),
    )
    saved(
        session,
        ContactImport(file_name="Holm, Karen.vcf", digest="-", imported_at=NOW),
    )
    return Story(
        karen=karen.id or 0,
        lars=lars.id or 0,
        sent=sent.id or 0,
        waiting=waiting.id or 0,
        of_lars=of_lars.id or 0,
        at_desk=at_desk.id or 0,
        edit=edit,
        distribution=distribution.id or 0,
        release=release.id or 0,
    )


def _edits(session: Session, karen: Journalist, anna: PressOfficer, role: Role) -> int:
    """Her job had another address before, and Lars' note was about her."""
    now_at, before = role.address_id, factories.address(session, EARLIER)
    role.address_id = before.id
    session.flush()
    note = "Karen Holm has a new address"
    with operation(
        session, OperationKind.EDIT, source="page", officer_id=anna.id, note=note
    ) as recording:
        role.address_id = now_at
        karen.city = "Aarhus"
        karen.private_note = karen.private_note + "."
        session.flush()
    return recording.id


def _comes_back(session: Session, sent: Delivery, of_lars: Delivery) -> None:
    report = f"Final-Recipient: rfc822;{KAREN}\nDiagnostic-Code: no such user".encode()
    dsn = _inbound(session, report, "1", kind=InboundKind.BOUNCE, delivery_id=sent.id)
    written = reply(f"Karen <{KAREN}>", "Call me. Karen Holm. My deputy is Lars Bruun.")
    _inbound(session, written, "2", kind=InboundKind.REPLY)
    _inbound(session, reply(LARS, "Thank you"), "3", delivery_id=of_lars.id)
    saved(
        session,
        DeliveryEvent(
            delivery_id=sent.id or 0,
            kind=EventKind.BOUNCED,
            source_key="bounced:1",
            occurred_at=NOW + timedelta(minutes=1),
            details={
                "reason": "unknown_user",
                "bounce_class": "hard",
                "diagnostic": f"550 <{KAREN}> no such user",
                "inbound_id": dsn.id,
            },
        ),
    )


def _inbound(session: Session, raw: bytes, digest: str, **given: Any) -> InboundMessage:
    values: dict[str, Any] = {
        "kind": InboundKind.OTHER,
        "received_at": NOW,
        "processed_at": NOW,
    } | given
    return saved(
        session,
        InboundMessage(envelope_recipient="b+token@bounce", digest=digest, raw=raw, **values),
    )


def everything(engine: sa.Engine) -> Iterator[tuple[str, str]]:
    """Every cell of every table as text, with the name of its column."""
    with engine.connect() as connection:
        for table in TABLES.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings():
                for name, value in row.items():
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                    yield f"{table.name}.{name}", str(text).lower()


def left_of_her(engine: sa.Engine) -> list[str]:
    """The columns in which her name or an address of hers stands."""
    return sorted({place for place, text in everything(engine) if any(w in text for w in HERS)})


def left_in_files(home: Path) -> list[str]:
    """The files below a folder that hold her name or address."""
    return [
        str(path)
        for path in home.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes().lower() for word in HERS)
    ]


TODAY = date(2026, 11, 24)
