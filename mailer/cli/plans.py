"""`mailer distributions plan`: who would get what and when, before anything is decided."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from mailer import clock
from mailer.audience.criteria import parse
from mailer.cli.context import AsJson, Context
from mailer.cli.options import Typed, taking_options, written
from mailer.cli.summaries import summary_of_plan
from mailer.distribution.jump import Size, measure
from mailer.distribution.options import Options
from mailer.distribution.planning import Plan, PlannedDelivery, plan
from mailer.distribution.timetable import Start, Timetable, make_timetable, read_start
from mailer.distribution.timing import ZoneOrigin
from mailer.releases.editions import FullRelease, load

Reference = Annotated[str, typer.Argument(help="The reference of the release.")]
CriteriaOption = Annotated[str, typer.Option("--audience", help="Criteria, in one line.")]
At = Annotated[
    str,
    typer.Option(
        "--at",
        help="ISO 8601, or now; without a zone: the office's. With --local-time a mere date means"
        " that day of each recipient's calendar.",
    ),
]


@dataclass(frozen=True)
class Planned:
    """A plan with its times."""

    full: FullRelease
    decided: Plan
    times: Timetable
    options: Options
    size: Size
    expected: int | None


@taking_options
def show_plan(
    context: typer.Context,
    reference: Reference,
    criteria: CriteriaOption,
    typed: Typed,
    at: At = "now",
    as_json: AsJson = False,
) -> None:
    """Show what each recipient would get, by which rule and when, and who is left out.

    Writes nothing.
    """
    desk: Context = context.obj
    rule = parse(criteria)
    with desk.reading() as session:
        full = load(session, reference)
        start, options = read_terms(desk, full, typed, at=at)
        decided = plan(session, full, rule, at=start.at, is_urgent=typed.urgent)
        size = measure(session, full, count=len(decided.planned))
    times = make_timetable(
        options,
        at=start.at,
        now=clock.now(),
        zones={one.zone.name for one in decided.planned},
        office_zone=full.office.zone,
        embargo_until=full.release.embargo_until,
    )
    planned = Planned(full, decided, times, options, size, typed.expect)
    document = {
        "reference": full.release.reference,
        "criteria": rule.line(),
        **_document(planned),
    }
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, planned))


def read_terms(desk: Context, full: FullRelease, typed: Typed, *, at: str) -> tuple[Start, Options]:
    """When it is to start and on which terms. Raises BadInput."""
    zone = full.office.zone
    start = read_start(at, local_time=typed.local_time, office_zone=zone, now=clock.now())
    return start, typed.read(desk, office_zone=zone, local_date=start.local_date)


def _document(planned: Planned) -> dict[str, Any]:
    deliveries = planned.decided.planned
    origins = Counter(one.zone.origin for one in deliveries)
    return {
        "count": len(deliveries),
        "starts_at": planned.times.starts_at,
        "not_after": planned.options.not_after,
        "planned": [_row(one, planned.times) for one in deliveries],
        "zones": {origin.value: origins[origin] for origin in ZoneOrigin},
        "unknown_zones": [one.recipient.email for one in deliveries if not one.zone.is_known],
        "left_out": planned.decided.left_out,
        "summary": summary_of_plan(planned.decided),
        "jump": size_document(planned.size),
        "notes": list(_notes(planned)),
    }


def _row(one: PlannedDelivery, times: Timetable) -> dict[str, Any]:
    who, zone = one.recipient, one.zone.name
    return {
        "address": who.email,
        "name": who.name,
        "outlet": who.outlet_name,
        "edition": one.edition.language,
        "edition_rule": one.edition.rule,
        "cover_language": one.cover.language,
        "cover_rule": one.cover.rule,
        "sends_at": times.moments[zone].astimezone(clock.zone(zone)),
        "zone": zone,
        "zone_from": one.zone.origin,
        "local_time_is_past": zone in times.past,
        "expires_before": zone in times.too_late,
        "tracking": one.tracking,
        "reasons": who.reasons,
    }


def _tell(desk: Context, planned: Planned) -> None:
    deliveries, left_out = planned.decided.planned, planned.decided.left_out
    desk.table(
        "address",
        "outlet",
        "edition",
        "cover",
        "rule",
        "sent at",
        "zone",
        rows=(_cells(one, planned.times) for one in deliveries),
        title=f"{len(deliveries)} deliveries",
    )
    for note in _notes(planned):
        desk.say(note)
    desk.table(
        "address",
        "left out because",
        rows=((one.email, one.reason) for one in left_out),
        title=f"{len(left_out)} left out",
    )


def _cells(one: PlannedDelivery, times: Timetable) -> tuple[str, ...]:
    return (
        one.recipient.email,
        one.recipient.outlet_name,
        one.edition.language,
        one.cover.language,
        one.edition.rule,
        written(times.moments[one.zone.name], one.zone.name),
        f"{one.zone.name} ({one.zone.origin})",
    )


def _notes(planned: Planned) -> Iterator[str]:
    """What an officer should know of the number and the times before deciding."""
    yield planned.size.told()
    if planned.size.is_jump:
        yield f"that is a jump: `schedule` wants the number typed, --expect {planned.size.count}"
    if planned.expected not in (None, planned.size.count):
        yield f"{planned.expected} were expected: `schedule` refuses another number"
    zones = Counter(one.zone.name for one in planned.decided.planned)
    times, chosen = planned.times, planned.options
    if times.past:
        number = sum(zones[zone] for zone in times.past)
        yield (
            f"{chosen.local_time} is past when it starts for {number} of them, who get it at once:"
            f" {', '.join(sorted(times.past))}{_way_out(planned)}"
        )
    if times.too_late and chosen.not_after is not None:
        number = sum(zones[zone] for zone in times.too_late)
        end = written(chosen.not_after, planned.full.office.zone)
        yield (
            f"it expires at {end}, before the time of {number} of them, who get nothing:"
            f" {', '.join(sorted(times.too_late))}"
        )
    unknown = [one.recipient.email for one in planned.decided.planned if not one.zone.is_known]
    if unknown:
        yield (
            f"the time zone of {len(unknown)} of them is not known, so the office's"
            f" ({planned.full.office.zone}) stands in for it: {', '.join(unknown)}"
        )


def size_document(size: Size) -> dict[str, Any]:
    """The number beside those of the last distributions of that kind, for --json."""
    return {"count": size.count, "last_of_kind": size.earlier, "is_jump": size.is_jump}


def _way_out(planned: Planned) -> str:
    """How those whose time is past when it starts would still get it in time."""
    start, office = planned.times.starts_at, clock.zone(planned.full.office.zone)
    if planned.options.local_date is not None or start <= clock.now():
        return ""
    day = start.astimezone(office).date()
    return f" (`--at {day.isoformat()}` without a time would let it start earlier for them)"
