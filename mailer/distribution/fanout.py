"""The moment a distribution is due: its audience is frozen into one delivery for each address."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from mailer.audience.criteria import parse
from mailer.audience.selection import LeftOut
from mailer.compose.message import message_id
from mailer.compose.tracking import register_links
from mailer.distribution.planning import PlannedDelivery, as_delivery, plan
from mailer.models import Delivery, DeliveryStatus, Distribution
from mailer.releases.editions import FullRelease, load_by_id
from mailer.tokens import Keyring

#: Rows of one INSERT; enough that the round trips do not count.
ROWS_AT_ONCE = 1000
#: Given by the database or the default, not by the plan.
NOT_PLANNED = {"id", "distribution_id"}


@dataclass(frozen=True)
class Identity:
    """What a message's own name is made of."""

    domain: str
    keyring: Keyring


def fan_out(
    session: Session, distribution: Distribution, *, identity: Identity, at: datetime
) -> int:
    """Freeze the audience: one delivery for each address, identities included; their number.

    Those that the criteria found but a rule leaves out are kept as `withheld`, with the reason.
    """
    full = load_by_id(session, distribution.release_id)
    decided = plan(session, full, parse(distribution.criteria), at=at)
    for revision_id in {one.edition.revision.id for one in decided.planned}:
        register_links(session, _revision(full, revision_id))
    ordered = interleaved(decided.planned, salt=distribution.id or 0)
    rows = [
        _row(one, distribution, position=position, full=full, identity=identity)
        for position, one in enumerate(ordered)
    ]
    planned = {one.recipient.address_id for one in decided.planned}
    withheld = [_withheld(left, distribution) for left in _alone(decided.left_out, planned)]
    _insert(session, [*rows, *withheld])
    distribution.fanned_out_at = at
    session.add(distribution)
    session.flush()
    return len(rows)


def _revision(full: FullRelease, revision_id: int | None) -> Any:
    return next(row for row in full.revisions.values() if row.id == revision_id)


def interleaved(planned: Sequence[PlannedDelivery], *, salt: int) -> list[PlannedDelivery]:
    """The order of hand-over: no newsroom gets a burst, and no one is first by the alphabet."""
    newsrooms: defaultdict[str, list[PlannedDelivery]] = defaultdict(list)
    for one in sorted(planned, key=lambda one: _shuffled(one, salt)):
        newsrooms[one.recipient.domain].append(one)
    turns = [(turn, one) for room in newsrooms.values() for turn, one in enumerate(room)]
    return [
        one for turn, one in sorted(turns, key=lambda pair: (pair[0], _shuffled(pair[1], salt)))
    ]


def _shuffled(one: PlannedDelivery, salt: int) -> bytes:
    return blake2b(f"{salt}:{one.recipient.address_id}".encode(), digest_size=8).digest()


def _row(
    planned: PlannedDelivery,
    distribution: Distribution,
    *,
    position: int,
    full: FullRelease,
    identity: Identity,
) -> dict[str, Any]:
    row = as_delivery(planned).model_dump(exclude=NOT_PLANNED)
    own_name = message_id(
        reference=full.release.reference,
        revision_id=planned.edition.revision.id or 0,
        address_id=planned.recipient.address_id,
        domain=identity.domain,
        keyring=identity.keyring,
    )
    return row | {
        "distribution_id": distribution.id,
        "position": position,
        "message_id": own_name,
    }


def _alone(left_out: Iterable[LeftOut], planned: set[int]) -> list[LeftOut]:
    """One for each address that gets nothing at all: several people may read one mailbox (R2)."""
    without = [left for left in left_out if left.address_id and not left.has_it_already]
    first = {left.address_id: left for left in reversed(without)}
    return [left for address_id, left in first.items() if address_id not in planned]


def _withheld(left: LeftOut, distribution: Distribution) -> dict[str, Any]:
    row = Delivery(
        distribution_id=distribution.id or 0,
        address_id=left.address_id,
        email=left.email,
        recipient_name=left.name,
        outlet_name=left.outlet_name,
        country=left.country,
        status=DeliveryStatus.WITHHELD,
        reason=left.reason,
    )
    return row.model_dump(exclude={"id"})


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows, some at a time."""
    for chunk in _chunks(rows):
        session.execute(sa.insert(Delivery), chunk)


def _chunks(rows: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield list(rows[start : start + ROWS_AT_ONCE])
