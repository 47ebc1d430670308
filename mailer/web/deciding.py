"""The officer's decision as a form: what is typed, what is wrong with it, and what it comes to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from sqlmodel import Session

from mailer import clock
from mailer.audience import criteria as rules
from mailer.audience.criteria import Criteria
from mailer.distribution import options as chosen
from mailer.distribution.jump import Size, measure
from mailer.distribution.options import BadOption, OptionRefused, Options
from mailer.distribution.planning import Plan, plan
from mailer.distribution.rates import plain
from mailer.distribution.telling.forecast import prospect_of
from mailer.distribution.telling.notes import end_to_know, names_to_know
from mailer.distribution.timing.timetable import Start, Timetable, read_start
from mailer.errors import BadInput, Refused
from mailer.models import Clock, LanguagePolicy, UnknownPolicy
from mailer.releases.editions import FullRelease, going_out
from mailer.tokens import Keyring
from mailer.web.templating import moment

#: What each recipient's clock shows when nothing else is asked for.
MORNING = "08:30"
#: Fields that are folded away while they hold nothing.
FOLDED = ("rate", "hours", "not_after", "unknown", "languages", "links", "urgent")

#: No audience is larger: what is typed beyond is a slip.
MOST = 10**12


class PlanForm(BaseModel):
    """What the officer fills in."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, validate_default=True)

    criteria: str
    moment: Literal["now", "later", "local"] = "now"
    at: str = ""
    day: str = ""
    local_time: str = ""
    rate: str = ""
    hours: str = ""
    hours_of: Clock = Clock.OFFICE
    not_after: str = ""
    unknown: UnknownPolicy | Literal[""] = ""
    #: Empty: the next best edition.
    languages: LanguagePolicy | Literal[""] = ""
    #: Empty: as the office does.
    links: Literal["", "yes", "no"] = ""
    urgent: Literal["", "yes"] = ""
    waive: str = ""
    #: The number of recipients, typed by hand when it is a jump.
    expect: int | None = Field(default=None, ge=1, le=MOST)

    @field_validator("expect", mode="before")
    @classmethod
    def _may_be_blank(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("criteria")
    @classmethod
    def _names_somebody(cls, value: str) -> str:
        if not value:
            raise ValueError("Say who gets it, for example language:da or everyone.")
        return value

    @field_validator("at")
    @classmethod
    def _is_given(cls, value: str, known: ValidationInfo) -> str:
        if known.data.get("moment") == "later" and not value:
            raise ValueError("Choose the day and the time.")
        return value

    @field_validator("day")
    @classmethod
    def _day_is_given(cls, value: str, known: ValidationInfo) -> str:
        if known.data.get("moment") == "local" and not value:
            raise ValueError("Choose the day.")
        return value

    @field_validator("local_time")
    @classmethod
    def _time_is_given(cls, value: str, known: ValidationInfo) -> str:
        if known.data.get("moment") == "local" and not value:
            raise ValueError(f"Choose the time, for example {MORNING}.")
        return value


class BadTime(BadInput):
    """The start cannot be used: it is said beside its own field."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Numbers:
    """A plan in figures: how many, where, in which language, and who is left out and why."""

    sentence: str
    total: int
    by_country: list[tuple[str, int]]
    by_edition: list[tuple[str, int]]
    by_cover: list[tuple[str, int]]
    #: By the name of the zone, the largest group first; the office's stands in for unknown ones.
    by_zone: list[tuple[str, int]]
    #: The addresses of those whose zone is not known.
    unknown_zones: list[str]
    #: All the reasons that some share, and their addresses; the largest group first.
    because: list[tuple[str, list[str]]]
    #: Reason, and the addresses it leaves out.
    left_out: list[tuple[str, list[str]]]
    #: The zone that most recipients are known to live in; empty when none is known.
    largest_zone: str


@dataclass(frozen=True)
class Decision:
    """All that the review shows, and that Schedule will do."""

    full: FullRelease
    times: Timetable
    options: Options
    is_urgent: bool
    numbers: Numbers
    #: Beside the last ones of that kind.
    size: Size
    #: How many get it before it expires.
    in_time: int
    #: How long it takes, how many expire unsent, and to whom the list is named in a strange
    #: language. The page tells the rest zone by zone.
    notes: list[str]


def field_of(wrong: BadInput | Refused) -> str:
    """The field beside which it is said what is wrong."""
    match wrong:
        case BadTime():
            return wrong.field
        case BadOption() | OptionRefused():
            return wrong.option
        case _:
            return "criteria"


def start_of(form: PlanForm, full: FullRelease, *, now: datetime) -> Start:
    """When it is to start. Raises BadTime."""
    if form.moment == "now":
        return Start(now)
    field, typed = ("at", form.at) if form.moment == "later" else ("day", form.day)
    local_time = form.local_time if form.moment == "local" else ""
    try:
        return read_start(typed, local_time=local_time, office_zone=full.office.zone, now=now)
    except BadInput as wrong:
        raise BadTime(str(wrong), field=field) from wrong


def options_of(
    form: PlanForm, full: FullRelease, start: Start, *, unknown: UnknownPolicy
) -> Options:
    """What is set beside audience and start; `unknown` when the form leaves it open.

    Raises BadOption.
    """
    read = chosen.read(
        unknown=UnknownPolicy(form.unknown or unknown),
        office_zone=full.office.zone,
        not_after=form.not_after,
        rate=form.rate,
        local_time=form.local_time if form.moment == "local" else "",
        local_date=start.local_date,
        hours=form.hours,
        hours_of=form.hours_of,
        languages=LanguagePolicy(form.languages or LanguagePolicy.FALLBACK),
    )
    attaches = {"yes": False, "no": True}.get(form.links, full.office.attaches_files)
    return replace(read, is_urgent=bool(form.urgent), attaches_files=attaches)


def decide(
    session: Session,
    full: FullRelease,
    form: PlanForm,
    *,
    unknown: UnknownPolicy,
    limit_per_minute: float,
    keyring: Keyring,
) -> Decision:
    """What scheduling it now would come to, with that limit to all hand-overs; 0: none.

    Raises BadInput for what cannot be used, Refused when nobody gets it or a rule forbids it.
    """
    now = clock.now()
    start = start_of(form, full, now=now)
    options = options_of(form, full, start, unknown=unknown)
    rule = rules.parse(form.criteria)
    planning = partial(plan, is_urgent=options.is_urgent, languages=options.language_policy)
    decided = planning(session, full, rule, at=start.at, keyring=keyring)
    if not decided.planned:
        raise Refused("nobody would get it: the numbers below say why")
    prospect = prospect_of(full, decided.planned, options, at=start.at, now=now)
    prospect = replace(prospect, limit_per_minute=plain(limit_per_minute) or None)
    notes = [*end_to_know(prospect, written=moment), *names_to_know(prospect)]
    return Decision(
        full=going_out(session, full, at=start.at),
        times=prospect.times,
        options=options,
        is_urgent=options.is_urgent,
        numbers=_in_figures(rule, decided),
        size=measure(session, full, count=len(decided.planned)),
        in_time=prospect.in_time,
        notes=notes,
    )


def count(
    session: Session,
    full: FullRelease,
    line: str,
    *,
    at: datetime,
    keyring: Keyring,
    is_urgent: bool = False,
) -> Numbers:
    """The plan for that line in figures. Raises BadInput for a line that cannot be read."""
    rule = rules.parse(line)
    decided = plan(session, full, rule, at=at, is_urgent=is_urgent, keyring=keyring)
    return _in_figures(rule, decided)


def _in_figures(rule: Criteria, decided: Plan) -> Numbers:
    planned = decided.planned
    known = Counter(one.zone.name for one in planned if one.zone.is_known)
    return Numbers(
        sentence=rule.sentence(),
        total=len(planned),
        by_country=Counter(one.recipient.country for one in planned).most_common(),
        by_edition=Counter(one.language for one in planned).most_common(),
        by_cover=Counter(one.cover.language for one in planned).most_common(),
        by_zone=Counter(one.zone.name for one in planned).most_common(),
        unknown_zones=[one.recipient.email for one in planned if not one.zone.is_known],
        because=_grouped((_because(one.recipient.reasons), one.recipient.email) for one in planned),
        left_out=_grouped((one.reason, one.email) for one in decided.left_out),
        largest_zone=known.most_common(1)[0][0] if known else "",
    )


def _because(reasons: Sequence[str]) -> str:
    return " and ".join(reasons)


def _grouped(told: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """The addresses by what is told of them, the largest group first."""
    groups: dict[str, list[str]] = {}
    for words, address in told:
        groups.setdefault(words, []).append(address)
    return sorted(groups.items(), key=lambda pair: -len(pair[1]))
