"""A correction or a withdrawal, decided by an officer: to exactly those who got the wrong text,
each in her own thread and in the language that she got; and nobody else gets the wrong text from
then on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from mailer import clock
from mailer.distribution.following.choosing import UNCHANGED, Choosing, Followed
from mailer.distribution.following.freezing import hold, hold_elsewhere
from mailer.distribution.following.received import got_elsewhere, receivers, settling
from mailer.distribution.following.threads import REPLACING, lock_thread, thread_of
from mailer.distribution.lifecycle import refuse_blocked, refuse_past
from mailer.distribution.options import OptionRefused
from mailer.errors import Refused
from mailer.models import (
    Distribution,
    DistributionStatus,
    LanguagePolicy,
    Relation,
    ReleaseKind,
)
from mailer.releases.editions import FullRelease, going_out
from mailer.releases.readiness import Finding
from mailer.tokens import Keyring

RELATIONS = {
    ReleaseKind.CORRECTION: Relation.CORRECTION,
    ReleaseKind.WITHDRAWAL: Relation.WITHDRAWAL,
    ReleaseKind.EMBARGO_LIFTED: Relation.NOTICE,
}
SAY_IT = "add change_note: … to the front matter and import it again"


@dataclass(frozen=True)
class FollowUpPlan:
    """Who would get a follow-up, and how it would reach them."""

    distribution_id: int
    relation: Relation
    #: Those who got the earlier text, as far as they may be written to.
    replies: tuple[Followed, ...]
    #: Those for whom it waited: they get the new text only, as a first one.
    first_texts: tuple[Followed, ...]
    left_out: tuple[Followed, ...]
    #: How many for whom the earlier text waits get nothing at all: they never saw what is
    #: withdrawn.
    stopped: int
    #: How many are being handed the earlier text at this moment; what becomes of it decides.
    settling: int
    #: How many got it by a distribution of another thread, by its number: they get nothing of this.
    elsewhere: Mapping[int, int]

    @property
    def total(self) -> int:
        """How many messages it comes to, when those on their way have all arrived."""
        return len(self.replies) + len(self.first_texts) + self.settling

    @property
    def by_language(self) -> dict[str, int]:
        """How many get which edition."""
        going = (*self.replies, *self.first_texts)
        return dict(Counter(one.chosen.language for one in going).most_common())

    def notes(self) -> Iterator[str]:
        """What an officer should know before deciding."""
        strange = Counter(
            (one.receiver.row.edition_language, one.chosen.language)
            for one in (*self.replies, *self.first_texts)
            if one.chosen.language != one.receiver.row.edition_language
        )
        for (had, gets), number in strange.most_common():
            yield (
                f"{number} got it in {had}, which is not ready, and would get it in {gets}:"
                f" import the {had} text first to reach them in their language"
            )
        if self.settling:
            yield f"{self.settling} are being handed the old text now: they get this after it"
        for number, got in self.elsewhere.items():
            if not got:
                continue
            yield (
                f"{got} got it in distribution {number}, a thread of its own: `mailer distributions"
                f" correct {number}` tells them"
            )
        if self.relation is Relation.WITHDRAWAL and self.stopped:
            yield f"{self.stopped} for whom it still waits get nothing: they never saw it"


@dataclass(frozen=True)
class Decided:
    """A follow-up that was decided."""

    distribution: Distribution
    plan: FollowUpPlan


def plan_follow_up(
    session: Session,
    distribution_id: int,
    full: FullRelease,
    *,
    at: datetime,
    keyring: Keyring | None = None,
) -> FollowUpPlan:
    """What `full` would be as a correction of that distribution.

    Raises NotFound; Refused when nothing of it went out yet, when something is decided in its
    thread already, when `full` corrects nothing of it, and when it does not say what changed.
    """
    thread = thread_of(session, distribution_id)
    _refuse_too_early(thread)
    relation = relation_to(full, thread)
    numbers = [one.id or 0 for one in thread]
    like = Distribution(**thread[0].model_dump() | {"id": 0, "relation": relation})
    choosing = Choosing(like, replace(full, relation=relation), keyring, at)
    everybody = list(receivers(session, numbers, distribution_id=0))
    followed = list(choosing.followed(session, everybody))
    going = [one for one in followed if one.refusal is None]
    waiting = sum(not one.has_it for one in everybody)
    plan = FollowUpPlan(
        distribution_id=distribution_id,
        relation=relation,
        replies=tuple(one for one in going if one.receiver.has_it),
        first_texts=tuple(one for one in going if not one.receiver.has_it),
        left_out=tuple(one for one in followed if one.refusal is not None),
        stopped=waiting if relation in REPLACING else 0,
        settling=settling(session, numbers),
        elsewhere=got_elsewhere(session, thread),
    )
    _refuse_silent(plan, full)
    return plan


def correct(  # noqa: PLR0913 – all that is decided is said by its name
    session: Session,
    distribution_id: int,
    full: FullRelease,
    *,
    at: datetime,
    by: str,
    waive_because: str = "",
    expect: int | None = None,
    keyring: Keyring | None = None,
    more: Sequence[Finding] = (),
) -> Decided:
    """Decide that `full` goes after that distribution at that moment, ahead of all other traffic.

    What waits of the old text is held back from now on. Raises what `plan_follow_up` does, BadInput
    for a moment in the past, and Refused while findings block, when nobody would get it, and for
    another number than `expect`.
    """
    refuse_past(at, now=clock.now(), office_zone=full.office.zone)
    full = going_out(session, full, at=at)
    refuse_blocked(session, full, waive_because=waive_because, by=by, more=more)
    thread = lock_thread(session, distribution_id)
    plan = plan_follow_up(session, distribution_id, full, at=at, keyring=keyring)
    _refuse_other_number(plan, expect)
    row = _after(thread, full, plan, session=session)
    row.scheduled_at, row.created_by = at, by
    session.flush()
    if plan.relation in REPLACING:
        hold(session, [one.id or 0 for one in thread], distribution_id=row.id or 0)
        hold_elsewhere(session, plan.elsewhere, distribution_id=row.id or 0)
    return Decided(row, plan)


def _after(
    thread: Sequence[Distribution], full: FullRelease, plan: FollowUpPlan, *, session: Session
) -> Distribution:
    """The distribution that goes after the first, on its terms and ahead of all other traffic."""
    root = thread[0]
    if full.release.id != root.release_id:
        full.release.corrects_id = root.release_id
        session.add(full.release)
    row = Distribution(
        release_id=full.release.id or 0,
        criteria=root.criteria,
        follows_id=root.id,
        relation=plan.relation,
        language_policy=root.language_policy,
        status=DistributionStatus.SCHEDULED,
        is_urgent=True,
        unknown_policy=root.unknown_policy,
        created_at=clock.now(),
        decided_count=plan.total,
        awaited=_still_awaited(thread, plan.relation),
    )
    session.add(row)
    return row


def _still_awaited(thread: Sequence[Distribution], relation: Relation) -> list[str]:
    """The languages that follow the corrected text as they would have followed the first one."""
    if relation is Relation.WITHDRAWAL:
        return []
    follow = (one for one in thread if one.language_policy is LanguagePolicy.FOLLOW)
    return sorted({language for one in follow for language in one.awaited})


def relation_to(full: FullRelease, thread: Sequence[Distribution]) -> Relation:
    """What `full` is to the releases of that thread. Raises Refused when it is nothing to them."""
    release, earlier = full.release, {one.release_id for one in thread}
    relation = RELATIONS.get(release.kind)
    if release.id in earlier:
        return relation or _of_same(full, thread)
    if relation is None:
        raise Refused(
            f"release {release.reference} is of the kind {release.kind}: what takes the place of"
            " another release is a correction, a withdrawal or embargo-lifted; or import the"
            " corrected text under the old reference"
        )
    if release.corrects_id is not None and release.corrects_id not in earlier:
        named = full.corrects.reference if full.corrects else release.corrects_id
        raise Refused(f"release {release.reference} corrects {named}, not what went out here")
    return relation


def _of_same(full: FullRelease, thread: Sequence[Distribution]) -> Relation:
    """What a later revision is: an update where an occasion has changed since the last one went
    out, whatever else has; else a correction.
    """
    last = max(one.fanned_out_at for one in thread if one.fanned_out_at is not None)
    changes = (one.changed_at for one in full.occasions if one.changed_at is not None)
    return Relation.UPDATE if any(one > last for one in changes) else Relation.CORRECTION


def _refuse_too_early(thread: Sequence[Distribution]) -> None:
    root, *later = thread
    if root.fanned_out_at is None:
        raise Refused(
            f"nothing of distribution {root.id} went out: cancel it, and schedule the right text"
        )
    undone = [DistributionStatus.DRAFT, DistributionStatus.SCHEDULED, DistributionStatus.PAUSED]
    for one in later:
        if one.fanned_out_at is None and one.status in undone:
            raise Refused(
                f"distribution {one.id} is still to follow {root.id}: let it go out, or cancel it"
                " first"
            )


def _refuse_silent(plan: FollowUpPlan, full: FullRelease) -> None:
    """Who got the wrong text is to read at once what was wrong (J5)."""
    if not plan.total:
        waits = f"; {plan.stopped} deliveries only wait: cancel it" if plan.stopped else ""
        why = Counter(one.refusal.told for one in plan.left_out if one.refusal)
        told = "; ".join(f"{why[one]} × {one}" for one in sorted(why))
        same = f"; {SAY_IT}" if UNCHANGED.told in why else ""
        raise Refused(f"nobody would get it{f' ({told})' if told else ''}{waits}{same}")
    if plan.relation not in REPLACING:
        return
    if not plan.replies and any(one.refusal is UNCHANGED for one in plan.left_out):
        raise Refused(
            f"the text of release {full.release.reference} has not changed since it went out:"
            " import the right one first"
        )
    replied = {one.chosen.language for one in plan.replies}
    mute = sorted(one for one in replied if not full.revisions[one].change_note.strip())
    if mute:
        raise Refused(
            f"release {full.release.reference} does not say what changed in {', '.join(mute)}:"
            f" {SAY_IT}"
        )


def _refuse_other_number(plan: FollowUpPlan, expected: int | None) -> None:
    if expected is not None and expected != plan.total:
        raise OptionRefused(
            f"{expected} messages were expected, and it comes to {plan.total}: look at the plan"
            " again, then name the exact number",
            option="expect",
        )
