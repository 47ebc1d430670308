"""Batches: some hundred deliveries that one worker holds at a time, and what has become of them.

Whoever changes the status of a delivery counts its batch again in the same transaction. So the
progress of a distribution is a sum over its batches, however many deliveries it has.

The order of locks, so that nobody waits in a circle and nobody counts what another is changing:

0. before all others the lock of the address book, of those who keep it (`contacts.book_lock`): an
   import, an undo, a merge, a move, an erasure, retention; no journalist and no sender takes it;
1. the batches, by their number: all that a transaction needs, before it reads what it decides by;
2. deliveries, their events, and addresses with their suppressions, by the number of the address;
3. last the row of the distribution: its status and its note.

People and desks who were informed (`informing`) stand in no such order: who is held is left out.

Who holds batches already and would have others too takes only those that are free
(`lock_free_around`). SQLite has one lock for all, which a writing transaction takes at its begin.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.models import Batch, Delivery, DeliveryStatus

#: Deliveries that nobody has begun to hand over.
WAITING = (DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)
#: Deliveries that the relay took, whatever came back later.
HANDED_OVER = (DeliveryStatus.SENT, DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED)

_IS_WAITING = col(Delivery.status).in_(WAITING)
#: What is looked at for each status in a batch.
_FACTS = (
    col(Delivery.status),
    sa.func.count(),
    sa.func.min(sa.case((_IS_WAITING, col(Delivery.next_attempt_at)))),
    sa.func.min(col(Delivery.sent_at)),
    sa.func.max(col(Delivery.sent_at)),
)


@dataclass
class _Tally:
    """What is in one batch."""

    counts: dict[str, int] = field(default_factory=dict)
    due_at: datetime | None = None
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None

    def add(
        self,
        status: DeliveryStatus,
        number: int,
        next_at: datetime | None,
        first_at: datetime | None,
        last_at: datetime | None,
    ) -> None:
        self.counts[status.value] = number
        self.due_at = min(filter(None, (self.due_at, next_at)), default=None)
        self.first_sent_at = min(filter(None, (self.first_sent_at, first_at)), default=None)
        self.last_sent_at = max(filter(None, (self.last_sent_at, last_at)), default=None)


def cut(session: Session, distribution_id: int, *, size: int, start: int = 0) -> int:
    """Cut the deliveries of a distribution into batches, in their order; the number of batches.

    From the position `start` on: what stands before it was cut already.
    """
    place = col(Delivery.position) - start
    first = (col(Delivery.position) - place % size).label("first")
    rows = session.execute(
        sa.select(first, *_FACTS)
        .where(col(Delivery.distribution_id) == distribution_id, col(Delivery.position) >= start)
        .group_by(first, col(Delivery.status))
    )
    tallies: defaultdict[int, _Tally] = defaultdict(_Tally)
    for position, *facts in rows:
        tallies[position].add(*facts)
    values = [
        {
            "distribution_id": distribution_id,
            "first_position": position,
            "last_position": position + size - 1,
            "lease_owner": "",
            "lease_until": None,
            **vars(tally),
        }
        for position, tally in sorted(tallies.items())
    ]
    if values:
        session.execute(sa.insert(Batch), values)
    return len(values)


_COUNTED = (
    sa.select(col(Batch.id), *_FACTS)
    .join(
        Delivery,
        sa.and_(
            col(Delivery.distribution_id) == col(Batch.distribution_id),
            col(Delivery.position).between(col(Batch.first_position), col(Batch.last_position)),
        ),
    )
    .group_by(col(Batch.id), col(Delivery.status))
)
_COUNT = (
    sa.update(Batch.__table__)  # type: ignore[attr-defined]
    .where(col(Batch.id) == sa.bindparam("number"))
    .values({name: sa.bindparam(f"new_{name}") for name in _Tally.__dataclass_fields__})
)


def next_position(session: Session, distribution_id: int) -> int:
    """Where deliveries that are added to a distribution begin."""
    last = sa.select(sa.func.max(col(Batch.last_position))).where(
        col(Batch.distribution_id) == distribution_id
    )
    found = session.execute(last).scalar_one()
    return 0 if found is None else found + 1


def open_among(session: Session, distribution_ids: Collection[int]) -> set[int]:
    """Those of them in which something may still change by itself."""
    rows = session.execute(
        sa.select(col(Batch.distribution_id))
        .where(
            col(Batch.distribution_id).in_(distribution_ids),
            sa.or_(col(Batch.due_at).is_not(None), col(Batch.lease_owner) != ""),
        )
        .distinct()
    )
    return set(rows.scalars())


def recount(session: Session, *, batch_ids: Collection[int]) -> None:
    """Count what is in these batches again."""
    tallies = {number: _Tally() for number in batch_ids}
    for number, *facts in session.execute(_COUNTED.where(col(Batch.id).in_(sorted(tallies)))):
        tallies[number].add(*facts)
    values = [
        {"number": number, **{f"new_{name}": value for name, value in vars(tally).items()}}
        for number, tally in sorted(tallies.items())
    ]
    if values:
        session.connection().execute(_COUNT, values)


def lock(session: Session, batch_ids: Collection[int]) -> list[int]:
    """Let nobody else count or claim in these batches until we are done; their numbers."""
    return _locked(session, col(Batch.id).in_(sorted(batch_ids)))


def lock_all(session: Session, *distribution_ids: int) -> list[int]:
    """The same for all batches of these distributions."""
    return _locked(session, col(Batch.distribution_id).in_(distribution_ids))


def lock_around(session: Session, places: Iterable[tuple[int, int]]) -> list[int]:
    """The same for the batches around some deliveries: (distribution id, position) of each."""
    return _locked(session, _around(places))


def lock_free_around(session: Session, places: Iterable[tuple[int, int]]) -> list[int]:
    """The same, but without those that somebody else has locked: for who holds others already."""
    return _locked(session, _around(places), skip_locked=True)


def _around(places: Iterable[tuple[int, int]]) -> sa.ColumnElement[bool]:
    around = [
        sa.and_(
            col(Batch.distribution_id) == distribution_id,
            col(Batch.first_position) <= position,
            col(Batch.last_position) >= position,
        )
        for distribution_id, position in places
    ]
    return sa.or_(sa.false(), *around)


def _locked(
    session: Session, condition: sa.ColumnElement[bool], *, skip_locked: bool = False
) -> list[int]:
    chosen = sa.select(col(Batch.id)).where(condition).order_by(col(Batch.id))
    return list(session.execute(chosen.with_for_update(skip_locked=skip_locked)).scalars())


@dataclass(frozen=True)
class Progress:
    """How far a distribution is, and how fast it has been lately."""

    counts: dict[str, int]
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    #: Hand-overs since the moment that was asked for.
    recent: int


def progress(session: Session, distribution_id: int, *, since: datetime) -> Progress:
    """The sum over all batches of that distribution."""
    total: Counter[str] = Counter()
    firsts, lasts, recent, mixed = [], [], 0, []
    rows = session.execute(
        sa.select(
            col(Batch.id), col(Batch.counts), col(Batch.first_sent_at), col(Batch.last_sent_at)
        ).where(col(Batch.distribution_id) == distribution_id)
    )
    for number, counts, first_at, last_at in rows:
        total.update(counts)
        if first_at is None or last_at is None:
            continue
        firsts.append(first_at)
        lasts.append(last_at)
        if first_at >= since:
            recent += sum(counts.get(status, 0) for status in HANDED_OVER)
        elif last_at >= since:
            mixed.append(number)
    return Progress(
        counts={status.value: total[status] for status in DeliveryStatus if total[status]},
        first_sent_at=min(firsts, default=None),
        last_sent_at=max(lasts, default=None),
        recent=recent + _sent_since(session, mixed, since=since),
    )


def _sent_since(session: Session, batch_ids: list[int], *, since: datetime) -> int:
    """Hand-overs since that moment in batches that had begun before it; those are few."""
    if not batch_ids:
        return 0
    inside = sa.and_(
        col(Delivery.distribution_id) == col(Batch.distribution_id),
        col(Delivery.position).between(col(Batch.first_position), col(Batch.last_position)),
    )
    number = (
        sa.select(sa.func.count())
        .select_from(Batch)
        .join(Delivery, inside)
        .where(col(Batch.id).in_(batch_ids), col(Delivery.sent_at) >= since)
    )
    return int(session.execute(number).scalar_one())
