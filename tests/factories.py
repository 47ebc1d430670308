"""Makes rows for tests: each function gives a sensible fictional row, and takes what matters."""

import itertools
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from mailer import addresses
from mailer.contacts import media_lists
from mailer.distribution import batches
from mailer.distribution.batches import WAITING
from mailer.models import (
    Address,
    Batch,
    Delivery,
    Desk,
    Distribution,
    DistributionStatus,
    Edition,
    Journalist,
    MediaType,
    Occasion,
    Office,
    Outlet,
    PressContact,
    Release,
    ReleaseContact,
    Revision,
    Role,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
Row = TypeVar("Row", bound=SQLModel)
_numbers = itertools.count(1)


def saved(session: Session, row: Row) -> Row:
    """Add the row and give it its number."""
    session.add(row)
    session.flush()
    return row


def office(session: Session, **given: Any) -> Office:
    """The fictional Harbour Forum's press division in Luxembourg."""
    values: dict[str, Any] = {
        "key": "harbour",
        "name": "Harbour Forum Press Division",
        "names": {"da": "Havneforums presseafdeling"},
        "phone": "+352 99 00 00 10",
        "fax": "+352 99 00 00 11",
        "email": "press@harbour.example",
        "website": "www.harbour.example",
        "postal_address": "1 Quai des Exemples, L-0000 Luxembourg",
        "city": "Luxembourg",
        "from_name": "Harbour Forum Press",
        "from_address": "press@harbour.example",
        "reply_to": "duty@harbour.example",
        "list_name": "Press releases",
        "default_language": "en",
        "languages": ["en", "fr"],
        "zone": "Europe/Luxembourg",
    }
    return saved(session, Office(**(values | given)))


def address(session: Session, email: str) -> Address:
    """The row of that address, found or made."""
    read = addresses.parse(email)
    found = session.exec(select(Address).where(Address.normalised == read.normalised)).first()
    return found or saved(
        session, Address(email=read.typed, normalised=read.normalised, domain=read.domain)
    )


def outlet(session: Session, name: str = "Havnebladet", **given: Any) -> Outlet:
    """A Danish daily."""
    values: dict[str, Any] = {
        "media_type": MediaType.DAILY,
        "publication_languages": ["da"],
        "country": "DK",
        "city": "Aarhus",
        "zone": "Europe/Copenhagen",
    }
    return saved(session, Outlet(name=name, **(values | given)))


def desk(session: Session, email: str = "redaktion@havnebladet.example", **given: Any) -> Desk:
    """The news desk of an outlet."""
    at = given.pop("outlet", None) or outlet(session)
    values: dict[str, Any] = {
        "name": "Redaktionen",
        "beats": ["crime"],
        "first_seen_at": NOW,
        "outlet_id": at.id,
        "address_id": address(session, email).id,
    }
    return saved(session, Desk(**(values | given)))


def journalist(session: Session, email: str | None = None, **given: Any) -> Journalist:
    """A person with one role; `outlet`, `beats` and `job_title` describe the role."""
    number = next(_numbers)
    at = given.pop("outlet", None)
    role = {name: given.pop(name) for name in ("beats", "job_title", "ended_on") if name in given}
    values: dict[str, Any] = {
        "given_name": "Karen",
        "family_name": f"Holm {number}",
        "languages": ["da"],
        "first_seen_at": NOW,
    }
    person = saved(session, Journalist(**(values | given)))
    mailbox = address(session, email or f"karen.holm.{number}@havnebladet.example")
    job: dict[str, Any] = {"job_title": "Reporter", "beats": ["crime"]} | role
    saved(
        session,
        Role(journalist_id=person.id or 0, outlet_id=at and at.id, address_id=mailbox.id, **job),
    )
    return person


def on_list(session: Session, name: str, member: Role | Desk) -> None:
    """Put a job or a desk on the list of that name, which is made if need be."""
    number = media_lists.save_list(session, name).id or 0
    is_job = isinstance(member, Role)
    entry = (number, member.id, None) if is_job else (number, None, member.id)
    media_lists.add_entries(session, [entry])


def release(session: Session, sender: Office, **given: Any) -> Release:
    """A release with one edition per language of `texts` (language → title, body)."""
    texts: dict[str, tuple[str, str]] = given.pop("texts", None) or {
        "en": ("Harbours agree on a code of conduct", "Twelve harbours **agreed** on Monday.")
    }
    values: dict[str, Any] = {
        "reference": f"2026-{next(_numbers):03d}",
        "place": "Luxembourg",
        "dated_on": date(2026, 11, 23),
        "beats": ["crime"],
        "source_language": next(iter(texts)),
        "created_at": NOW,
        "office_id": sender.id,
    }
    row = saved(session, Release(**(values | given)))
    for language, (title, body) in texts.items():
        revision(session, row, language, title=title, body=body)
    contact = saved(
        session,
        PressContact(
            office_id=sender.id or 0,
            key=f"anna.keller.{row.reference}",
            name="Anna Keller",
            role="Press officer",
            phone="+352 99 00 00 12",
            mobile="+352 99 00 00 13",
            email="anna.keller@harbour.example",
        ),
    )
    saved(session, ReleaseContact(release_id=row.id or 0, press_contact_id=contact.id or 0))
    return row


def revision(session: Session, row: Release, language: str, *, title: str, body: str) -> Revision:
    """The first revision of an edition in that language."""
    edition = saved(session, Edition(release_id=row.id or 0, language=language))
    return saved(
        session,
        Revision(
            edition_id=edition.id or 0,
            number=1,
            title=title,
            place=row.place,
            body=body,
            content_hash=sha256(f"{title}\n{body}".encode()).hexdigest(),
            created_at=NOW,
        ),
    )


def occasion(session: Session, row: Release, **given: Any) -> Occasion:
    """A press event of that release, a day after it goes out."""
    values: dict[str, Any] = {
        "release_id": row.id,
        "uid": "6f0e1c5e-5c9a-4b7d-9d0e-0a8b6a3f1c11",
        "title": "Signing of the code",
        "place": "Quayside Hall",
        "starts_at": NOW + timedelta(days=1),
        "zone": "Europe/Luxembourg",
        "changed_at": NOW,
    }
    return saved(session, Occasion(**(values | given)))


def distribution(session: Session, row: Release, **given: Any) -> Distribution:
    """A distribution of that release that is being sent now."""
    values: dict[str, Any] = {
        "release_id": row.id,
        "criteria": "everyone",
        "status": DistributionStatus.SENDING,
        "scheduled_at": NOW,
        "fanned_out_at": NOW,
        "created_at": NOW,
    }
    return saved(session, Distribution(**(values | given)))


def delivery(session: Session, of: Distribution, email: str, **given: Any) -> Delivery:
    """A delivery, pending and due, of the release's first revision to that address."""
    first = session.exec(
        select(Revision.id)
        .join(Edition)
        .where(Edition.release_id == of.release_id)
        .order_by(col(Revision.id))
    ).first()
    number = next(_numbers)
    # By the distribution's own count: or its batches would be cut where the tests before left off.
    position = session.exec(
        select(sa.func.count()).select_from(Delivery).where(Delivery.distribution_id == of.id)
    ).one()
    values: dict[str, Any] = {
        "distribution_id": of.id,
        "position": position,
        "address_id": address(session, email).id,
        "email": email,
        "recipient_name": "Karen Holm",
        "revision_id": first,
        "edition_language": "en",
        "cover_language": "da",
        "message_id": f"<test.{number}@press.example.org>",
        "next_attempt_at": NOW if given.get("status", "pending") in WAITING else None,
    }
    row = saved(session, Delivery(**(values | given)))
    in_batches(session, of)
    return row


def in_batches(session: Session, distribution: Distribution, *, size: int = 500) -> None:
    """Cut the deliveries that the distribution has by now into batches."""
    session.execute(sa.delete(Batch).where(col(Batch.distribution_id) == distribution.id))
    batches.cut(session, distribution.id or 0, size=size)
