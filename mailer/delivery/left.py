"""Who has left the topic or the office of a message since the audience was frozen."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.scoped import is_left, left_among, scopes_of
from mailer.delivery.claims import Claimed
from mailer.models import Delivery, Distribution, Office, Release
from mailer.tokens import Keyring

_ABOUT = (
    sa.select(col(Release.beats), col(Office.key))
    .select_from(Delivery)
    .join(Distribution, col(Distribution.id) == col(Delivery.distribution_id))
    .join(Release, col(Release.id) == col(Distribution.release_id))
    .join(Office, col(Office.id) == col(Release.office_id))
    .where(col(Delivery.id) == sa.bindparam("delivery"))
)


def left_since(session: Session, claimed: Sequence[Claimed], *, keyring: Keyring) -> dict[str, str]:
    """Why those of the claimed deliveries of one distribution are not wanted, by their address."""
    if not claimed:
        return {}
    found = session.connection().execute(_ABOUT, {"delivery": claimed[0].id}).first()
    if found is None:
        return {}
    scopes = scopes_of(*found)
    if not is_left(session, scopes):
        return {}
    emails = [one.email for one in claimed if one.email]
    return left_among(session, emails, scopes, keyring=keyring)
