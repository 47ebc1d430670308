"""The deliveries of a distribution page by page: the last of a million as fast as the first."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.models import Batch, Delivery, DeliveryStatus


def page(
    session: Session,
    distribution_id: int,
    *,
    size: int,
    start: int = 0,
    status: DeliveryStatus | None = None,
) -> list[Delivery]:
    """Up to `size` deliveries from the position `start` on, in the order of hand-over."""
    wanted = (
        select(Delivery)
        .where(Delivery.distribution_id == distribution_id, col(Delivery.position) >= start)
        .order_by(col(Delivery.position))
        .limit(size)
    )
    if status is not None:
        inside = [
            col(Delivery.position).between(first, last)
            for first, last in _stretches(session, distribution_id, status, start=start, most=size)
        ]
        wanted = wanted.where(Delivery.status == status, sa.or_(sa.false(), *inside))
    return list(session.exec(wanted))


def every(
    session: Session, distribution_id: int, *, size: int, status: DeliveryStatus | None = None
) -> Iterator[Delivery]:
    """All of them, read page by page, so that a large distribution fits into little memory."""
    start = 0
    while rows := page(session, distribution_id, size=size, start=start, status=status):
        yield from rows
        start = rows[-1].position + 1


def _stretches(
    session: Session, distribution_id: int, status: DeliveryStatus, *, start: int, most: int
) -> list[tuple[int, int]]:
    """Where such deliveries stand, as the counts of the batches say: enough of them for a page."""
    number = col(Batch.counts)[status.value].as_integer()
    rows = session.execute(
        sa.select(col(Batch.first_position), col(Batch.last_position), number)
        .where(
            col(Batch.distribution_id) == distribution_id,
            col(Batch.last_position) >= start,
            number > 0,
        )
        .order_by(col(Batch.first_position))
        .limit(most + 1)
    )
    found: list[tuple[int, int]] = []
    there = 0
    for first, last, in_batch in rows:
        found.append((first, last))
        # Of the first one, some may stand before the page.
        there += in_batch if first >= start else 0
        if there >= most:
            break
    return found
