"""What retention says that it removed is what is not there any more; and whom it spares."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts import suppressions
from mailer.contacts.history import operation
from mailer.contacts.keeping.merging import merge
from mailer.database import writing
from mailer.models import (
    TABLES,
    Address,
    ContactChange,
    ContactImport,
    ContactOperation,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Desk,
    Distribution,
    DistributionStatus,
    EventKind,
    InboundMessage,
    Journalist,
    Office,
    OperationKind,
    Role,
    Suppression,
    SuppressionReason,
)
from mailer.privacy import retention
from mailer.settings import Settings
from tests import factories
from tests.book_lock import Other
from tests.contacts.keeping.books import KEYRING
from tests.factories import NOW, saved

LONG_AGO = NOW - timedelta(days=6 * 365)
SENT: dict[str, Any] = {"status": DeliveryStatus.SENT, "sent_at": LONG_AGO}


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    session.flush()
    counted = (sa.select(sa.func.count()).select_from(table) for table in TABLES.sorted_tables)
    numbers = (session.execute(one).scalar_one() for one in counted)
    return dict(zip((table.name for table in TABLES.sorted_tables), numbers, strict=True))


def run(session: Session, settings: Settings) -> dict[str, int]:
    removed = retention.run(session, settings.retention, keyring=KEYRING, now=NOW)
    session.expire_all()
    return removed.counts


def unused(session: Session, email: str, **given: Any) -> Journalist:
    return factories.journalist(session, email, first_seen_at=LONG_AGO, **given)


def ended(session: Session, email: str) -> Journalist:
    return factories.journalist(session, email, ended_on=LONG_AGO.date())


def _event(session: Session, of: Delivery, key: str, **given: Any) -> DeliveryEvent:
    values: dict[str, Any] = {
        "kind": EventKind.BOUNCED,
        "occurred_at": LONG_AGO,
        "details": {"diagnostic": "x"},
    }
    return saved(session, DeliveryEvent(delivery_id=of.id or 0, source_key=key, **values | given))


def _inbound(session: Session, digest: str, **given: Any) -> InboundMessage:
    values: dict[str, Any] = {"received_at": LONG_AGO, "processed_at": LONG_AGO, "raw": b"From: x"}
    values |= {"envelope_recipient": "b", "digest": digest} | given
    return saved(session, InboundMessage(**values))


def _mixed(session: Session, office: Office) -> None:
    """Two of each kind that go, beside some that stay."""
    over = factories.distribution(
        session, factories.release(session, office), status=DistributionStatus.SENT
    )
    for number in range(2):
        unused(session, f"unused{number}@x.example")
        factories.desk(session, f"desk{number}@x.example", first_seen_at=LONG_AGO)
        gone = ended(session, f"ended{number}@x.example")
        sent = factories.delivery(
            session, over, f"ended{number}@x.example", journalist_id=gone.id, **SENT
        )
        _event(session, sent, f"of the ended {number}")
        # Somebody whom nothing is kept of but the delivery.
        other = factories.delivery(session, over, f"other{number}@x.example", **SENT)
        _event(session, other, f"old {number}")
        _inbound(session, f"old {number}")
        imported: dict[str, Any] = {"file_name": "a.csv", "digest": "-", "imported_at": LONG_AGO}
        saved(session, ContactImport(**imported))
    both = unused(session, "both@x.example", ended_on=LONG_AGO.date())
    stays = factories.journalist(session, "stays@x.example", city="Aarhus")
    with operation(session, OperationKind.EDIT) as recording:
        stays.city = both.city = "Odense"
    recording.operation.done_at = LONG_AGO
    for address in ("unused0@x.example", "ended0@x.example", "nobody@x.example"):
        for reason in (SuppressionReason.BOUNCED, SuppressionReason.UNSUBSCRIBED):
            suppressions.suppress(session, address, keyring=KEYRING, reason=reason, source="x")
    session.execute(sa.update(Suppression).values(created_at=LONG_AGO))
    session.flush()


def test_its_counts_are_what_is_gone(session: Session, settings: Settings, office: Office) -> None:
    _mixed(session, office)
    before = rows(session)
    counts = run(session, settings)
    after = rows(session)
    gone = {name: before[name] - after[name] for name in before if before[name] != after[name]}
    # Each of those who went leaves a line that she went; of the one edit nothing is kept.
    assert gone.pop("contact_change") == counts["history_documents"] + 1 - 7
    assert gone.pop("contact_operation") == -1
    people = counts["unused_contacts"] + counts["contacts_whose_jobs_ended"]
    assert (gone["journalist"] + gone["desk"], gone["role"], gone["address"]) == (people, 5, 7)
    assert gone["contact_import"] == counts["import_records"] == 2
    assert set(gone) == {"journalist", "desk", "role", "address", "contact_import"}
    assert counts == {
        "unused_contacts": 5,
        "contacts_whose_jobs_ended": 2,
        "raw_returned_messages": 2,
        "event_details": 2,
        "history_documents": 1,
        "import_records": 2,
        "unused_files": 0,
        "late_answers_about_erased": 0,
    }
    kept = session.exec(select(InboundMessage.raw, InboundMessage.digest)).all()
    assert [raw for raw, _ in kept] == [b""] * 2
    assert session.exec(select(DeliveryEvent.details)).all() == [{}] * 4
    done = session.exec(select(ContactOperation.note).order_by(col(ContactOperation.id).desc()))
    assert done.first() == ", ".join(
        f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items() if number
    )
    assert run(session, settings) == dict.fromkeys(counts, 0)


def test_no_suppression_goes(session: Session, settings: Settings, office: Office) -> None:
    _mixed(session, office)
    of = sa.select(*(column for column in sa.inspect(Suppression).columns))
    before = session.execute(of.order_by(col(Suppression.id))).all()
    run(session, settings)
    assert session.execute(of.order_by(col(Suppression.id))).all() == before
    assert len(before) == 3


@pytest.mark.parametrize("make", [unused, ended])
@pytest.mark.parametrize("status", list(DeliveryStatus))
@pytest.mark.parametrize("of", [DistributionStatus.SENT, DistributionStatus.PAUSED])
def test_nobody_goes_who_is_still_to_be_decided_on(
    session: Session,
    settings: Settings,
    office: Office,
    make: Callable[[Session, str], Journalist],
    status: DeliveryStatus,
    of: DistributionStatus,
) -> None:
    """One in doubt may be sent again long after its distribution was sent."""
    person = make(session, "old@x.example")
    row = factories.distribution(session, factories.release(session, office), status=of)
    given: dict[str, Any] = {"journalist_id": person.id, "status": status}
    sent = factories.delivery(session, row, "old@x.example", **given)
    counts = run(session, settings)
    open_ones = {"pending", "sending", "deferred", "unknown"}
    handed_over = {"sent", "bounced", "complained"} if make is unused else set()
    is_spared = of is DistributionStatus.PAUSED or status in open_ones | handed_over
    assert counts["unused_contacts"] + counts["contacts_whose_jobs_ended"] == (not is_spared)
    assert bool(session.get_one(Delivery, sent.id).email) is is_spared


@pytest.mark.parametrize("is_open", [True, False])
def test_what_was_sent_before_a_merge_counts_for_who_stayed(
    session: Session, settings: Settings, office: Office, is_open: bool
) -> None:
    stays, goes = unused(session, "one@x.example"), unused(session, "two@x.example")
    status = DistributionStatus.SENDING if is_open else DistributionStatus.CANCELLED
    row = factories.distribution(session, factories.release(session, office), status=status)
    given: dict[str, Any] = {"status": DeliveryStatus.WITHHELD, "journalist_id": goes.id}
    sent = factories.delivery(session, row, "two@x.example", recipient_name="Two", **given)
    numbers = [goes.id, stays.id]
    merge(session, stays, goes, keyring=KEYRING, source="test")
    assert run(session, settings)["unused_contacts"] == (not is_open)
    kept = session.get_one(Delivery, sent.id)
    assert (bool(kept.email), bool(kept.recipient_name)) == (is_open, is_open)
    told = session.exec(
        select(ContactChange.before).where(
            ContactChange.subject == "journalist", col(ContactChange.subject_id).in_(numbers)
        )
    ).all()
    assert any(told) is is_open


def test_an_address_that_she_had_once_goes_with_her(session: Session, settings: Settings) -> None:
    """Nobody reads it, but it has her name; one that another reads stays."""
    person = unused(session, "now@x.example")
    job = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
    now_at, other = job.address_id, factories.journalist(session, "shared@x.example")
    for email in ("before@x.example", "shared@x.example"):
        with operation(session, OperationKind.EDIT):
            job.address_id = factories.address(session, email).id
    with operation(session, OperationKind.EDIT):
        job.address_id = now_at
    assert run(session, settings)["unused_contacts"] == 1
    assert session.exec(select(Address.email)).all() == ["shared@x.example"]
    assert session.exec(select(Journalist.id)).all() == [other.id]
    texts = session.exec(select(sa.cast(col(ContactChange.before), sa.Text))).all()
    assert not [text for text in texts if "before@" in text or "now@" in text]


def test_a_job_that_is_somebody_else_s_now_stays(session: Session, settings: Settings) -> None:
    person, other = unused(session, "old@x.example"), factories.journalist(session, "new@x.example")
    job = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
    with operation(session, OperationKind.EDIT):
        job.journalist_id = other.id or 0
        session.flush()
    run(session, settings)
    assert len(session.exec(select(Role).where(Role.journalist_id == other.id)).all()) == 2


@pytest.mark.postgresql
def test_an_audience_that_is_being_frozen_is_waited_for(
    postgresql_engine: sa.Engine, settings: Settings
) -> None:
    """Whoever stands in it stays: the message has her number."""
    engine = postgresql_engine
    with writing(engine) as session:
        office = factories.office(session)
        old = unused(session, "old@x.example")
        frozen = factories.distribution(
            session, factories.release(session, office), status=DistributionStatus.SENDING
        )
        frozen.fanned_out_at = None
        number, person = frozen.id, old.id
    with writing(engine) as session:
        row = session.exec(
            select(Distribution).where(Distribution.id == number).with_for_update()
        ).one()
        other = Other(
            engine,
            lambda there: retention.run(there, settings.retention, keyring=KEYRING, now=NOW),
        )
        assert other.waits(for_row=True)
        factories.delivery(session, row, "old@x.example", journalist_id=person)
        row.fanned_out_at = NOW
    other.ends()
    with writing(engine) as session:
        assert session.get(Journalist, person) is not None
        assert session.exec(select(Desk)).all() == []
