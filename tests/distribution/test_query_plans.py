"""Growth costs nothing: how both databases go about the engine's queries, as they say themselves.

The statements are those that the engine sends, listened to on their way.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.delivery import claims
from mailer.delivery.claims import Stretch
from mailer.distribution import batches, leases
from mailer.distribution.telling import listing
from mailer.models import Batch, Delivery, DeliveryStatus, Distribution
from mailer.releases.editions import FullRelease
from tests import factories
from tests.listening import explained, listening

NOW = factories.NOW
ROWS = 6000


@pytest.fixture
def distribution(session: Session, full: FullRelease) -> Distribution:
    """Two distributions of thousands; statistics are up to date. The second one."""
    for _ in range(2):
        row = factories.distribution(session, full.release)
        session.execute(sa.insert(Delivery), list(_deliveries(row.id or 0)))
        batches.cut(session, row.id or 0, size=100)
    session.execute(sa.text("ANALYZE"))
    return row


def _deliveries(distribution_id: int) -> Iterator[dict[str, Any]]:
    for position in range(ROWS):
        yield {
            "distribution_id": distribution_id,
            "position": position,
            "address_id": position + 1,
            "email": f"n{position}@b.example",
            "status": DeliveryStatus.PENDING if position % 50 else DeliveryStatus.REJECTED,
            "next_attempt_at": NOW if position % 50 else None,
            "message_id": f"<{position}@b.example>",
        }


def claim(session: Session, number: int) -> None:
    claims.claim(session, Stretch(number, 3000, 3099), owner="line", limit=50, now=NOW)


def lease(session: Session, number: int) -> None:
    assert leases.take(session, number, owner="line", until=NOW + timedelta(hours=1), now=NOW)


def lost(session: Session, _number: int) -> None:
    assert leases.overdue(session, now=NOW) == []


def recount(session: Session, number: int) -> None:
    chosen = select(Batch.id).where(Batch.distribution_id == number, Batch.first_position == 3000)
    batches.recount(session, batch_ids=[session.exec(chosen).one() or 0])


def progress(session: Session, number: int) -> None:
    assert sum(batches.progress(session, number, since=NOW).counts.values()) == ROWS


def first_page(session: Session, number: int) -> None:
    assert len(listing.page(session, number, size=51)) == 51


def late_page(session: Session, number: int) -> None:
    assert len(listing.page(session, number, start=5000, size=51)) == 51


def page_of_few(session: Session, number: int) -> None:
    rejected = DeliveryStatus.REJECTED
    assert len(listing.page(session, number, start=2000, size=51, status=rejected)) == 51


def same_address(session: Session, number: int) -> None:
    one = select(Delivery).where(Delivery.address_id == 7, col(Delivery.status).in_(["pending"]))
    assert len(session.exec(one).all()) == 2


def test_the_deliveries_are_reached_by_an_index(
    session: Session, distribution: Distribution, subtests: pytest.Subtests
) -> None:
    for asking in (
        claim,
        lease,
        recount,
        progress,
        first_page,
        late_page,
        page_of_few,
        same_address,
    ):
        with subtests.test(asking.__name__):
            with listening(session) as heard:
                asking(session, distribution.id or 0)
            assert heard
            for statement, parameters in heard:
                plan = explained(session, statement, parameters)
                assert not re.search(r"Seq Scan on delivery|SCAN delivery\b(?! USING)", plan), plan
                if "delivery" in statement:
                    assert re.search(r"(?i)index|primary key", plan), plan


def test_batches_are_found_among_those_of_all_times(
    session: Session, full: FullRelease, distribution: Distribution, subtests: pytest.Subtests
) -> None:
    for _ in range(20):
        old = factories.distribution(session, full.release)
        session.execute(sa.insert(Batch), list(_batches(old.id or 0)))
    session.execute(sa.text("ANALYZE"))
    for asking, index in ((lease, "ix_batch_due"), (lost, "ix_batch_held")):
        with subtests.test(index):
            with listening(session) as heard:
                asking(session, distribution.id or 0)
            plans = [explained(session, statement, parameters) for statement, parameters in heard]
            assert plans
            assert all(index in plan and "Seq Scan" not in plan for plan in plans), plans


def _batches(distribution_id: int) -> Iterator[dict[str, Any]]:
    for number in range(400):
        yield {
            "distribution_id": distribution_id,
            "first_position": 500 * number,
            "last_position": 500 * number + 499,
            "counts": {"sent": 500},
            "lease_owner": "",
        }
