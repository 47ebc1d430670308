"""The life of a distribution: decided, paused, resumed, cancelled, done; and how far it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.audience.criteria import Criteria, parse
from mailer.distribution.batches import WAITING, lock_all, recount
from mailer.distribution.following.threads import is_replaced, refuse_replaced, replaced_by
from mailer.distribution.jump import measure, refuse_jump
from mailer.distribution.options import AT_ONCE, Options
from mailer.distribution.planning import decide
from mailer.distribution.telling.forecast import Prospect, prospect_of
from mailer.distribution.timing.timetable import SLACK
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import (
    Batch,
    Delivery,
    DeliveryStatus,
    Distribution,
    DistributionStatus,
)
from mailer.releases.editions import FullRelease, going_out
from mailer.releases.readiness import Finding, open_findings, waive
from mailer.tokens import Keyring

#: What an officer may do: from which states, to which state.
SCHEDULED, SENDING, PAUSED = (
    DistributionStatus.SCHEDULED,
    DistributionStatus.SENDING,
    DistributionStatus.PAUSED,
)
MAY_PAUSE = (SCHEDULED, SENDING)
MAY_CANCEL = (DistributionStatus.DRAFT, SCHEDULED, SENDING, PAUSED)
#: Deliveries that may still change by themselves.
UNFINISHED = (*WAITING, DeliveryStatus.SENDING)


class Scheduled(NamedTuple):
    """A distribution that was decided, and what it comes to."""

    distribution: Distribution
    prospect: Prospect


def schedule(  # noqa: PLR0913 – all that is decided is said by its name
    session: Session,
    full: FullRelease,
    *,
    criteria: str,
    at: datetime,
    by: str,
    waive_because: str = "",
    options: Options = AT_ONCE,
    expect: int | None = None,
    keyring: Keyring | None = None,
    more: Sequence[Finding] = (),
) -> Scheduled:
    """Decide that `full` goes to the people of `criteria` at that moment; and what it comes to.

    With a local date it starts when the first of the recipients' clocks comes to the local time on
    that day. `more` are findings on the messages. Raises BadInput for a past moment, criteria or
    options that cannot be used; Refused while the linter blocks (unless `waive_because` says why
    not), when nobody would get it or may any more, and for a jump that `expect` does not name (F1).
    """
    now = clock.now()
    refuse_past(at, now=now, office_zone=full.office.zone)
    full, rule = going_out(session, full, at=at), parse(criteria)
    refuse_replaced(session, full.release)
    refuse_blocked(session, full, waive_because=waive_because, by=by, more=more)
    prospect = _foresee(session, full, rule, at=at, now=now, options=options, keyring=keyring)
    refuse_jump(measure(session, full, count=prospect.crowd.total), expected=expect)
    distribution = Distribution(
        release_id=full.release.id or 0,
        criteria=rule.line(),
        status=SCHEDULED,
        scheduled_at=prospect.times.starts_at,
        created_at=now,
        created_by=by,
        decided_count=prospect.crowd.total,
        **vars(options),
    )
    session.add(distribution)
    session.flush()
    return Scheduled(distribution, prospect)


def refuse_past(at: datetime, *, now: datetime, office_zone: str) -> None:
    """Raise BadInput for a moment that is over."""
    # Twice: reading what was typed has allowed for it once, and that was a moment ago.
    if at < now - 2 * SLACK:
        here = at.astimezone(clock.zone(office_zone)).isoformat(timespec="minutes")
        raise BadInput(f"{here} lies in the past: name a later time, or now")


def _foresee(
    session: Session,
    full: FullRelease,
    rule: Criteria,
    *,
    at: datetime,
    now: datetime,
    options: Options,
    keyring: Keyring | None,
) -> Prospect:
    """What that decision would come to. Raises Refused when nobody would get it."""
    found = decide(
        session,
        full,
        rule,
        at=at,
        is_urgent=options.is_urgent,
        keyring=keyring,
        languages=options.language_policy,
    )
    planned = (one.planned for one in found if one.planned is not None)
    prospect = prospect_of(full, planned, options, at=at, now=now)
    if not prospect.crowd.total:
        raise Refused(f"nobody would get it: `mailer audience show '{rule.line()}'` tells why")
    return prospect


def refuse_blocked(
    session: Session,
    full: FullRelease,
    *,
    waive_because: str,
    by: str,
    more: Sequence[Finding],
) -> None:
    """Raise Refused while findings block; `waive_because` lets them pass."""
    if waive_because:
        waive(session, full, reason=waive_because, by=by, more=more)
    still_open = open_findings(session, full, more)
    blocking = [found for found in still_open if found.severity == "block"]
    if blocking:
        found = "1 finding blocks" if len(blocking) == 1 else f"{len(blocking)} findings block"
        raise Refused(
            f"{found} release {full.release.reference}"
            f" (`mailer releases lint {full.release.reference}` tells how to fix each):"
            " fix them, or waive them with a reason"
        )


def pause(session: Session, distribution_id: int) -> None:
    """Stop handing over; what is in flight ends. Survives any restart.

    Raises NotFound, or Refused when it is not scheduled or sending.
    """
    _move(session, distribution_id, verb="pause", sources=MAY_PAUSE, target=PAUSED)


def halt(session: Session, distribution_id: int, *, because: str) -> None:
    """Stop by ourselves: handing over more would do harm. Someone mends the cause and resumes."""
    session.exec(
        sa.update(Distribution)
        .where(col(Distribution.id) == distribution_id, col(Distribution.status) == SENDING)
        .values(status=PAUSED, note=f"stopped: {because}; mend it, then resume")
        .execution_options(synchronize_session=False)
    )


def note(session: Session, distribution_id: int, text: str) -> bool:
    """Say in plain words what is in the way while it is being sent; True when that is new.

    Empty: nothing is.
    """
    changed = session.exec(
        sa.update(Distribution)
        .where(
            col(Distribution.id) == distribution_id,
            col(Distribution.status) == SENDING,
            col(Distribution.note) != text,
        )
        .values(note=text)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)


def resume(session: Session, distribution_id: int) -> None:
    """Go on with what has not been handed over. Raises NotFound, or Refused unless paused."""
    # Locked while we look: it must not be frozen, and paused again, between our look and our move.
    row = found(session, distribution_id, to_change=True)
    if (later := replaced_by(session, distribution_id)) is not None:
        raise Refused(
            f"distribution {later} takes the place of {distribution_id}: what was wrong in it goes"
            f" to nobody any more; cancel {later} first if it was a mistake"
        )
    if row.note and row.fanned_out_at is None:
        # It stopped by itself, and the note has told the number that is resumed.
        row.decided_count = None
        session.flush()
    target = SCHEDULED if row.fanned_out_at is None else SENDING
    _move(session, distribution_id, verb="resume", sources=(PAUSED,), target=target)


def cancel(session: Session, distribution_id: int) -> int:
    """Give it up: what has not been handed over never will be; the number of those deliveries.

    Raises NotFound, or Refused when it is over already.
    """
    _lock_whole(session, distribution_id)
    target = DistributionStatus.CANCELLED
    _move(session, distribution_id, verb="cancel", sources=MAY_CANCEL, target=target)
    return cancel_waiting(session, distribution_id)


def _lock_whole(session: Session, distribution_id: int) -> None:
    """Lock its batches and then its row, as everybody does (the order stands in `batches`).

    A scheduler that freezes the audience holds the row until the batches are there: who has waited
    for that lets go of the row and begins again with them.
    """
    its_batches = col(Batch.distribution_id) == distribution_id
    its_row = sa.select(col(Distribution.id)).where(col(Distribution.id) == distribution_id)
    while True:
        with session.begin_nested() as step:
            locked = len(lock_all(session, distribution_id))
            session.execute(its_row.with_for_update(key_share=True))
            if locked == session.scalar(sa.select(sa.func.count(col(Batch.id))).where(its_batches)):
                return
            step.rollback()


def cancel_waiting(session: Session, distribution_id: int) -> int:
    """Cancel the deliveries of a cancelled distribution that wait; their number."""
    numbers = lock_all(session, distribution_id)
    cancelled = session.exec(
        sa.update(Delivery)
        .where(col(Delivery.distribution_id) == distribution_id, col(Delivery.status).in_(WAITING))
        .values(status=DeliveryStatus.CANCELLED, next_attempt_at=None)
        .execution_options(synchronize_session=False)
    )
    recount(session, batch_ids=numbers)
    return int(cancelled.rowcount)


def reopen(session: Session, distribution_id: int) -> None:
    """Go on with one that was called sent, when an answer that came late or a decision leaves
    something to do. Whoever asks has locked the batch that it is in: so nobody calls it sent now.
    """
    something_waits = (
        sa.select(col(Batch.id))
        .where(col(Batch.distribution_id) == distribution_id, col(Batch.due_at).is_not(None))
        .exists()
    )
    session.execute(
        sa.update(Distribution)
        .where(
            col(Distribution.id) == distribution_id,
            col(Distribution.status) == DistributionStatus.SENT,
            something_waits,
        )
        # What was replaced is not sent again: it is stopped at the next look.
        .values(status=sa.case((is_replaced(), PAUSED), else_=SENDING), finished_at=None)
        .execution_options(synchronize_session=False)
    )


def _move(
    session: Session,
    distribution_id: int,
    *,
    verb: str,
    sources: tuple[DistributionStatus, ...],
    target: DistributionStatus,
) -> None:
    """Change the status by a guarded update: of two people who press at once, one is told."""
    changed = session.exec(
        sa.update(Distribution)
        .where(col(Distribution.id) == distribution_id, col(Distribution.status).in_(sources))
        .values(status=target, note="")
    )
    if changed.rowcount != 1:
        status = found(session, distribution_id).status
        raise Refused(f"cannot {verb} distribution {distribution_id}: it is {status}")


def found(session: Session, distribution_id: int, *, to_change: bool = False) -> Distribution:
    """The distribution of that number, as it is now; `to_change` locks it. Raises NotFound."""
    row = session.get(
        Distribution,
        distribution_id,
        populate_existing=True,
        with_for_update={"key_share": True} if to_change else None,
    )
    if row is None:
        raise NotFound(f"there is no distribution {distribution_id}")
    return row
