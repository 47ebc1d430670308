"""What stays of somebody who was erased: one keyed hash of each address that was only hers, by
which it is refused when it comes back.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts import suppressions
from mailer.models import Suppression, SuppressionReason, SuppressionScope
from mailer.tokens import Keyring

SOURCE = "erasure"


def seal(session: Session, normalised: Iterable[str], *, keyring: Keyring) -> int:
    """Keep one hash of each address and nothing beside it; how many there are."""
    count = 0
    for address in normalised:
        suppressions.suppress(
            session, address, keyring=keyring, reason=SuppressionReason.ERASED, source=SOURCE
        )
        _keep_one(session, keyring.address_hashes(address))
        count += 1
    return count


def _keep_one(session: Session, hashes: list[str]) -> None:
    """Scopes, notes and older wishes go: the hash alone answers every one of them."""
    session.flush()
    rows = session.exec(
        select(Suppression.id, Suppression.scope, Suppression.reason)
        .where(col(Suppression.address_hash).in_(hashes))
        .order_by(col(Suppression.id))
    ).all()
    kept = next(
        number
        for number, scope, reason in rows
        if scope is SuppressionScope.ALL and reason is SuppressionReason.ERASED
    )
    others = [number for number, _, _ in rows if number != kept]
    session.execute(sa.delete(Suppression).where(col(Suppression.id).in_(others)))
    session.execute(
        sa.update(Suppression).where(col(Suppression.id) == kept).values(note="", source=SOURCE)
    )


def suppressions_of(
    session: Session, normalised: Iterable[str], *, keyring: Keyring
) -> list[tuple[str, Suppression]]:
    """Each suppression of these addresses, of any scope, with the address."""
    by_hash = {hashed: one for one in normalised for hashed in keyring.address_hashes(one)}
    rows = session.exec(
        select(Suppression)
        .where(col(Suppression.address_hash).in_(by_hash))
        .order_by(col(Suppression.created_at), col(Suppression.id))
    )
    return [(by_hash[row.address_hash], row) for row in rows]
