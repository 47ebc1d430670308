"""The jump guard: an audience far larger than the last ones of that kind is the wrong list until
an officer has typed its number (F1).
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer import clock
from mailer.distribution import batches
from mailer.distribution.options import OptionRefused
from mailer.errors import Refused
from mailer.models import DeliveryStatus, Distribution, DistributionStatus, Release, ReleaseKind
from mailer.releases.editions import FullRelease

#: So many earlier distributions are looked at.
LOOKED_AT = 5
#: More than this many times the largest of them, and at least so many more, is a jump.
TIMES = 2
AT_LEAST_MORE = 50
#: Without any earlier one: more than so many.
FIRST_LIMIT = 500


@dataclass(frozen=True)
class Size:
    """The number of recipients beside those of the last distributions of the same kind."""

    count: int
    kind: ReleaseKind
    #: Of the last ones, the newest first.
    earlier: tuple[int, ...]

    @property
    def is_jump(self) -> bool:
        """Whether it is so much larger that someone has to type the number."""
        if not self.earlier:
            return self.count > FIRST_LIMIT
        return _is_jump(self.count, max(self.earlier))

    def told(self) -> str:
        """The comparison in words."""
        if not self.earlier:
            return f"{self.count} recipients; no {self.kind} was distributed before"
        sizes = ", ".join(str(size) for size in self.earlier)
        which = f"the last {len(self.earlier)}" if len(self.earlier) > 1 else "the last one"
        return f"{self.count} recipients; {which} of that kind ({self.kind}) had {sizes}"


def measure(session: Session, full: FullRelease, *, count: int) -> Size:
    """That number beside the sizes of the last five distributions of the release's kind.

    Those that were cancelled do not count: they may have been the very mistake.
    """
    last = (
        sa.select(col(Distribution.id))
        .join(Release, col(Release.id) == col(Distribution.release_id))
        .where(
            col(Release.kind) == full.release.kind,
            col(Release.office_id) == full.release.office_id,
            col(Distribution.fanned_out_at).is_not(None),
            col(Distribution.status) != DistributionStatus.CANCELLED,
        )
        .order_by(col(Distribution.fanned_out_at).desc(), col(Distribution.id).desc())
        .limit(LOOKED_AT)
    )
    sizes = [_size(session, number or 0) for number in session.execute(last).scalars()]
    return Size(count, full.release.kind, tuple(sizes))


def refuse_jump(size: Size, *, expected: int | None) -> None:
    """Raise OptionRefused for a jump whose number nobody typed, and for a number that is not it."""
    if expected is not None and expected != size.count:
        raise OptionRefused(
            f"{expected} recipients were expected, and it is {size.told()}:"
            " look at the audience again, then name the exact number",
            option="expect",
        )
    if expected is None and size.is_jump:
        raise OptionRefused(
            f"that is a jump: {size.told()}. If it is right, name the exact number:"
            f" --expect {size.count}",
            option="expect",
        )


def refuse_growth(count: int, *, decided: int | None) -> None:
    """Raise Refused when an audience has jumped since it was decided on: the list was the right
    one then, and somebody has put others on it.
    """
    if decided is not None and _is_jump(count, decided):
        raise Refused(
            f"it has {count} recipients now, and had {decided} when it was decided:"
            " look at them, then resume or cancel it"
        )


def _is_jump(count: int, largest: int) -> bool:
    return count > TIMES * largest and count - largest >= AT_LEAST_MORE


def _size(session: Session, distribution_id: int) -> int:
    """How many recipients it had: those withheld were none."""
    counts = batches.progress(session, distribution_id, since=clock.now()).counts
    return sum(number for status, number in counts.items() if status != DeliveryStatus.WITHHELD)
