"""Retention: what is too old goes and is counted; nobody goes who is still to be written to."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts.history import operation
from mailer.contacts.keeping.undoing import undo
from mailer.errors import Refused
from mailer.models import (
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
)
from mailer.privacy import retention
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW, saved

LONG_AGO = NOW - timedelta(days=4 * 365)
KEYRING = Keyring({1: b"\x01" * 32})


def run(session: Session, settings: Settings, **changed: int) -> dict[str, int]:
    rules = settings.retention.model_copy(update=changed)
    counts = retention.run(session, rules, keyring=KEYRING, now=NOW).counts
    session.expire_all()
    return counts


def distribution(session: Session, office: Office, **given: Any) -> Distribution:
    return factories.distribution(session, factories.release(session, office), **given)


def numbers(session: Session, model: type[Journalist] | type[Desk]) -> list[int | None]:
    return list(session.exec(select(model.id).order_by(sa.text("id"))))


def test_who_was_never_written_to_and_never_verified_goes(
    session: Session, settings: Settings
) -> None:
    factories.journalist(session, "old@x.example", first_seen_at=LONG_AGO)
    factories.desk(session, "desk@x.example", first_seen_at=LONG_AGO)
    verified = factories.journalist(session, first_seen_at=LONG_AGO, verified_at=NOW)
    new = factories.journalist(session)
    assert run(session, settings)["unused_contacts"] == 2
    assert numbers(session, Journalist) == [verified.id, new.id]
    assert numbers(session, Desk) == []
    emails = session.exec(select(Address.email)).all()
    assert not {"old@x.example", "desk@x.example"} & set(emails)
    changes = session.exec(select(ContactChange.action, ContactChange.before)).all()
    assert changes == [("removed", {}), ("removed", {})]


@pytest.mark.parametrize(
    ("status", "given", "goes"),
    [
        (DistributionStatus.SENT, {"status": DeliveryStatus.SENT, "sent_at": LONG_AGO}, 0),
        (DistributionStatus.SENT, {"status": DeliveryStatus.WITHHELD}, 1),
        (DistributionStatus.SENDING, {"status": DeliveryStatus.WITHHELD}, 0),
        (DistributionStatus.PAUSED, {}, 0),
    ],
)
def test_what_was_sent_or_is_to_be_sent_keeps_a_contact(
    session: Session,
    settings: Settings,
    office: Office,
    status: DistributionStatus,
    given: dict[str, Any],
    goes: int,
) -> None:
    old = factories.journalist(session, "old@x.example", first_seen_at=LONG_AGO)
    of = distribution(session, office, status=status)
    row = factories.delivery(session, of, "old@x.example", journalist_id=old.id, **given)
    assert run(session, settings)["unused_contacts"] == goes
    assert session.get_one(Delivery, row.id).email == ("" if goes else "old@x.example")


def test_who_has_no_job_any_more_goes_with_what_was_sent_to_her(
    session: Session, settings: Settings, office: Office
) -> None:
    ended = factories.journalist(session, "left@x.example", ended_on=LONG_AGO.date())
    lately = factories.journalist(session, ended_on=NOW.date())
    of = distribution(session, office, status=DistributionStatus.SENT)
    row = factories.delivery(
        session,
        of,
        "left@x.example",
        journalist_id=ended.id,
        status=DeliveryStatus.SENT,
        sent_at=LONG_AGO,
    )
    assert run(session, settings)["contacts_whose_jobs_ended"] == 1
    assert numbers(session, Journalist) == [lately.id]
    kept = session.get_one(Delivery, row.id)
    assert (kept.email, kept.status, kept.sent_at) == ("", DeliveryStatus.SENT, LONG_AGO)


def _inbound(session: Session, digest: str, **given: Any) -> InboundMessage:
    values: dict[str, Any] = {"received_at": NOW - timedelta(days=31), "processed_at": NOW}
    values |= {"envelope_recipient": "b+t@bounce", "digest": digest, "raw": b"From: x"} | given
    return saved(session, InboundMessage(**values))


def test_raw_mail_goes_once_it_was_acted_upon(
    session: Session, settings: Settings, office: Office
) -> None:
    open_one = factories.delivery(session, distribution(session, office), "a@x.example")
    old = _inbound(session, "1", note="kept")
    waiting = _inbound(session, "2", processed_at=None)
    new = _inbound(session, "3", received_at=NOW)
    of_open = _inbound(session, "4", delivery_id=open_one.id)
    assert run(session, settings)["raw_returned_messages"] == 1
    raws = [session.get_one(InboundMessage, one.id).raw for one in (old, waiting, new, of_open)]
    assert raws == [b"", b"From: x", b"From: x", b"From: x"]
    assert session.get_one(InboundMessage, old.id).note == "kept"
    assert run(session, settings)["raw_returned_messages"] == 0


def test_an_old_event_keeps_what_is_counted(
    session: Session, settings: Settings, office: Office
) -> None:
    of = distribution(session, office, status=DistributionStatus.SENT)
    row = factories.delivery(
        session, of, "a@x.example", status=DeliveryStatus.SENT, sent_at=LONG_AGO
    )
    details = {"reason": "unknown_user", "diagnostic": "550 a@x.example", "family": "Outlook"}
    for at in (LONG_AGO, NOW):
        event = DeliveryEvent(
            delivery_id=row.id or 0,
            kind=EventKind.BOUNCED,
            source_key=at.isoformat(),
            occurred_at=at,
            details=details,
        )
        saved(session, event)
    assert run(session, settings)["event_details"] == 1
    kept = session.exec(select(DeliveryEvent.details).order_by(sa.text("id"))).all()
    assert kept == [{"reason": "unknown_user"}, details]
    assert run(session, settings)["event_details"] == 0


def test_old_history_and_imports_go_and_no_undo_pretends_otherwise(
    session: Session, settings: Settings, keyring: Keyring
) -> None:
    karen = factories.journalist(session, city="Aarhus")
    with operation(session, OperationKind.EDIT) as recording:
        karen.city = "Odense"
    recording.operation.done_at = NOW - timedelta(days=6 * 365)
    saved(session, ContactImport(file_name="a.csv", digest="-", imported_at=LONG_AGO))
    counts = run(session, settings, import_months=36)
    assert (counts["history_documents"], counts["import_records"]) == (1, 1)
    with pytest.raises(Refused, match="too old"):
        undo(session, recording.id, keyring=keyring, source="test")
    assert session.exec(select(ContactImport)).all() == []


def test_a_run_says_what_it_removed_and_cannot_be_undone(
    session: Session, settings: Settings, keyring: Keyring
) -> None:
    factories.journalist(session, first_seen_at=LONG_AGO)
    run(session, settings)
    done = session.exec(select(ContactOperation)).one()
    assert (done.kind, done.note) == (OperationKind.RETENTION, "1 unused contacts")
    with pytest.raises(Refused, match="what retention removed"):
        undo(session, done.id or 0, keyring=keyring, source="test")


def test_zero_keeps_it_for_ever(session: Session, settings: Settings) -> None:
    factories.journalist(session, first_seen_at=LONG_AGO)
    assert "unused_contacts" not in run(session, settings, unused_contact_months=0)
    assert len(numbers(session, Journalist)) == 1


def test_it_is_due_once_a_day(session: Session, settings: Settings) -> None:
    assert retention.is_due(session, now=NOW)
    run(session, settings)
    record = session.exec(select(ContactOperation)).one()
    record.done_at = NOW
    session.flush()
    assert not retention.is_due(session, now=NOW + timedelta(hours=23))
    assert retention.is_due(session, now=NOW + timedelta(hours=24))
