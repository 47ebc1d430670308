"""What became of the deliveries of a release, added up in the database: totals, and the same for
each language, country, outlet or provider.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.delivery.refusal import BounceClass
from mailer.distribution.batches import HANDED_OVER
from mailer.models import (
    Address,
    Agent,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Distribution,
    EventKind,
    Outlet,
    TrackingMode,
)


@dataclass(frozen=True)
class Figures:
    """What became of a number of deliveries; each of them counts at most once in each figure.

    recipients = sent + waiting + deferred + rejected + unknown + withheld + expired + cancelled.
    `sent` counts what the relay took, whatever came back later, so bounced and complained ones
    too. Opened and clicked count deliveries with consent only (see `measurable`): `opened` and
    `clicked` by anyone or anything, the others by agent; `clicks` counts every click.
    """

    recipients: int = 0
    sent: int = 0
    #: Not handed over yet, or just being handed over.
    waiting: int = 0
    #: Put off by the server, and waiting for another attempt.
    deferred: int = 0
    deferred_then_sent: int = 0
    rejected: int = 0
    bounced: int = 0
    bounced_hard: int = 0
    bounced_soft: int = 0
    bounced_block: int = 0
    complained: int = 0
    unknown: int = 0
    withheld: int = 0
    expired: int = 0
    cancelled: int = 0
    opened: int = 0
    opened_by_persons: int = 0
    opened_by_proxies: int = 0
    opened_by_scanners: int = 0
    clicked: int = 0
    clicked_by_persons: int = 0
    clicked_by_proxies: int = 0
    clicked_by_scanners: int = 0
    clicks: int = 0
    unsubscribed: int = 0
    #: Of the sent ones: those whose opens and clicks are recorded in person, by consent.
    measurable: int = 0
    #: Of the sent ones: those that only count together with all others.
    counted_together: int = 0

    @property
    def measurable_share(self) -> float:
        """The share of the sent deliveries that is measured in person, from 0 to 1."""
        return self.measurable / self.sent if self.sent else 0.0

    def as_json(self) -> dict[str, int | float]:
        """The figures by name."""
        return asdict(self) | {"measurable_share": round(self.measurable_share, 4)}


@dataclass(frozen=True)
class Line:
    """The figures of one language, country, outlet or provider; an empty name: not known."""

    name: str
    figures: Figures


# Literal, not a parameter: PostgreSQL would not see that both places of it are the same.
NOT_KNOWN: sa.ColumnElement[str] = sa.literal_column("''")
#: What the lines are sorted by, and where it stands.
DIMENSIONS: dict[str, Any] = {
    "cover_language": col(Delivery.cover_language),
    "edition_language": col(Delivery.edition_language),
    "country": col(Delivery.country),
    "media_type": sa.func.coalesce(sa.cast(col(Outlet.media_type), sa.String), NOT_KNOWN),
    "outlet": col(Delivery.outlet_name),
    # As the message went: an address may be gone since (F8, R12).
    "provider": sa.func.coalesce(
        sa.func.nullif(col(Delivery.provider), NOT_KNOWN), col(Address.domain), NOT_KNOWN
    ),
}
#: Where several reports tell of one delivery, the gravest counts.
GRAVITY = {BounceClass.HARD: 3, BounceClass.SOFT: 2, BounceClass.BLOCK: 1}
EVER = {
    "opened": EventKind.OPENED,
    "clicked": EventKind.CLICKED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
}
SEEN = {
    "opened_by_persons": (EventKind.OPENED, Agent.PERSON),
    "opened_by_proxies": (EventKind.OPENED, Agent.PROXY),
    "opened_by_scanners": (EventKind.OPENED, Agent.SCANNER),
    "clicked_by_persons": (EventKind.CLICKED, Agent.PERSON),
    "clicked_by_proxies": (EventKind.CLICKED, Agent.PROXY),
    "clicked_by_scanners": (EventKind.CLICKED, Agent.SCANNER),
}


def lines_by(session: Session, release_id: int, *, dimension: str) -> tuple[Line, ...]:
    """The figures of the release for each value of that dimension, the largest group first."""
    sorted_by = DIMENSIONS[dimension]
    events = _events(release_id)
    columns = _columns(events)
    query = (
        sa.select(sorted_by.label("name"), *(sum_.label(name) for name, sum_ in columns.items()))
        .select_from(Delivery)
        .join(Distribution, col(Distribution.id) == Delivery.distribution_id)
        .outerjoin(events, events.c.delivery_id == Delivery.id)
        .outerjoin(Address, col(Address.id) == Delivery.address_id)
        .outerjoin(Outlet, col(Outlet.id) == Delivery.outlet_id)
        .where(col(Distribution.release_id) == release_id)
        .group_by(sorted_by)
        .order_by(sa.desc("recipients"), sorted_by)
    )
    rows = session.execute(query).mappings()
    return tuple(
        Line(str(row["name"]), Figures(**{name: int(row[name]) for name in columns}))
        for row in rows
    )


def _columns(events: sa.Subquery) -> dict[str, sa.ColumnElement[int]]:
    """For each figure, the sum that gives it."""
    status = col(Delivery.status)
    taken = status.in_(HANDED_OVER)
    bounced = status == DeliveryStatus.BOUNCED
    tracking = col(Delivery.tracking)
    plain = {
        each.value: _number(status == each)
        for each in (
            DeliveryStatus.DEFERRED,
            DeliveryStatus.REJECTED,
            DeliveryStatus.COMPLAINED,
            DeliveryStatus.UNKNOWN,
            DeliveryStatus.WITHHELD,
            DeliveryStatus.EXPIRED,
            DeliveryStatus.CANCELLED,
        )
    }
    return plain | {
        "recipients": sa.func.count(),
        "sent": _number(taken),
        "waiting": _number(status.in_((DeliveryStatus.PENDING, DeliveryStatus.SENDING))),
        "deferred_then_sent": _number(taken & (events.c.deferred == 1)),
        "bounced": _number(bounced),
        **{
            f"bounced_{each}": _number(bounced & (events.c.gravity == gravity))
            for each, gravity in GRAVITY.items()
        },
        **{
            name: sa.func.coalesce(sa.func.sum(events.c[name]), 0)
            for name in (*EVER, *SEEN, "clicks")
        },
        "measurable": _number(taken & (tracking == TrackingMode.INDIVIDUAL)),
        "counted_together": _number(taken & (tracking == TrackingMode.AGGREGATE)),
    }


def _events(release_id: int) -> sa.Subquery:
    """One row for each delivery of the release that has events: 1 for what has happened to it."""
    kind, agent = col(DeliveryEvent.kind), col(DeliveryEvent.agent)
    spoken = col(DeliveryEvent.details)["bounce_class"].as_string()
    gravity = sa.case(
        *((spoken == each.value, number) for each, number in GRAVITY.items()), else_=0
    )
    seen = {name: (kind == what) & (agent == who) for name, (what, who) in SEEN.items()}
    return (
        sa.select(
            col(DeliveryEvent.delivery_id).label("delivery_id"),
            _ever(kind == EventKind.DEFERRED).label("deferred"),
            *(_ever(kind == what).label(name) for name, what in EVER.items()),
            *(_ever(condition).label(name) for name, condition in seen.items()),
            _number(kind == EventKind.CLICKED).label("clicks"),
            sa.func.max(sa.case((kind == EventKind.BOUNCED, gravity), else_=0)).label("gravity"),
        )
        .join(Delivery, col(Delivery.id) == DeliveryEvent.delivery_id)
        .join(Distribution, col(Distribution.id) == Delivery.distribution_id)
        .where(col(Distribution.release_id) == release_id)
        .group_by(col(DeliveryEvent.delivery_id))
        .subquery()
    )


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _ever(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.max(sa.case((condition, 1), else_=0))


def total(parts: Iterable[Figures]) -> Figures:
    """The figures of several groups together."""
    each = list(parts)
    return Figures(
        **{field.name: sum(getattr(one, field.name) for one in each) for field in fields(Figures)}
    )
