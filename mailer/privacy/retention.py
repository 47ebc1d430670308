"""Retention: what is kept longer than the settings allow goes, and the job says what it removed
(standards 6.5). Nothing goes of a person to whom something is still to be sent.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.history import operation
from mailer.contacts.privacy import ageing
from mailer.contacts.privacy.removing import among, forget, with_children
from mailer.contacts.young import YOUNG, close_young
from mailer.models import (
    ContactOperation,
    Delivery,
    DeliveryEvent,
    Desk,
    InboundMessage,
    Journalist,
    OperationKind,
)
from mailer.privacy import anonymising
from mailer.privacy.freezing import wait_for_audiences
from mailer.privacy.sparing import is_open, waits, was_mailed, without
from mailer.releases.files.ageing import forget_unused
from mailer.settings.sections import RetentionSettings
from mailer.tokens import Keyring

#: So many of a kind go in one run: the next one is tomorrow, and others want to write, too.
AT_ONCE = 5_000
#: A run a little early must not make the next one a day late.
NEARLY_A_DAY = timedelta(hours=23, minutes=30)
DAYS_OF_MONTH = 30.44
SOURCE = "retention"


@dataclass
class Removed:
    """What a run removed, by kind."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.counts.values())

    @property
    def words(self) -> str:
        """The same for the operation that keeps it."""
        told = (f"{n} {kind.replace('_', ' ')}" for kind, n in self.counts.items() if n)
        return ", ".join(told) or "nothing was too old"


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether the last run was a day ago; the operations tell."""
    last = sa.select(sa.literal(1)).where(
        col(ContactOperation.done_at) > now - NEARLY_A_DAY,
        col(ContactOperation.kind) == OperationKind.RETENTION,
    )
    return session.execute(last.limit(1)).first() is None


def run(
    session: Session, settings: RetentionSettings, *, keyring: Keyring, now: datetime
) -> Removed:
    """Remove what is too old. The caller commits, or rolls back a dry run.

    What is not young any more is looked at a last time before its word is enough.
    """
    removed = Removed()
    counts = removed.counts
    with operation(session, OperationKind.RETENTION, source=SOURCE) as recording:
        if settings.unused_contact_months:
            before = _ago(settings.unused_contact_months, now)
            counts["unused_contacts"] = _forget_unused(session, before=before, now=now)
        if settings.ended_role_months:
            before = _ago(settings.ended_role_months, now)
            counts["contacts_whose_jobs_ended"] = _forget_ended(session, before=before, now=now)
        if settings.raw_mail_days:
            before = now - timedelta(days=settings.raw_mail_days)
            counts["raw_returned_messages"] = _empty_mail(session, before=before)
        if settings.event_details_months:
            before = _ago(settings.event_details_months, now)
            counts["event_details"] = _strip_events(session, before=before)
        if settings.history_months:
            before = _ago(settings.history_months, now)
            counts["history_documents"] = ageing.forget_history(session, before=before)
        if settings.import_months:
            before = _ago(settings.import_months, now)
            counts["import_records"] = ageing.forget_imports(session, before=before)
        if settings.unused_file_days:
            before = now - timedelta(days=settings.unused_file_days)
            counts["unused_files"] = forget_unused(session, before=before)
        counts["late_answers_about_erased"] = anonymising.clean_late(session, now=now)
        close_young(session, since=now - 2 * YOUNG, keyring=keyring)
        recording.operation.note = removed.words
    return removed


def _ago(months: int, now: datetime) -> datetime:
    return now - timedelta(days=months * DAYS_OF_MONTH)


def _forget_unused(session: Session, *, before: datetime, now: datetime) -> int:
    people = ageing.unverified(Journalist, before=before)
    desks = ageing.unverified(Desk, before=before)
    return _forget(session, people=people, desks=desks, spared=was_mailed(), now=now)


def _forget_ended(session: Session, *, before: datetime, now: datetime) -> int:
    people = ageing.all_jobs_ended(before=before.date())
    return _forget(session, people=people, desks=None, spared=waits(), now=now)


def _forget(
    session: Session,
    *,
    people: sa.Select[Any],
    desks: sa.Select[Any] | None,
    spared: sa.ColumnElement[bool],
    now: datetime,
) -> int:
    """Forget them, but nobody with a delivery that spares her; how many."""
    former = ageing.survivors(session)

    def found() -> tuple[set[int], set[int]]:
        return (
            without(session, people, Delivery.journalist_id, spared, limit=AT_ONCE, former=former),
            set() if desks is None else _desks_without(session, desks, spared),
        )

    if not any(found()):
        return 0
    # An audience that was being frozen meanwhile may be theirs: they are looked for once more.
    wait_for_audiences(session)
    numbers, desk_numbers = found()
    numbers |= {number for number, stays in former.items() if stays in numbers}
    return _remove(session, people=numbers, desks=desk_numbers, now=now)


def _desks_without(
    session: Session, desks: sa.Select[Any], spared: sa.ColumnElement[bool]
) -> set[int]:
    return without(session, desks, Delivery.desk_id, spared, limit=AT_ONCE)


def _remove(
    session: Session, *, people: Collection[int], desks: Collection[int], now: datetime
) -> int:
    """They go like the erased, but for the hash: nobody asked that they never come back."""
    theirs = sa.select(col(Delivery.id)).where(
        sa.or_(
            among(session, Delivery.journalist_id, people),
            among(session, Delivery.desk_id, desks),
        )
    )
    numbers = list(session.execute(theirs).scalars())
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        mine = among(session, DeliveryEvent.delivery_id, some)
        anonymising.strip_events(session, mine)
        mail = sa.select(col(InboundMessage.id)).where(
            among(session, InboundMessage.delivery_id, some)
        )
        mails = set(session.execute(mail).scalars())
        anonymising.empty_inbound(session, mails, note=SOURCE, now=now)
    anonymising.anonymise(session, numbers)
    gone = forget(session, with_children(session, people=people, desks=desks))
    return gone["journalist"] + gone["desk"]


def _empty_mail(session: Session, *, before: datetime) -> int:
    """The raw text of returned mail that was acted upon; what was made of it stays."""
    open_ones = sa.select(col(Delivery.id)).where(is_open())
    old = (
        sa.select(col(InboundMessage.id))
        .where(
            col(InboundMessage.received_at) < before,
            col(InboundMessage.processed_at).is_not(None),
            sa.func.length(col(InboundMessage.raw)) > 0,
            sa.or_(
                col(InboundMessage.delivery_id).is_(None),
                col(InboundMessage.delivery_id).not_in(open_ones),
            ),
        )
        .limit(AT_ONCE)
    )
    return anonymising.empty_raw(session, set(session.execute(old).scalars()))


def _strip_events(session: Session, *, before: datetime) -> int:
    open_ones = sa.select(col(Delivery.id)).where(is_open())
    old = sa.and_(
        col(DeliveryEvent.occurred_at) < before,
        col(DeliveryEvent.delivery_id).not_in(open_ones),
    )
    return anonymising.strip_events(session, old, limit=AT_ONCE)
