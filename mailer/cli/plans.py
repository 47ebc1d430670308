"""`mailer distributions plan`: who would get what and when, before anything is decided."""

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from mailer import clock
from mailer.audience.criteria import parse
from mailer.cli.context import AsJson, Context
from mailer.cli.options import Typed, as_document, taking_options, written
from mailer.cli.planned import Planned, tell
from mailer.cli.summaries import summary_of_plan
from mailer.delivery.throttling.throttle import limit_per_minute
from mailer.distribution.jump import Size, measure
from mailer.distribution.options import Options, Terms
from mailer.distribution.planning import plan
from mailer.distribution.planning.rules import PlannedDelivery
from mailer.distribution.rates import plain
from mailer.distribution.telling.forecast import Prospect, prospect_of
from mailer.distribution.telling.notes import notes
from mailer.distribution.timing import ZoneOrigin
from mailer.distribution.timing.timetable import Start, Timetable, read_start
from mailer.releases.editions import FullRelease, load

THIS_MACHINE_ONLY = ("127.0.0.1", "localhost", "::1")

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
        decided = plan(
            session,
            full,
            rule,
            at=start.at,
            is_urgent=typed.urgent,
            keyring=desk.keyring,
            languages=typed.languages,
        )
        size = measure(session, full, count=len(decided.planned))
    prospect = prospect_of(full, decided.planned, options, at=start.at, now=clock.now())
    prospect = within_limits(desk, prospect)
    planned = Planned(full, rule, decided, prospect, size, typed.expect)
    note_local_links(desk)
    desk.answer(_document(planned), as_json=as_json, told=lambda: tell(desk, planned))


def read_terms(desk: Context, full: FullRelease, typed: Typed, *, at: str) -> tuple[Start, Options]:
    """When it is to start and on which terms. Raises BadInput."""
    zone = full.office.zone
    start = read_start(at, local_time=typed.local_time, office_zone=zone, now=clock.now())
    return start, typed.read(desk, office=full.office, local_date=start.local_date)


def within_limits(desk: Context, prospect: Prospect) -> Prospect:
    """The same with what the settings allow to all distributions together."""
    return replace(prospect, limit_per_minute=plain(limit_per_minute(desk.settings)) or None)


def note_local_links(desk: Context) -> None:
    """Say on standard error that the readers could not follow the links."""
    address = desk.settings.web.public_url
    if urlsplit(address).hostname in THIS_MACHINE_ONLY:
        desk.err.print(
            f"note: the links in these messages lead to {address}, which only this machine can"
            " open: set web.public_url before a real send",
            highlight=False,
            soft_wrap=True,
        )


def foretold(prospect: Prospect) -> dict[str, Any]:
    """What the plan and the decision tell alike of what is to come, for --json."""
    return {
        "first_at": prospect.first_at,
        "last_at": prospect.forecast.last_at,
        "expiring": prospect.forecast.expired,
        "notes": list(notes(prospect, written=written)),
    }


def _document(planned: Planned) -> dict[str, Any]:
    going, prospect = planned.going, planned.prospect
    origins = Counter(one.zone.origin for one in going)
    terms = Terms(prospect.options.is_urgent, prospect.options, next_due_at=None)
    return {
        "reference": planned.full.release.reference,
        "criteria": planned.rule.line(),
        **as_document(terms),
        "count": len(going),
        "starts_at": prospect.times.starts_at,
        "planned": [_row(one, prospect.times) for one in going],
        "zones": {origin.value: origins[origin] for origin in ZoneOrigin},
        "unknown_zones": [one.recipient.email for one in going if not one.zone.is_known],
        "left_out": planned.left_out,
        "summary": summary_of_plan(planned.decided),
        "jump": size_document(planned.size),
        **foretold(prospect),
        "notes": list(planned.notes()),
    }


def _row(one: PlannedDelivery, times: Timetable) -> dict[str, Any]:
    who, zone = one.recipient, one.zone.name
    return {
        "address": who.email,
        "name": who.name,
        "outlet": who.outlet_name,
        "edition": one.language,
        "edition_rule": one.rule,
        "waits": one.waits,
        "cover_language": one.cover.language,
        "cover_rule": one.cover.rule,
        "sends_at": times.moments[zone].astimezone(clock.zone(zone)),
        "zone": zone,
        "zone_from": one.zone.origin,
        "local_time_is_past": zone in times.past,
        # Always false: who is too late is left out. The key stays for those who read it.
        "expires_before": zone in times.too_late,
        "tracking": one.tracking,
        "greeting": one.greeting,
        "personal_note": one.personal_note,
        "reasons": who.reasons,
    }


def size_document(size: Size) -> dict[str, Any]:
    """The number beside those of the last distributions of that kind, for --json."""
    return {"count": size.count, "last_of_kind": size.earlier, "is_jump": size.is_jump}
