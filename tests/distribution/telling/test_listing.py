"""Listing deliveries: page by page in the order of hand-over, all or those of one status."""

import pytest
from sqlmodel import Session

from mailer.distribution.telling import listing
from mailer.models import DeliveryStatus, Distribution
from mailer.releases.editions import FullRelease
from tests import factories


@pytest.fixture
def distribution(session: Session, full: FullRelease) -> Distribution:
    """Twelve deliveries in batches of two, every fifth of them rejected; and another one."""
    row = factories.distribution(session, full.release)
    for position in range(12):
        status = DeliveryStatus.PENDING if position % 5 else DeliveryStatus.REJECTED
        email = f"n{position}@b.example"
        factories.delivery(session, row, email, position=position, status=status)
    factories.in_batches(session, row, size=2)
    other = factories.distribution(session, full.release)
    factories.delivery(session, other, "other@b.example", position=3)
    return row


def positions(session: Session, distribution: Distribution, **given: object) -> list[int]:
    rows = listing.page(session, distribution.id or 0, **{"size": 4, **given})  # type: ignore[arg-type]
    return [row.position for row in rows]


def test_a_page_begins_where_it_is_told_to(session: Session, distribution: Distribution) -> None:
    assert positions(session, distribution) == [0, 1, 2, 3]
    assert positions(session, distribution, start=10) == [10, 11]
    assert positions(session, distribution, start=12) == []


def test_a_page_of_one_status_skips_the_others(
    session: Session, distribution: Distribution
) -> None:
    rejected = {"status": DeliveryStatus.REJECTED}
    assert positions(session, distribution, **rejected) == [0, 5, 10]
    assert positions(session, distribution, **rejected, start=5) == [5, 10]
    assert positions(session, distribution, **rejected, start=6, size=1) == [10]
    assert positions(session, distribution, status=DeliveryStatus.SENT) == []


def test_a_page_is_full_when_there_are_enough(session: Session, distribution: Distribution) -> None:
    waiting = {"status": DeliveryStatus.PENDING}
    assert positions(session, distribution, **waiting, start=2) == [2, 3, 4, 6]


def test_all_pages_together_are_everything_once(
    session: Session, distribution: Distribution
) -> None:
    number = distribution.id or 0
    everything = [row.position for row in listing.every(session, number, size=5)]
    assert everything == list(range(12))
    waiting = listing.every(session, number, size=3, status=DeliveryStatus.PENDING)
    assert [row.position for row in waiting] == [1, 2, 3, 4, 6, 7, 8, 9, 11]
