"""Who has left the topic or the office of a message since the audience was frozen."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.leavers import Parts, jobs_with_address, left_part_elsewhere, left_parts
from mailer.contacts.scoped import is_left, left_among, scopes_of
from mailer.database import listed
from mailer.delivery.claims import Claimed
from mailer.models import Delivery, Distribution, Office, Release, Role
from mailer.tokens import Keyring

_ABOUT = (
    sa.select(col(Release.beats), col(Office.key))
    .select_from(Delivery)
    .join(Distribution, col(Distribution.id) == col(Delivery.distribution_id))
    .join(Release, col(Release.id) == col(Distribution.release_id))
    .join(Office, col(Office.id) == col(Release.office_id))
    .where(col(Delivery.id) == sa.bindparam("delivery"))
)


def left_since(
    session: Session,
    claimed: Sequence[Claimed],
    stays: Mapping[int, int],
    *,
    keyring: Keyring,
    now: datetime,
) -> dict[str, str]:
    """Why those of the claimed deliveries of one distribution are not wanted, by their address.

    `stays` says who goes on in the place of readers that were merged, by the delivery.
    """
    if not claimed:
        return {}
    found = session.connection().execute(_ABOUT, {"delivery": claimed[0].id}).first()
    if found is None:
        return {}
    scopes = scopes_of(*found)
    if not is_left(session, scopes):
        return {}
    emails = [one.email for one in claimed if one.email]
    here = left_among(session, emails, scopes, keyring=keyring)
    parts, today = Parts(scopes, keyring), now.astimezone(UTC).date()
    merged = _merged(session, claimed, stays, parts, today=today)
    return merged | _elsewhere(session, claimed, parts, today=today) | here


def _elsewhere(
    session: Session, claimed: Sequence[Claimed], parts: Parts, *, today: date
) -> dict[str, str]:
    """The same of those whose readers left it at another address of theirs (F6)."""
    connection = session.connection()
    asked = {"rows": json.dumps([[one.id] for one in claimed]), "today": today}
    rows = connection.execute(_other_jobs(connection.dialect.name), asked).all()
    return {email: leave.told for email, leave in left_parts(session, rows, parts).items()}


def _merged(
    session: Session,
    claimed: Sequence[Claimed],
    stays: Mapping[int, int],
    parts: Parts,
    *,
    today: date,
) -> dict[str, str]:
    """The same of those whose readers go on under another number."""
    left = left_part_elsewhere(session, set(stays.values()), parts, today=today)
    theirs = {one.email: stays[one.id] for one in claimed if stays.get(one.id) in left}
    return {email: left[person].told for email, person in theirs.items()}


@cache
def _other_jobs(dialect: str) -> sa.Select[Any]:
    asked = listed(dialect, sa.bindparam("rows", type_=sa.Text()), id=sa.BigInteger())
    jobs = jobs_with_address(sa.bindparam("today", type_=sa.Date()), by=col(Delivery.email))
    return jobs.join(Delivery, col(Delivery.journalist_id) == col(Role.journalist_id)).where(
        col(Delivery.id).in_(sa.select(asked.c.id)),
        # Most readers have no other address: nothing more is hashed for them.
        col(Role.address_id) != col(Delivery.address_id),
    )
