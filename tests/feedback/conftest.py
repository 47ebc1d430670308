"""A release that was sent to one Danish reporter, who let her opens and clicks be recorded."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session

from mailer.models import (
    Address,
    Delivery,
    DeliveryStatus,
    Distribution,
    Journalist,
    Office,
    Release,
    TrackedLink,
    TrackingMode,
)
from tests import factories
from tests.factories import NOW

KAREN = "karen@havnebladet.example"


@dataclass
class Story:
    """What happened before the test begins."""

    office: Office
    release: Release
    distribution: Distribution
    journalist: Journalist
    address: Address
    delivery: Delivery
    link: TrackedLink


@pytest.fixture
def story(session: Session, office: Office) -> Story:
    """Karen's message was taken by the relay a minute ago."""
    office.tracking = TrackingMode.INDIVIDUAL
    release = factories.release(session, office)
    distribution = factories.distribution(session, release)
    journalist = factories.journalist(
        session, KAREN, tracking=TrackingMode.INDIVIDUAL, tracking_consented_at=NOW
    )
    delivery = factories.delivery(
        session,
        distribution,
        KAREN,
        journalist_id=journalist.id,
        tracking=TrackingMode.INDIVIDUAL,
        status=DeliveryStatus.SENT,
        attempt=1,
        sent_at=NOW - timedelta(minutes=1),
    )
    link = factories.saved(
        session,
        TrackedLink(revision_id=delivery.revision_id or 0, number=3, url="https://x.example/code"),
    )
    return Story(
        office=office,
        release=release,
        distribution=distribution,
        journalist=journalist,
        address=factories.address(session, KAREN),
        delivery=delivery,
        link=link,
    )
