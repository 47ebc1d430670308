"""Deliveries without their person: the row, its status, its day and its language stay, so that old
reports count as before (F8, R12); who it was for is gone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.inserting import chunked
from mailer.contacts.privacy.wording import Words
from mailer.database import UTCDateTime
from mailer.distribution.batches import WAITING, lock_around, recount
from mailer.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    InboundMessage,
    KeptSkeleton,
    TrackingMode,
)

#: The word that the check before a hand-over has for it, too.
REASON = "the address was erased"
#: What of an event is no person's: what the report of a release counts by.
COUNTED = ("code", "status", "phase", "reason", "bounce_class", "reasons", "rules")
#: What an erased delivery keeps nothing of.
EMPTY: dict[str, Any] = {
    "address_id": None,
    "journalist_id": None,
    "role_id": None,
    "desk_id": None,
    "email": "",
    "recipient_name": "",
    "greeting": "",
    "personal_note": "",
    "zone": "",
    "reasons": [],
    "tracking": TrackingMode.NONE,
    "reply_text": "",
    "notice_basis": None,
    "notice_source": "",
    "skeleton_id": None,
    "signatures": [],
}


def withhold(session: Session, delivery_ids: Sequence[int]) -> int:
    """Keep back what nobody has begun to hand over; how many."""
    places = [
        place
        for chunk in chunked(delivery_ids)
        for place in session.execute(
            sa.select(col(Delivery.distribution_id), col(Delivery.position)).where(
                col(Delivery.id).in_(chunk), col(Delivery.status).in_(WAITING)
            )
        )
    ]
    count = 0
    for chunk in chunked(places):
        # One lock around all of them: whoever sends the batch meanwhile is waited for.
        numbers = lock_around(session, [(of, position) for of, position in chunk])
        for some in chunked(delivery_ids):
            changed = session.connection().execute(
                sa.update(Delivery)
                .where(col(Delivery.id).in_(some), col(Delivery.status).in_(WAITING))
                .values(status=DeliveryStatus.WITHHELD, reason=REASON, next_attempt_at=None)
            )
            count += changed.rowcount
        recount(session, batch_ids=numbers)
    return count


def anonymise(session: Session, delivery_ids: Sequence[int]) -> int:
    """Take the person out of these deliveries; how many there are."""
    for chunk in chunked(delivery_ids):
        _drop_whole_messages(session, chunk)
        session.execute(
            sa.update(Delivery)
            .where(col(Delivery.id).in_(chunk))
            .values(EMPTY)
            .execution_options(synchronize_session=False)
        )
        _drop_domains(session, chunk)
    return len(delivery_ids)


def _drop_whole_messages(session: Session, delivery_ids: Sequence[int]) -> None:
    """A message that could not be spliced is kept whole, with everything in it."""
    used = sa.select(col(Delivery.skeleton_id)).where(
        col(Delivery.id).in_(delivery_ids), col(Delivery.skeleton_id).is_not(None)
    )
    session.execute(
        sa.delete(KeptSkeleton).where(
            col(KeptSkeleton.is_personal).is_(sa.true()), col(KeptSkeleton.id).in_(used)
        )
    )


def _drop_domains(session: Session, delivery_ids: Sequence[int]) -> None:
    """A domain with one mailbox tells whose it is: such a provider is not kept."""
    rows = sa.select(col(Delivery.provider)).where(col(Delivery.id).in_(delivery_ids)).distinct()
    for provider in session.execute(rows).scalars().all():
        others = sa.select(col(Delivery.id)).where(
            col(Delivery.provider) == provider, col(Delivery.email) != ""
        )
        if provider and session.execute(others.limit(1)).first() is None:
            session.execute(
                sa.update(Delivery)
                .where(col(Delivery.provider) == provider)
                .values(provider="")
                .execution_options(synchronize_session=False)
            )


def clean_outlets(session: Session, delivery_ids: Sequence[int], words: Words) -> None:
    """An outlet may bear the name of its only author."""
    for chunk in chunked(delivery_ids):
        rows = sa.select(col(Delivery.id), col(Delivery.outlet_name)).where(
            col(Delivery.id).in_(chunk), words.condition(col(Delivery.outlet_name))
        )
        for number, name in session.execute(rows).all():
            session.execute(
                sa.update(Delivery)
                .where(col(Delivery.id) == number)
                .values(outlet_name=words.out_of(name))
                .execution_options(synchronize_session=False)
            )


def strip_events(session: Session, condition: sa.ColumnElement[bool], *, limit: int = 0) -> int:
    """Keep of the events what is counted, and nothing else; how many had more."""
    more = sa.or_(
        *(
            col(DeliveryEvent.details)[name].as_string().is_not(None)
            for name in ("diagnostic", "inbound_id", "family", "source")
        )
    )
    query = sa.select(col(DeliveryEvent.id), col(DeliveryEvent.details)).where(condition, more)
    rows = session.execute(query.limit(limit) if limit else query).all()
    for number, details in rows:
        counted = {name: details[name] for name in COUNTED if details.get(name) is not None}
        session.execute(
            sa.update(DeliveryEvent)
            .where(col(DeliveryEvent.id) == number)
            .values(details=counted)
            .execution_options(synchronize_session=False)
        )
    return len(rows)


def empty_inbound(session: Session, numbers: Collection[int], *, note: str, now: datetime) -> int:
    """Let go of returned mail; that it came, when, and what it was, stays."""
    done_at = sa.func.coalesce(col(InboundMessage.processed_at), sa.literal(now, UTCDateTime()))
    values = {"raw": b"", "envelope_recipient": "", "note": note, "processed_at": done_at}
    return _change_inbound(session, numbers, values)


def empty_raw(session: Session, numbers: Collection[int]) -> int:
    """Let go of the text only: it was acted upon, and what was made of it stays."""
    return _change_inbound(session, numbers, {"raw": b""})


def _change_inbound(session: Session, numbers: Collection[int], values: dict[str, Any]) -> int:
    count = 0
    for chunk in chunked(sorted(numbers)):
        changed = session.connection().execute(
            sa.update(InboundMessage).where(col(InboundMessage.id).in_(chunk)).values(values)
        )
        count += changed.rowcount
    return count


def clean_late(session: Session, *, now: datetime) -> int:
    """What came after an erasure about a delivery that was just being handed over; how much."""
    erased = sa.select(col(Delivery.id)).where(col(Delivery.email) == "")
    late = session.execute(
        sa.select(col(Delivery.id)).where(
            col(Delivery.email) == "",
            sa.or_(col(Delivery.reply_text) != "", col(Delivery.skeleton_id).is_not(None)),
        )
    )
    numbers = list(late.scalars())
    anonymise(session, numbers)
    events = strip_events(session, col(DeliveryEvent.delivery_id).in_(erased))
    mail = session.execute(
        sa.select(col(InboundMessage.id)).where(
            col(InboundMessage.delivery_id).in_(erased),
            sa.func.length(col(InboundMessage.raw)) > 0,
        )
    )
    return (
        len(numbers) + events + empty_inbound(session, set(mail.scalars()), note="erased", now=now)
    )
