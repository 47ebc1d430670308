"""Keys of suppressions that are not in the settings: whom such a suppression keeps out nobody can
see, and the row of an address tells neither a topic that was left nor an erasure.
"""

from collections import Counter
from collections.abc import Collection, Iterable

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from mailer.database import reading
from mailer.errors import NotFound, Refused
from mailer.models import Suppression

logger = structlog.get_logger(__name__)


def refuse_lost_keys(engine: sa.Engine, known: Collection[int]) -> None:
    """`known` are the numbers of the keys in the settings. Raises Refused where another is needed,
    Unreachable without a database.
    """
    with reading(engine) as session:
        lost = _lost(session, known)
    if lost:
        number, count = min(lost.items())
        raise Refused(
            f"secrets.keys has no key {number}, and {count} suppressions stand under it: whom they"
            " keep out could not be seen; put the key back: an old one signs nothing new, and"
            f" stays. If it is lost for good: `mailer suppressions give-up-key {number}`"
        )


def give_up(session: Session, number: int, *, known: Collection[int]) -> int:
    """Forget what stands under a key that is lost; how many suppressions. The caller commits.

    Raises Refused for a key that is there, NotFound where nothing stands under it.
    """
    if number in known:
        raise Refused(f"the key {number} is in secrets.keys: its suppressions hold, and stay")
    gone = session.connection().execute(sa.delete(Suppression).where(_is_under([number]))).rowcount
    if not gone:
        raise NotFound(f"no suppression stands under a key {number}")
    logger.warning("key given up", key=number, suppressions=gone)
    return gone


def _lost(session: Session, known: Collection[int]) -> Counter[int]:
    """How many suppressions stand under each other key."""
    hashes = session.execute(
        sa.select(col(Suppression.address_hash)).where(~_is_under(sorted(known)))
    )
    return Counter(int(hashed.partition(":")[0]) for hashed in hashes.scalars())


def _is_under(numbers: Iterable[int]) -> sa.ColumnElement[bool]:
    """Whether a suppression was written under one of these keys: a hash begins with its number."""
    written = (col(Suppression.address_hash).startswith(f"{number}:") for number in numbers)
    return sa.or_(sa.false(), *written)
