import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer import database
from mailer.contacts.suppressions import is_suppressed
from mailer.feedback.returned import processing
from mailer.models import (
    AddressState,
    DeliveryEvent,
    DeliveryStatus,
    EventKind,
    InboundKind,
    InboundMessage,
    Suppression,
)
from mailer.tokens import Keyring, Purpose
from tests import factories, returned_mail
from tests.factories import NOW
from tests.feedback.conftest import KAREN, Story

DOMAIN = "bounce.press.example.org"


def return_address(story: Story, keyring: Keyring) -> str:
    return f"b+{keyring.sign(Purpose.BOUNCE, story.delivery.id or 0)}@{DOMAIN}"


def arrive(session: Session, keyring: Keyring, to: str, raw: bytes) -> InboundMessage:
    kept = processing.store(session, envelope_recipient=to, raw=raw, now=NOW)
    assert kept is not None
    processing.process(session, kept, keyring=keyring, now=NOW)
    return kept


def events(session: Session) -> list[DeliveryEvent]:
    return list(session.exec(select(DeliveryEvent)))


def test_a_message_is_kept_as_it_arrived_and_once(session: Session) -> None:
    kept = processing.store(session, envelope_recipient="b+x@y.example", raw=b"\xff\0\r\n", now=NOW)

    assert kept is not None
    assert (kept.raw, kept.processed_at, kept.kind) == (b"\xff\0\r\n", None, None)
    assert processing.waiting(session) == [kept.id]
    again = {"envelope_recipient": "B+X@y.example", "raw": b"\xff\0\r\n", "now": NOW}
    assert processing.store(session, **again) is None
    assert processing.store(session, **(again | {"raw": b"other"})) is not None


def test_a_clear_hard_bounce_ends_the_address(
    session: Session, story: Story, keyring: Keyring
) -> None:
    kept = arrive(session, keyring, return_address(story, keyring), returned_mail.notice(KAREN))

    assert (kept.kind, kept.delivery_id) == (InboundKind.BOUNCE, story.delivery.id)
    assert kept.processed_at == NOW
    assert (story.delivery.status, story.delivery.reason) == (
        DeliveryStatus.BOUNCED,
        "unknown_user",
    )
    session.refresh(story.address)
    assert story.address.state is AddressState.HARD
    assert is_suppressed(session, KAREN, keyring=keyring)
    [event] = events(session)
    assert event.kind is EventKind.BOUNCED
    assert event.details == {
        "inbound_id": kept.id,
        "status": "5.1.1",
        "diagnostic": "550 5.1.1 User unknown",
        "bounce_class": "hard",
        "reason": "unknown_user",
    }


def test_a_token_in_capitals_is_still_ours(
    session: Session, story: Story, keyring: Keyring
) -> None:
    to = return_address(story, keyring).upper()

    assert arrive(session, keyring, to, returned_mail.notice(KAREN)).kind is InboundKind.BOUNCE
    assert story.delivery.status is DeliveryStatus.BOUNCED


@pytest.mark.parametrize(
    ("status", "diagnostic", "state"),
    [
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", AddressState.SOFT),
        ("5.7.1", "smtp; 554 5.7.1 rejected as spam", AddressState.OK),
        ("5.7.26", "smtp; 550 5.7.26 DMARC policy", AddressState.OK),
    ],
)
def test_a_soft_or_blocked_message_is_bounced_and_suppresses_nobody(
    session: Session,
    story: Story,
    keyring: Keyring,
    status: str,
    diagnostic: str,
    state: AddressState,
) -> None:
    raw = returned_mail.notice(KAREN, status=status, diagnostic=diagnostic)
    arrive(session, keyring, return_address(story, keyring), raw)

    assert story.delivery.status is DeliveryStatus.BOUNCED
    session.refresh(story.address)
    assert story.address.state is state
    assert not is_suppressed(session, KAREN, keyring=keyring)


def test_a_delay_is_an_event_only(session: Session, story: Story, keyring: Keyring) -> None:
    raw = returned_mail.notice(KAREN, action="delayed", status="4.4.1")
    arrive(session, keyring, return_address(story, keyring), raw)

    assert [event.kind for event in events(session)] == [EventKind.DELAYED]
    assert story.delivery.status is DeliveryStatus.SENT


def test_another_copy_of_a_report_changes_nothing(
    session: Session, story: Story, keyring: Keyring
) -> None:
    to = return_address(story, keyring)
    arrive(session, keyring, to, returned_mail.notice(KAREN))
    arrive(session, keyring, to, b"Received: another way\r\n" + returned_mail.notice(KAREN))

    assert len(events(session)) == 1


def test_a_late_report_resolves_an_unknown_delivery(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.status = DeliveryStatus.UNKNOWN

    arrive(session, keyring, return_address(story, keyring), returned_mail.notice(KAREN))

    assert story.delivery.status is DeliveryStatus.BOUNCED


def test_a_report_that_is_faster_than_our_record_waits_for_it(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.status = DeliveryStatus.SENDING
    kept = arrive(session, keyring, return_address(story, keyring), returned_mail.notice(KAREN))
    assert processing.waiting(session) == [kept.id]
    assert events(session) == []

    story.delivery.status = DeliveryStatus.SENT
    session.flush()
    assert processing.process(session, kept, keyring=keyring, now=NOW)
    assert processing.waiting(session) == []
    assert story.delivery.status is DeliveryStatus.BOUNCED


@pytest.mark.parametrize(
    "to",
    [
        f"b+{Keyring({2: bytes(32)}).sign(Purpose.BOUNCE, 1)}@{DOMAIN}",
        f"b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@{DOMAIN}",
        f"postmaster@{DOMAIN}",
        "",
    ],
)
def test_a_report_without_a_token_of_ours_is_kept_and_changes_nothing(
    session: Session, story: Story, keyring: Keyring, to: str
) -> None:
    kept = arrive(session, keyring, to, returned_mail.notice(KAREN))

    assert (kept.kind, kept.delivery_id) == (InboundKind.BOUNCE, None)
    assert kept.note == "no token of ours: kept, and nothing changed"
    assert kept.processed_at == NOW
    assert story.delivery.status is DeliveryStatus.SENT
    session.refresh(story.address)
    assert story.address.state is AddressState.OK
    assert events(session) == []
    assert session.exec(select(Suppression)).first() is None


def test_a_token_for_another_purpose_is_no_return_address(
    session: Session, story: Story, keyring: Keyring
) -> None:
    to = f"b+{keyring.sign(Purpose.VIEW, story.delivery.id or 0)}@{DOMAIN}"
    arrive(session, keyring, to, returned_mail.notice(KAREN))

    assert story.delivery.status is DeliveryStatus.SENT


def test_a_token_in_the_head_does_where_the_envelope_has_none(
    session: Session, story: Story, keyring: Keyring
) -> None:
    raw = f"Delivered-To: {return_address(story, keyring)}\r\n".encode()
    arrive(session, keyring, f"postmaster@{DOMAIN}", raw + returned_mail.notice(KAREN))

    assert story.delivery.status is DeliveryStatus.BOUNCED


def test_the_dead_mailbox_of_someone_to_whom_she_forwards_is_not_hers(
    session: Session, story: Story, keyring: Keyring
) -> None:
    raw = returned_mail.notice("someone@else.example", original_recipient=KAREN)
    arrive(session, keyring, return_address(story, keyring), raw)

    assert story.delivery.status is DeliveryStatus.BOUNCED
    session.refresh(story.address)
    assert story.address.state is AddressState.SOFT
    assert not is_suppressed(session, KAREN, keyring=keyring)


def test_a_mailbox_behind_a_rewritten_domain_is_hers(
    session: Session, story: Story, keyring: Keyring
) -> None:
    raw = returned_mail.notice("karen@store3.havnebladet.example")
    arrive(session, keyring, return_address(story, keyring), raw)

    assert is_suppressed(session, KAREN, keyring=keyring)


def test_a_complaint_takes_her_off_everything(
    session: Session, story: Story, keyring: Keyring
) -> None:
    raw = returned_mail.complaint(return_path=return_address(story, keyring))
    kept = arrive(session, keyring, f"postmaster@{DOMAIN}", raw)

    assert kept.kind is InboundKind.COMPLAINT
    assert story.delivery.status is DeliveryStatus.COMPLAINED
    session.refresh(story.address)
    assert story.address.state is AddressState.COMPLAINED
    assert is_suppressed(session, KAREN, keyring=keyring)


def test_praise_changes_nothing(session: Session, story: Story, keyring: Keyring) -> None:
    raw = returned_mail.complaint(feedback="not-spam", return_path=return_address(story, keyring))
    kept = arrive(session, keyring, return_address(story, keyring), raw)

    assert kept.kind is InboundKind.OTHER
    assert events(session) == []


@pytest.mark.parametrize(
    ("head", "kind", "event"),
    [
        ({"auto_submitted": "auto-replied"}, InboundKind.AUTOREPLY, EventKind.AUTOREPLIED),
        ({"subject": "Sv: Havne enes"}, InboundKind.REPLY, EventKind.REPLIED),
    ],
)
def test_an_answer_is_shown_and_changes_nothing(
    session: Session,
    story: Story,
    keyring: Keyring,
    head: dict[str, str],
    kind: InboundKind,
    event: EventKind,
) -> None:
    raw = returned_mail.letter("I have left the paper.", **head)
    kept = arrive(session, keyring, return_address(story, keyring), raw)

    assert kept.kind is kind
    assert [one.kind for one in events(session)] == [event]
    session.refresh(story.address)
    assert (story.address.state, story.delivery.status) == (
        AddressState.OK,
        DeliveryStatus.SENT,
    )


def test_a_mail_to_the_leaving_address_unsubscribes(
    session: Session, story: Story, keyring: Keyring
) -> None:
    to = f"u+{keyring.sign(Purpose.UNSUBSCRIBE, story.delivery.id or 0)}@{DOMAIN}"
    kept = arrive(session, keyring, to, returned_mail.letter(subject="unsubscribe"))

    assert (kept.kind, kept.delivery_id) == (InboundKind.UNSUBSCRIBE, story.delivery.id)
    assert is_suppressed(session, KAREN, keyring=keyring)


def test_leaving_by_mail_does_not_wait_for_a_sending_in_progress(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.status = DeliveryStatus.SENDING
    to = f"u+{keyring.sign(Purpose.UNSUBSCRIBE, story.delivery.id or 0)}@{DOMAIN}"
    arrive(session, keyring, to, returned_mail.letter(subject="unsubscribe"))

    assert is_suppressed(session, KAREN, keyring=keyring)
    assert story.delivery.status is DeliveryStatus.SENDING


def test_a_report_about_an_erased_delivery_is_kept(session: Session, keyring: Keyring) -> None:
    to = f"b+{keyring.sign(Purpose.BOUNCE, 4711)}@{DOMAIN}"
    kept = arrive(session, keyring, to, returned_mail.notice(KAREN))

    assert kept.note == "its delivery is gone: nothing changed"


def test_what_fails_in_our_hands_is_noted_and_not_tried_for_ever(
    session: Session, story: Story, keyring: Keyring
) -> None:
    # An address that cannot be: suppressing it must fail.
    story.delivery.email, story.delivery.address_id = "karen@", None
    session.flush()
    kept = arrive(session, keyring, return_address(story, keyring), returned_mail.notice("karen@x"))

    assert (kept.kind, kept.note) == (InboundKind.OTHER, "could not be processed: BadInput")
    assert processing.waiting(session) == []
    assert events(session) == []


def test_a_door_works_off_what_waits_each_in_its_own_transaction(
    engine: sa.Engine, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        sent = factories.delivery(
            session,
            factories.distribution(session, factories.release(session, factories.office(session))),
            KAREN,
            status=DeliveryStatus.SENT,
        )
        to = f"b+{keyring.sign(Purpose.BOUNCE, sent.id or 0)}@{DOMAIN}"
        processing.store(session, envelope_recipient=to, raw=returned_mail.notice(KAREN), now=NOW)
        processing.store(session, envelope_recipient=to, raw=b"", now=NOW)

    assert processing.work_off(engine, keyring=keyring) == 2
    assert processing.work_off(engine, keyring=keyring) == 0
    with database.reading(engine) as session:
        kinds = session.exec(select(InboundMessage.kind).order_by(InboundMessage.id)).all()
        assert kinds == [InboundKind.BOUNCE, InboundKind.OTHER]
        assert is_suppressed(session, KAREN, keyring=keyring)
