"""A plan as an officer reads it: in figures first, then row by row, in a terminal of any width."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from mailer.audience.criteria import Criteria
from mailer.audience.leaving_out.refusals import Cause, Refusal
from mailer.audience.selection import LeftOut, refused
from mailer.cli.context import Context, counted
from mailer.cli.options import in_words, written
from mailer.distribution.jump import Size
from mailer.distribution.options import Terms
from mailer.distribution.planning import Plan
from mailer.distribution.planning.rules import PlannedDelivery
from mailer.distribution.telling.forecast import Prospect
from mailer.distribution.telling.notes import named, notes
from mailer.releases.editions import FullRelease

#: Why those get nothing whose time comes when it is over.
TOO_LATE = Refusal(Cause.TOO_LATE, "expires before their time")
#: So many rows a table has on a terminal; a file or a pipe gets them all.
ROWS = 20
#: A terminal narrower than this has no room for outlets, rules and zones.
ROOMY = 120
#: So many columns it has room for.
NARROW = 4
#: So many zones are named beside a moment.
ZONES = 3


@dataclass(frozen=True)
class Planned:
    """A plan with its times."""

    full: FullRelease
    rule: Criteria
    decided: Plan
    prospect: Prospect
    size: Size
    #: The number that was typed.
    expected: int | None

    def notes(self) -> Iterator[str]:
        """What an officer should know of the number and the times before deciding."""
        if self.size.is_jump:
            yield (
                f"that is a jump: {self.size.told()}. `schedule` wants the number typed:"
                f" --expect {self.size.count}"
            )
        if self.expected not in (None, self.size.count):
            yield f"{self.expected} were expected: `schedule` refuses another number"
        yield from notes(self.prospect, written=written)

    @cached_property
    def going(self) -> tuple[PlannedDelivery, ...]:
        """Those who get it before it expires."""
        return tuple(one for one in self.decided.planned if not self._is_late(one))

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        """All others, those whose time comes too late among them."""
        late = (one for one in self.decided.planned if self._is_late(one))
        return (*self.decided.left_out, *(refused(one.recipient, TOO_LATE) for one in late))

    def _is_late(self, one: PlannedDelivery) -> bool:
        return one.zone.name in self.prospect.times.too_late


def tell(desk: Context, planned: Planned) -> None:
    """Print it: what it comes to, what to know of it, and everybody in it and left out of it."""
    for line in _figures(planned):
        desk.say(line)
    _tell_moments(desk, planned)
    known = [f"note: {note}" for note in planned.notes()]
    if known:
        desk.say("\n".join(["", *known]))
    _tell_rows(desk, planned)
    _tell_left_out(desk, planned.left_out)


def _figures(planned: Planned) -> Iterator[str]:
    going, options = planned.going, planned.prospect.options
    number = "1 delivery" if len(going) == 1 else f"{len(going)} deliveries"
    yield f"{planned.full.release.reference} to {planned.rule.line()}: {number}"
    if going:
        yield f"editions: {_by_number(one.language for one in going)}"
        yield f"covers: {_by_number(one.cover.language for one in going)}"
    if noted := sum(bool(one.personal_note) for one in going):
        yield f"personal notes: {noted}"
    if planned.left_out:
        reasons = Counter(one.reason for one in planned.left_out).most_common()
        told = named([f"{reason} ({number})" for reason, number in reasons])
        yield f"{len(planned.left_out)} left out: {told}"
    terms = Terms(options.is_urgent, options, next_due_at=None)
    yield from in_words(terms, office_zone=planned.full.office.zone)


def _by_number(values: Iterable[str]) -> str:
    return counted(dict(Counter(values).most_common()))


def _tell_moments(desk: Context, planned: Planned) -> None:
    """When how many get it: one line, or a row for each moment."""
    if not planned.going:
        return
    office, moments = planned.full.office.zone, planned.prospect.times.moments
    by_moment: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
    for one in planned.going:
        by_moment[moments[one.zone.name]][one.zone.name] += 1
    if len(by_moment) == 1:
        desk.say(f"sent from {written(min(by_moment), office)} on ({office})")
        return
    rows = [
        (written(at, office), str(zones.total()), _zones(zones))
        for at, zones in sorted(by_moment.items())
    ]
    desk.say("")
    _tell_some(desk, (f"sent at ({office})", "deliveries", "zones"), rows)


def _zones(zones: Counter[str]) -> str:
    return named([name for name, _ in zones.most_common()], at_most=ZONES)


def _tell_rows(desk: Context, planned: Planned) -> None:
    """A row for each recipient; what has no room is left to a wider terminal."""
    if not planned.going:
        return
    headings = ("address", "edition", "cover", "sent at", "zone", "outlet", "rule")
    moments = planned.prospect.times.moments
    columns = len(headings) if desk.out.width >= ROOMY else NARROW
    rows = [_cells(one, moments[one.zone.name])[:columns] for one in planned.going]
    desk.say("")
    _tell_some(desk, headings[:columns], rows)
    if columns == NARROW:
        desk.say(f"A terminal of {ROOMY} columns, or --json, tells zone, outlet and rule, too.")


def _cells(one: PlannedDelivery, at: datetime) -> tuple[str, ...]:
    return (
        one.recipient.email,
        one.language,
        one.cover.language,
        written(at, one.zone.name),
        f"{one.zone.name} ({one.zone.origin})",
        one.recipient.outlet_name,
        one.rule,
    )


def _tell_left_out(desk: Context, left_out: Sequence[LeftOut]) -> None:
    if not left_out:
        return
    desk.say("")
    rows = [(one.email or one.name, one.reason) for one in left_out]
    _tell_some(desk, ("left out", "because"), rows)


def _tell_some(desk: Context, headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """A table; on a terminal its first rows only, and how many more there are."""
    shown = rows[:ROWS] if desk.out.is_terminal else rows
    desk.table(*headings, rows=shown)
    if len(shown) < len(rows):
        desk.say(f"and {len(rows) - len(shown)} more: --json lists all")
