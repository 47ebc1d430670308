import pytest
from sqlmodel import Session, select

from mailer.contacts.suppressions import is_suppressed
from mailer.delivery.outcome import Phase, from_reply, lost
from mailer.feedback.recording import record_event, record_outcome
from mailer.models import AddressState, DeliveryEvent, DeliveryStatus, EventKind
from mailer.tokens import Keyring
from tests.factories import NOW
from tests.feedback.conftest import KAREN, Story


def events(session: Session) -> list[DeliveryEvent]:
    return list(session.exec(select(DeliveryEvent)))


def record(session: Session, story: Story, *, key: str) -> bool:
    return record_event(
        session,
        delivery_id=story.delivery.id or 0,
        kind=EventKind.DELAYED,
        source_key=key,
        occurred_at=NOW,
        details={"status": "4.4.1"},
    )


def test_an_event_is_recorded_once(session: Session, story: Story) -> None:
    assert record(session, story, key="delayed:1:a")
    assert not record(session, story, key="delayed:1:a")
    assert record(session, story, key="delayed:1:b")

    first, second = events(session)
    assert (first.kind, first.occurred_at) == (EventKind.DELAYED, NOW)
    assert (first.details, second.source_key) == ({"status": "4.4.1"}, "delayed:1:b")


def test_a_deferral_is_an_event_and_nothing_more(
    session: Session, story: Story, keyring: Keyring
) -> None:
    outcome = from_reply(Phase.RCPT, 451, "4.7.1 Greylisted, come back later")

    assert record_outcome(session, story.delivery, outcome, keyring=keyring, now=NOW)
    assert not record_outcome(session, story.delivery, outcome, keyring=keyring, now=NOW)

    [event] = events(session)
    assert (event.kind, event.details["reason"]) == (EventKind.DEFERRED, "greylisted")
    session.refresh(story.address)
    assert story.address.state is AddressState.OK


def test_the_next_attempt_has_its_own_event(
    session: Session, story: Story, keyring: Keyring
) -> None:
    outcome = from_reply(Phase.RCPT, 451, "4.7.1 Greylisted")
    record_outcome(session, story.delivery, outcome, keyring=keyring, now=NOW)
    story.delivery.attempt = 2

    assert record_outcome(session, story.delivery, outcome, keyring=keyring, now=NOW)


def test_a_clear_refusal_of_the_recipient_suppresses_the_address(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.status = DeliveryStatus.REJECTED
    outcome = from_reply(Phase.RCPT, 550, "5.1.1 User unknown")

    record_outcome(session, story.delivery, outcome, keyring=keyring, now=NOW)

    assert is_suppressed(session, KAREN, keyring=keyring)
    session.refresh(story.address)
    assert (story.address.state, story.address.state_reason) == (AddressState.HARD, "unknown_user")
    assert story.delivery.status is DeliveryStatus.REJECTED


@pytest.mark.parametrize(
    ("phase", "code", "text"),
    [
        (Phase.AFTER_DOT, 554, "5.7.1 rejected as spam"),
        (Phase.RCPT, 550, "5.7.1 blocked using dnsbl.example"),
        (Phase.RCPT, 550, "5.7.26 SPF check failed"),
        (Phase.RCPT, 550, "5.7.1 not accepted here"),
        (Phase.RCPT, 550, "5.1.1 too many messages from you: rate limited"),
        (Phase.AFTER_DOT, 552, "5.3.4 message too large"),
        (Phase.MAIL, 550, "5.1.1 user unknown"),
        (Phase.AUTH, 535, "5.7.8 bad credentials"),
    ],
)
def test_a_refusal_of_us_or_of_the_text_never_touches_the_address(
    session: Session, story: Story, keyring: Keyring, phase: Phase, code: int, text: str
) -> None:
    record_outcome(session, story.delivery, from_reply(phase, code, text), keyring=keyring, now=NOW)

    assert not is_suppressed(session, KAREN, keyring=keyring)
    session.refresh(story.address)
    assert story.address.state is AddressState.OK


def test_a_full_mailbox_is_soft(session: Session, story: Story, keyring: Keyring) -> None:
    outcome = from_reply(Phase.RCPT, 552, "5.2.2 Mailbox full")

    record_outcome(session, story.delivery, outcome, keyring=keyring, now=NOW)

    assert not is_suppressed(session, KAREN, keyring=keyring)
    session.refresh(story.address)
    assert story.address.state is AddressState.SOFT


@pytest.mark.parametrize(
    "outcome", [from_reply(Phase.AFTER_DOT, 250, "2.0.0 queued"), lost(Phase.AFTER_DOT, "cut")]
)
def test_what_was_taken_or_is_in_doubt_is_no_event(
    session: Session, story: Story, keyring: Keyring, outcome: object
) -> None:
    assert not record_outcome(session, story.delivery, outcome, keyring=keyring, now=NOW)
    assert events(session) == []
