from datetime import timedelta

import pytest
from sqlmodel import Session, select

from mailer.delivery.refusal import BounceClass, Reason
from mailer.distribution.wording import IN_DOUBT
from mailer.feedback import effects
from mailer.feedback.classification import Finding
from mailer.feedback.recording import record_event
from mailer.models import (
    AddressState,
    Batch,
    Delivery,
    DeliveryStatus,
    EventKind,
    Suppression,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.feedback.conftest import KAREN, Story

CLEAR = Finding(Reason.UNKNOWN_USER, BounceClass.HARD, is_clear=True)
HARD = Finding(Reason.UNKNOWN_USER, BounceClass.HARD, is_clear=False)
FULL = Finding(Reason.MAILBOX_FULL, BounceClass.SOFT, is_clear=False)
SPAM = Finding(Reason.CONTENT, BounceClass.BLOCK, is_clear=False)
LARGE = Finding(Reason.TOO_LARGE, BounceClass.SOFT, is_clear=False)

SENT, UNKNOWN = DeliveryStatus.SENT, DeliveryStatus.UNKNOWN
BOUNCED, COMPLAINED = DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED


def follow(
    session: Session,
    delivery: Delivery,
    kind: EventKind,
    keyring: Keyring,
    finding: Finding | None = None,
) -> None:
    effects.follow(
        session, delivery, kind, keyring=keyring, source="report 1", now=NOW, finding=finding
    )


@pytest.mark.parametrize(
    ("kind", "finding", "status", "state", "suppression"),
    [
        (EventKind.BOUNCED, CLEAR, BOUNCED, AddressState.HARD, SuppressionReason.BOUNCED),
        (EventKind.BOUNCED, HARD, BOUNCED, AddressState.HARD, None),
        (EventKind.BOUNCED, FULL, BOUNCED, AddressState.SOFT, None),
        (EventKind.BOUNCED, SPAM, BOUNCED, AddressState.OK, None),
        (EventKind.BOUNCED, LARGE, BOUNCED, AddressState.OK, None),
        (EventKind.BOUNCED, None, BOUNCED, AddressState.OK, None),
        (EventKind.DELAYED, None, SENT, AddressState.OK, None),
        (EventKind.AUTOREPLIED, None, SENT, AddressState.OK, None),
        (EventKind.REPLIED, None, SENT, AddressState.OK, None),
        (
            EventKind.COMPLAINED,
            None,
            COMPLAINED,
            AddressState.COMPLAINED,
            SuppressionReason.COMPLAINED,
        ),
        (
            EventKind.UNSUBSCRIBED,
            None,
            SENT,
            AddressState.SUPPRESSED,
            SuppressionReason.UNSUBSCRIBED,
        ),
    ],
)
def test_each_cell_of_the_table_is_what_follows(
    session: Session,
    story: Story,
    keyring: Keyring,
    kind: EventKind,
    finding: Finding | None,
    status: DeliveryStatus,
    state: AddressState,
    suppression: SuppressionReason | None,
) -> None:
    follow(session, story.delivery, kind, keyring, finding)

    session.refresh(story.address)
    assert (story.delivery.status, story.address.state) == (status, state)
    kept = session.exec(select(Suppression)).first()
    assert (kept and kept.reason) == suppression


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        (UNKNOWN, EventKind.BOUNCED, BOUNCED),
        (UNKNOWN, EventKind.DELAYED, SENT),
        (UNKNOWN, EventKind.AUTOREPLIED, SENT),
        (UNKNOWN, EventKind.OPENED, SENT),
        (UNKNOWN, EventKind.CLICKED, SENT),
        (UNKNOWN, EventKind.UNSUBSCRIBED, SENT),
        (UNKNOWN, EventKind.COMPLAINED, COMPLAINED),
        (BOUNCED, EventKind.COMPLAINED, COMPLAINED),
        (COMPLAINED, EventKind.BOUNCED, COMPLAINED),
        (BOUNCED, EventKind.AUTOREPLIED, BOUNCED),
        (DeliveryStatus.SENDING, EventKind.BOUNCED, BOUNCED),
        (DeliveryStatus.SENDING, EventKind.COMPLAINED, COMPLAINED),
        (DeliveryStatus.SENDING, EventKind.OPENED, DeliveryStatus.SENDING),
        (DeliveryStatus.DEFERRED, EventKind.OPENED, SENT),
        (DeliveryStatus.PENDING, EventKind.REPLIED, SENT),
        (DeliveryStatus.DEFERRED, EventKind.COMPLAINED, COMPLAINED),
        (DeliveryStatus.REJECTED, EventKind.BOUNCED, DeliveryStatus.REJECTED),
        (DeliveryStatus.DEFERRED, EventKind.BOUNCED, DeliveryStatus.DEFERRED),
        (DeliveryStatus.CANCELLED, EventKind.OPENED, DeliveryStatus.CANCELLED),
    ],
)
def test_an_event_moves_a_delivery_only_from_where_it_may_be(
    session: Session,
    story: Story,
    keyring: Keyring,
    before: DeliveryStatus,
    kind: EventKind,
    after: DeliveryStatus,
) -> None:
    story.delivery.status = before

    follow(session, story.delivery, kind, keyring)

    assert story.delivery.status is after


@pytest.mark.parametrize(
    ("kind", "after"), [(EventKind.OPENED, SENT), (EventKind.BOUNCED, BOUNCED)]
)
def test_what_is_known_to_have_arrived_is_not_handed_over_again_though_that_was_planned(
    session: Session, story: Story, keyring: Keyring, kind: EventKind, after: DeliveryStatus
) -> None:
    delivery = story.delivery
    delivery.status, delivery.reason = DeliveryStatus.DEFERRED, IN_DOUBT
    delivery.next_attempt_at = NOW

    follow(session, delivery, kind, keyring)

    moved = session.exec(select(Delivery.status, Delivery.next_attempt_at)).all()
    assert moved == [(after, None)]
    assert set(session.exec(select(Batch.due_at)).all()) <= {None}


def test_nothing_comes_back_of_what_was_never_handed_over(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.status, story.delivery.attempt = DeliveryStatus.PENDING, 0

    follow(session, story.delivery, EventKind.OPENED, keyring)

    assert story.delivery.status is DeliveryStatus.PENDING


def test_a_soft_bounce_does_not_revive_a_dead_address(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.address.state = AddressState.HARD

    follow(session, story.delivery, EventKind.BOUNCED, keyring, FULL)

    session.refresh(story.address)
    assert story.address.state is AddressState.HARD


def test_an_address_that_complained_stays_so(
    session: Session, story: Story, keyring: Keyring
) -> None:
    follow(session, story.delivery, EventKind.COMPLAINED, keyring)
    follow(session, story.delivery, EventKind.BOUNCED, keyring, CLEAR)

    session.refresh(story.address)
    assert story.address.state is AddressState.COMPLAINED


def bounced_before(
    session: Session, story: Story, finding: Finding, *, days_ago: int, times: int = 1
) -> None:
    """Earlier messages to Karen came back, each with two reports."""
    for number in range(times):
        other = factories.distribution(session, story.release)
        earlier = factories.delivery(session, other, KAREN, status=BOUNCED)
        for copy in "ab":
            record_event(
                session,
                delivery_id=earlier.id or 0,
                kind=EventKind.BOUNCED,
                source_key=f"bounced:{earlier.id}:{number}{copy}",
                occurred_at=NOW - timedelta(days=days_ago),
                details={"bounce_class": finding.bounce_class, "reason": finding.reason},
            )


def bounces_now(session: Session, story: Story, keyring: Keyring, finding: Finding) -> bool:
    record_event(
        session,
        delivery_id=story.delivery.id or 0,
        kind=EventKind.BOUNCED,
        source_key="bounced:now",
        occurred_at=NOW,
        details={"bounce_class": finding.bounce_class, "reason": finding.reason},
    )
    follow(session, story.delivery, EventKind.BOUNCED, keyring, finding)
    return session.exec(select(Suppression)).first() is not None


@pytest.mark.parametrize(("days_ago", "suppressed"), [(6, True), (8, False)])
def test_a_second_hard_bounce_within_seven_days_suppresses(
    session: Session, story: Story, keyring: Keyring, days_ago: int, suppressed: bool
) -> None:
    bounced_before(session, story, HARD, days_ago=days_ago)

    assert bounces_now(session, story, keyring, HARD) is suppressed


@pytest.mark.parametrize(
    ("times", "days_ago", "suppressed"), [(4, 29, True), (3, 29, False), (4, 31, False)]
)
def test_five_times_a_full_mailbox_in_thirty_days_suppresses(
    session: Session, story: Story, keyring: Keyring, times: int, days_ago: int, suppressed: bool
) -> None:
    bounced_before(session, story, FULL, days_ago=days_ago, times=times)

    assert bounces_now(session, story, keyring, FULL) is suppressed


def test_any_number_of_blocked_messages_leaves_the_address_alone(
    session: Session, story: Story, keyring: Keyring
) -> None:
    bounced_before(session, story, SPAM, days_ago=1, times=6)

    assert not bounces_now(session, story, keyring, SPAM)


def test_what_waits_for_a_suppressed_address_is_withheld_everywhere(
    session: Session, story: Story, keyring: Keyring
) -> None:
    other = factories.distribution(session, story.release)
    waiting = factories.delivery(session, other, KAREN, status=DeliveryStatus.DEFERRED)
    neighbour = factories.delivery(session, other, "per@havnebladet.example")

    follow(session, story.delivery, EventKind.COMPLAINED, keyring)

    assert (waiting.status, waiting.reason) == (DeliveryStatus.WITHHELD, "complained")
    assert neighbour.status is DeliveryStatus.PENDING
