"""Rows of addresses that nobody could see yet when their owners left.

Whoever suppresses an address marks its row. The row of an import that is not committed cannot be
marked: the suppression is kept by its hash, and the row says later that all is well. So for a day
the word of a new row is not enough, and afterwards it was looked at once more.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts import suppressions
from mailer.models import Address, AddressState, Suppression, SuppressionReason, SuppressionScope
from mailer.tokens import Keyring

#: So long after a row was made it is checked by its hash at each hand-over: longer than anybody's
#: transaction lasts.
YOUNG = timedelta(days=1)
#: So much earlier a suppression may have been begun that was committed later.
_BEGUN = timedelta(hours=1)
_AT_ONCE = 2000


def close_young(session: Session, *, since: datetime, keyring: Keyring) -> int:
    """Close the addresses whose rows were made since then and that are suppressed; how many.

    Costs nothing as long as nothing was suppressed since.
    """
    late = _suppressed_since(session, since - _BEGUN)
    if not late:
        return 0
    rows = session.connection().execute(
        sa.select(col(Address.normalised)).where(
            col(Address.state_changed_at) >= since,
            col(Address.state).in_((AddressState.OK, AddressState.SOFT)),
        ),
        execution_options={"yield_per": _AT_ONCE},
    )
    closed = {
        address: late[hashed]
        for address in rows.scalars()
        for hashed in keyring.address_hashes(address)
        if hashed in late
    }
    for address, reason in closed.items():
        suppressions.mark(session, address, reason=reason)
    return len(closed)


def _suppressed_since(session: Session, since: datetime) -> dict[str, SuppressionReason]:
    rows = session.connection().execute(
        sa.select(col(Suppression.address_hash), col(Suppression.reason)).where(
            col(Suppression.created_at) >= since, col(Suppression.scope) == SuppressionScope.ALL
        )
    )
    return {row.address_hash: row.reason for row in rows}
