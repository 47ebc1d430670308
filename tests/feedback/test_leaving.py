import pytest
from sqlmodel import Session, select

from mailer.contacts.suppressions import is_suppressed
from mailer.feedback.leaving import unsubscribe
from mailer.models import (
    AddressState,
    DeliveryEvent,
    DeliveryStatus,
    EventKind,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.feedback.conftest import KAREN, Story


def leave(session: Session, story: Story, keyring: Keyring) -> bool:
    number = story.delivery.id or 0
    return unsubscribe(session, number, keyring=keyring, source="one-click", now=NOW)


def test_whoever_leaves_is_off_everything_at_once(
    session: Session, story: Story, keyring: Keyring
) -> None:
    assert leave(session, story, keyring)

    [kept] = session.exec(select(Suppression))
    assert (kept.scope, kept.reason) == (SuppressionScope.ALL, SuppressionReason.UNSUBSCRIBED)
    assert kept.source == "one-click"
    assert is_suppressed(session, "Karen@Havnebladet.example", keyring=keyring)
    session.refresh(story.address)
    assert story.address.state is AddressState.SUPPRESSED
    [event] = session.exec(select(DeliveryEvent))
    assert (event.kind, event.details) == (EventKind.UNSUBSCRIBED, {"source": "one-click"})
    assert story.delivery.status is DeliveryStatus.SENT


def test_leaving_twice_changes_nothing(session: Session, story: Story, keyring: Keyring) -> None:
    leave(session, story, keyring)

    assert not leave(session, story, keyring)
    assert len(session.exec(select(Suppression)).all()) == 1
    assert len(session.exec(select(DeliveryEvent)).all()) == 1


@pytest.mark.parametrize("status", [DeliveryStatus.PENDING, DeliveryStatus.DEFERRED])
def test_what_waits_for_the_address_is_withheld_in_every_distribution(
    session: Session, story: Story, keyring: Keyring, status: DeliveryStatus
) -> None:
    other = factories.distribution(session, story.release)
    waiting = factories.delivery(session, other, KAREN, status=status, next_attempt_at=NOW)

    leave(session, story, keyring)

    session.refresh(waiting)
    assert (waiting.status, waiting.reason) == (DeliveryStatus.WITHHELD, "unsubscribed")
    assert waiting.next_attempt_at is None


@pytest.mark.parametrize("status", [DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN])
def test_what_is_out_of_our_hands_stays_as_it_is(
    session: Session, story: Story, keyring: Keyring, status: DeliveryStatus
) -> None:
    other = factories.distribution(session, story.release)
    out = factories.delivery(session, other, KAREN, status=status)

    leave(session, story, keyring)

    session.refresh(out)
    assert out.status is status


def test_leaving_works_when_the_contact_is_gone(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.address_id = None
    other = factories.distribution(session, story.release)
    waiting = factories.delivery(session, other, KAREN)
    orphan = factories.delivery(
        session, factories.distribution(session, story.release), KAREN, address_id=None
    )

    assert leave(session, story, keyring)

    assert is_suppressed(session, KAREN, keyring=keyring)
    session.refresh(waiting)
    session.refresh(orphan)
    assert waiting.status is orphan.status is DeliveryStatus.WITHHELD


def test_leaving_works_when_the_delivery_is_anonymised(
    session: Session, story: Story, keyring: Keyring
) -> None:
    story.delivery.address_id, story.delivery.email = None, ""

    assert leave(session, story, keyring)
    assert session.exec(select(Suppression)).first() is None


def test_a_delivery_that_is_erased_is_no_error(session: Session, keyring: Keyring) -> None:
    assert not unsubscribe(session, 4711, keyring=keyring, source="one-click", now=NOW)


def test_who_came_back_can_leave_by_the_old_link(
    session: Session, story: Story, keyring: Keyring
) -> None:
    leave(session, story, keyring)
    session.delete(session.exec(select(Suppression)).one())

    leave(session, story, keyring)

    assert is_suppressed(session, KAREN, keyring=keyring)


def test_leaving_is_stronger_than_a_bounce(
    session: Session, story: Story, keyring: Keyring
) -> None:
    factories.saved(
        session,
        Suppression(
            address_hash=keyring.address_hash(KAREN),
            reason=SuppressionReason.BOUNCED,
            created_at=NOW,
        ),
    )

    leave(session, story, keyring)

    assert session.exec(select(Suppression)).one().reason is SuppressionReason.UNSUBSCRIBED
