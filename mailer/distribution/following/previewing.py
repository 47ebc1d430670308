"""What one address would get of a release now: the reply in its thread, where it got an earlier
text, or else the text as a first one. The same rows come of it as when a follow-up is due.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.distribution.following.choosing import UNCHANGED, Choosing, Followed
from mailer.distribution.following.correcting import relation_to
from mailer.distribution.following.freezing import FollowingFrames, own_notes
from mailer.distribution.following.received import receivers
from mailer.distribution.following.threads import thread_of
from mailer.distribution.planning import as_delivery, planned_for
from mailer.errors import NotFound, Refused
from mailer.models import Delivery, Distribution, DistributionStatus, Relation
from mailer.releases.editions import FullRelease, following
from mailer.tokens import Keyring

UNDECIDED = (DistributionStatus.SCHEDULED, DistributionStatus.PAUSED)


@dataclass(frozen=True)
class Foreseen:
    """What an address would get: not yet part of any distribution, its number is 0."""

    delivery: Delivery
    #: As it stands to what went out before.
    full: FullRelease
    #: The distribution whose text she got, or waited for; None: it begins a thread.
    after: int | None = None
    #: Why she would get nothing of it, and this is only what it would be.
    left_out: str = ""

    @property
    def relation(self) -> Relation | None:
        """What it is to that distribution."""
        return self.full.relation


def foresee(
    session: Session,
    full: FullRelease,
    address: str,
    *,
    at: datetime,
    keyring: Keyring | None = None,
    after: int | None = None,
) -> Foreseen:
    """What the holder of `address` would get of `full` at that moment, also when a rule would leave
    them out; as a reply in the thread of distribution `after`, or in the last that reached them.

    Raises NotFound when no contact has that address, and for a thread in which they got nothing of
    what `full` follows; Refused when `full` is nothing to that thread.
    """
    planned = planned_for(session, full, address, at=at)
    delivery = as_delivery(planned)
    thread = _thread(session, full, delivery.address_id or 0, after=after)
    for like in _follow_ups(full, thread, is_named=after is not None):
        found = _foreseen(session, like, full, thread, delivery, keyring=keyring, at=at)
        if found is not None:
            return found
    if after is not None:
        raise NotFound(f"{address} would get nothing of it after distribution {after}")
    # As the office does where a distribution does not say.
    delivery.attaches_files &= full.office.attaches_files
    return Foreseen(delivery, full)


def _thread(
    session: Session, full: FullRelease, address_id: int, *, after: int | None
) -> list[Distribution]:
    """The thread that it would go on with; empty: none."""
    if after is not None:
        return thread_of(session, after)
    releases = [number for number in (full.release.id, full.release.corrects_id) if number]
    last = session.exec(
        select(Distribution.id)
        .join(Delivery, col(Delivery.distribution_id) == col(Distribution.id))
        .where(
            col(Delivery.address_id) == address_id,
            col(Distribution.release_id).in_(releases),
            col(Distribution.fanned_out_at).is_not(None),
        )
        .order_by(col(Distribution.id).desc())
        .limit(1)
    ).first()
    return thread_of(session, last) if last else []


def _follow_ups(
    full: FullRelease, thread: Sequence[Distribution], *, is_named: bool
) -> Iterator[Distribution]:
    """What may follow: what is decided, else what would be; a translation comes by itself."""
    if not thread:
        return
    decided = [
        one
        for one in thread[1:]
        if one.release_id == full.release.id
        and one.fanned_out_at is None
        and one.status in UNDECIDED
    ]
    yield from decided
    try:
        relation = relation_to(full, thread)
    except Refused:
        if is_named:
            raise
        return
    if not decided:
        yield _like(thread[0], relation)
    for language in sorted({tag for one in thread for tag in one.awaited}):
        if language in full.revisions:
            yield _like(thread[0], Relation.TRANSLATION, criteria=f"language:{language}")


def _like(root: Distribution, relation: Relation, **more: str) -> Distribution:
    return Distribution(**root.model_dump() | {"id": 0, "relation": relation} | more)


def _foreseen(
    session: Session,
    like: Distribution,
    full: FullRelease,
    thread: Sequence[Distribution],
    first: Delivery,
    *,
    keyring: Keyring | None,
    at: datetime,
) -> Foreseen | None:
    """Her delivery in that follow-up; None for whom it does not concern, or who has that text."""
    numbers = [one.id or 0 for one in thread if one.id != like.id]
    release_id, address_id = full.release.id or 0, first.address_id
    told = following(session, release_id, like.relation, at=at)
    choosing = Choosing(like, told, keyring, at)
    hers = receivers(session, numbers, distribution_id=like.id or 0, address_id=address_id)
    one = next(choosing.followed(session, hers), None)
    if one is None or one.refusal is UNCHANGED or one.chosen.revision_id is None:
        return None
    row = one.receiver.row
    if not one.receiver.has_it and row.revision_id in {None, one.chosen.revision_id}:
        # It is what waits for her.
        return None
    frames = FollowingFrames(like, "", at, own_notes(session, told, at=at))
    return _made(frames, one, told)


def _made(frames: FollowingFrames, one: Followed, told: FullRelease) -> Foreseen:
    values = frames.values(one._replace(refusal=None))
    left_out = one.refusal.told if one.refusal else ""
    row = Delivery(**(values or {}) | {"id": 0})
    return Foreseen(row, told, after=int(one.receiver.row.distribution_id), left_out=left_out)
