import pytest
from sqlmodel import Session

from mailer.feedback.measuring import is_measured, stop_measuring
from mailer.models import Delivery, DeliveryStatus, Journalist, Office, TrackingMode
from tests import factories

CONSENT = {
    "tracking": TrackingMode.INDIVIDUAL,
    "tracking_consented_at": factories.NOW,
}


@pytest.fixture
def measured(session: Session, office: Office) -> Delivery:
    """A delivery to a journalist who agreed to be measured in person."""
    person = factories.journalist(session, "agreed@press.example", **CONSENT)
    row = factories.release(session, office)
    return factories.delivery(
        session,
        factories.distribution(session, row),
        "agreed@press.example",
        journalist_id=person.id,
        tracking=TrackingMode.INDIVIDUAL,
    )


def test_stopping_ends_the_measuring_of_that_person(session: Session, measured: Delivery) -> None:
    assert is_measured(session, measured)
    assert stop_measuring(session, measured.id or 0)
    assert not is_measured(session, measured)


def test_stopping_twice_changes_nothing_the_second_time(
    session: Session, measured: Delivery
) -> None:
    assert stop_measuring(session, measured.id or 0)
    assert not stop_measuring(session, measured.id or 0)


def test_a_desk_can_stop_it_too(session: Session, office: Office) -> None:
    desk = factories.desk(session, "desk@press.example", **CONSENT)
    run = factories.distribution(session, factories.release(session, office))
    row = factories.delivery(session, run, "desk@press.example", desk_id=desk.id)
    assert stop_measuring(session, row.id or 0)
    assert desk.tracking is TrackingMode.NONE


@pytest.mark.parametrize(
    ("status", "mode"),
    [
        (DeliveryStatus.PENDING, TrackingMode.NONE),
        (DeliveryStatus.DEFERRED, TrackingMode.NONE),
        (DeliveryStatus.SENT, TrackingMode.INDIVIDUAL),
    ],
)
def test_messages_still_to_be_composed_carry_no_pixel_of_their_own(
    session: Session, measured: Delivery, status: DeliveryStatus, mode: TrackingMode
) -> None:
    measured.status = status
    session.flush()
    stop_measuring(session, measured.id or 0)
    session.refresh(measured)
    assert measured.tracking is mode


def test_the_date_of_the_consent_stays_as_proof(session: Session, measured: Delivery) -> None:
    stop_measuring(session, measured.id or 0)
    person = session.get(Journalist, measured.journalist_id)
    assert person is not None
    assert person.tracking_consented_at == factories.NOW


def test_a_delivery_that_is_gone_is_no_fault(session: Session) -> None:
    assert not stop_measuring(session, 999)
