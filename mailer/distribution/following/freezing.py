"""The moment a follow-up is due: what still waits of the earlier text is stopped, and everybody who
got that text, or waited for it, has one delivery of the new one. Both are one transaction: after a
crash either all of it is done or nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.audience.leaving_out.refusals import Cause
from mailer.compose.letter import Identity
from mailer.distribution import batches
from mailer.distribution.batches import WAITING, lock_all, recount
from mailer.distribution.fanout import LAST, Finishing, Place, prepare, providers
from mailer.distribution.fanout.frames import FRAMED, MADE, OWN, Frame
from mailer.distribution.fanout.interleaving import Interleaving
from mailer.distribution.fanout.spool import Spool
from mailer.distribution.fanout.writing import as_written, write_rows
from mailer.distribution.following.choosing import Choosing, Followed, reasons_of
from mailer.distribution.following.received import is_in_doubt, marker, receivers
from mailer.distribution.following.threads import REPLACING, thread_of
from mailer.memory import rarely_searched
from mailer.models import (
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
    Relation,
    Release,
    ReleaseStatus,
)
from mailer.releases.editions import FullRelease, following
from mailer.releases.personal_notes import Notes, notes_for
from mailer.settings.sections import ThrottleSettings

#: What a delivery of a follow-up takes over from the one before it.
TAKEN_OVER = (
    "address_id",
    "journalist_id",
    "role_id",
    "desk_id",
    "outlet_id",
    "email",
    "recipient_name",
    "outlet_name",
    "country",
    "zone",
    "cover_language",
    "cover_rule",
    "attaches_files",
    "greeting",
)
#: What somebody is still to be told with her first message from us, and what was said to her alone
#: above a text that she has not seen.
OF_FIRST_TEXTS = ("notice_basis", "notice_source", "personal_note")
#: The columns by which deliveries are alike; beside the reasons the only lists are empty ones.
COMPARED = tuple(name for name in FRAMED if name not in {"reasons", "signatures"})
ENDED = {
    Relation.CORRECTION: ReleaseStatus.CORRECTED,
    Relation.WITHDRAWAL: ReleaseStatus.WITHDRAWN,
}


def freeze(
    session: Session,
    distribution: Distribution,
    *,
    identity: Identity,
    at: datetime,
    batch_size: int,
    throttle: ThrottleSettings,
    lookback: timedelta = timedelta(),
) -> int:
    """One delivery for each address of the thread that has none yet; how many will be handed over.

    It may be called again and again: then it finds who got the earlier text meanwhile, and who did
    not. An answer written down since the first time may be older, by `lookback` at most.
    """
    number, earlier = distribution.id or 0, earlier_of(session, distribution)
    if distribution.relation in REPLACING:
        stop(session, earlier, distribution_id=number)
    since = distribution.fanned_out_at
    changed_since = None if since is None else since - lookback
    duty = None if since is None else distribution.duty
    full = following(session, distribution.release_id, distribution.relation, at=at, duty=duty)
    choosing = Choosing(distribution, full, identity.keyring, at)
    start = batches.next_position(session, number)
    with rarely_searched(), Spool[Place]() as spool:
        found = receivers(session, earlier, distribution_id=number, since=changed_since)
        dialect, notes = session.get_bind().dialect.name, own_notes(session, full, at=at)
        frames = FollowingFrames(distribution, dialect, at, notes)
        planned = frames.set_aside(spool, choosing.followed(session, found))
        distribution.awaited = sorted({*distribution.awaited, *frames.awaited})
        if frames.all:
            prepare(session, distribution, frames.all, full, identity=identity, at=at)
            finishing = Finishing(frames.all, full, identity, providers(session, throttle))
            columns = (*MADE, *OWN, *FRAMED)
            write_rows(session, Delivery, columns, finishing.rows(spool, start=start))
            batches.cut(session, number, size=batch_size, start=start)
    if since is None:
        _begin(session, distribution, earlier, full, at=at)
    session.flush()
    return planned


def earlier_of(session: Session, distribution: Distribution) -> list[int]:
    """The distributions of its thread that came before it."""
    numbers = [one.id or 0 for one in thread_of(session, distribution.id or 0)]
    return [number for number in numbers if number < (distribution.id or 0)]


def stop(session: Session, earlier: list[int], *, distribution_id: int) -> int:
    """Stop what waits in these distributions; the number of deliveries that nobody can have got.

    What may have arrived in an earlier attempt is in doubt from now on. They stay paused until
    what is on its way is settled, so that nothing of the old text goes out any more.
    """
    numbers = lock_all(session, *earlier)
    waits = sa.and_(col(Delivery.distribution_id).in_(earlier), col(Delivery.status).in_(WAITING))
    doubtful = sa.update(Delivery).where(waits, is_in_doubt())
    session.execute(
        doubtful.values(status=DeliveryStatus.UNKNOWN, next_attempt_at=None),
        execution_options={"synchronize_session": False},
    )
    stopped = session.exec(
        sa.update(Delivery)
        .where(waits)
        .values(
            status=DeliveryStatus.CANCELLED, reason=marker(distribution_id), next_attempt_at=None
        )
        .execution_options(synchronize_session=False)
    )
    recount(session, batch_ids=numbers)
    hold(session, earlier, distribution_id=distribution_id)
    return int(stopped.rowcount)


def hold(session: Session, earlier: Collection[int], *, distribution_id: int) -> None:
    """Let nothing more of these be handed over."""
    _pause(
        session,
        earlier,
        (DistributionStatus.SENDING, DistributionStatus.PAUSED),
        note=f"stopped: distribution {distribution_id} takes its place",
    )


def hold_elsewhere(session: Session, others: Collection[int], *, distribution_id: int) -> None:
    """Let nothing more of these be handed over: the same text, in threads of their own."""
    _pause(
        session,
        others,
        (DistributionStatus.SENDING,),
        note=f"stopped: distribution {distribution_id} replaces the text; correct this one as well",
    )


def _pause(
    session: Session,
    numbers: Collection[int],
    statuses: Collection[DistributionStatus],
    *,
    note: str,
) -> None:
    session.execute(
        sa.update(Distribution)
        .where(col(Distribution.id).in_(numbers), col(Distribution.status).in_(statuses))
        .values(status=DistributionStatus.PAUSED, note=note),
        execution_options={"synchronize_session": False},
    )


def _begin(
    session: Session,
    distribution: Distribution,
    earlier: list[int],
    full: FullRelease,
    *,
    at: datetime,
) -> None:
    """From now on what was said earlier does not stand any more."""
    distribution.fanned_out_at = at
    distribution.duty = [contact.key for contact in full.duty]
    session.add(distribution)
    status = ENDED.get(distribution.relation) if distribution.relation else None
    if status is None:
        return
    of_earlier = sa.select(col(Distribution.release_id)).where(col(Distribution.id).in_(earlier))
    session.execute(
        sa.update(Release).where(col(Release.id).in_(of_earlier)).values(status=status),
        execution_options={"synchronize_session": False},
    )


def own_notes(session: Session, full: FullRelease, *, at: datetime) -> Notes:
    """The notes of a release of its own; those of the text that it follows were read with that."""
    if full.corrects is None:
        return Notes()
    return notes_for(session, full.release.id or 0, today=at.astimezone(UTC).date())


@dataclass
class FollowingFrames:
    """What the deliveries of a follow-up have in common, by the values themselves."""

    distribution: Distribution
    dialect: str
    at: datetime
    #: To readers of the follow-up itself.
    notes: Notes = field(default_factory=Notes)
    all: list[Frame] = field(default_factory=list)
    #: The languages for which some wait.
    awaited: set[str] = field(default_factory=set)
    _numbers: dict[tuple[Any, ...], int] = field(default_factory=dict)

    @cached_property
    def _blank(self) -> dict[str, Any]:
        """The columns as they stand unless something is said of them; made once, for it is slow."""
        return Delivery(distribution_id=self.distribution.id or 0, email="").model_dump()

    def set_aside(self, spool: Spool[Place], found: Iterable[Followed]) -> int:
        """Put each delivery where it belongs in the order; how many will be handed over."""
        turns, planned = Interleaving(), 0
        for one in found:
            values = self.values(one)
            if values is None:
                continue
            domain = values["email"].rpartition("@")[2]
            frame = self._frame(values)
            own = tuple(values[name] for name in OWN)
            if values["status"] is DeliveryStatus.WITHHELD:
                spool.add(LAST, (frame.number, "", *own))
                continue
            planned += 1
            due_at = frame.due_at or LAST.due_at
            spool.add(Place(False, due_at, turns.round_of(domain)), (frame.number, domain, *own))
        return planned

    def values(self, one: Followed) -> dict[str, Any] | None:
        """The columns of her delivery; None for who has the text already."""
        row, refusal = one.receiver.row, one.refusal
        if refusal is not None and refusal.cause is Cause.HAS_IT:
            return None
        values = self._blank | {name: getattr(row, name) for name in TAKEN_OVER}
        values |= {
            "in_reply_to": one.receiver.thread,
            "reasons": reasons_of(one.receiver, relation=self.distribution.relation),
            "revision_id": one.chosen.revision_id,
            "edition_language": one.chosen.language,
            "edition_rule": one.chosen.rule,
            "tracking": one.tracking,
            "plain_text_only": one.plain_text_only,
        }
        if not one.receiver.has_it or row.status != DeliveryStatus.SENT:
            values |= {name: getattr(row, name) for name in OF_FIRST_TEXTS}
        if note := self.notes.to(address_id=row.address_id, journalist_id=row.journalist_id):
            values["personal_note"] = note
        if refusal is not None:
            return values | {"status": DeliveryStatus.WITHHELD, "reason": refusal.told}
        waits = one.chosen.revision_id is None
        if waits:
            self.awaited.add(one.chosen.language)
        return values | {"next_attempt_at": None if waits else self.at}

    def _frame(self, values: dict[str, Any]) -> Frame:
        alike = tuple(values[name] for name in COMPARED), *values["reasons"]
        number = self._numbers.get(alike)
        if number is None:
            written = tuple(as_written(values[name], dialect=self.dialect) for name in FRAMED)
            number = self._numbers[alike] = len(self.all)
            due_at, revision_id = values["next_attempt_at"], values["revision_id"] or 0
            self.all.append(Frame(number, due_at, revision_id, written))
        return self.all[number]
