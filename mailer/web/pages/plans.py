"""The decision in three steps: who (with live numbers) and when, a look at it all, and Schedule.

Until the last step nothing is written. The same plan is shown that the fan-out will make.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer import clock
from mailer.audience import criteria as rules
from mailer.distribution import lifecycle
from mailer.distribution.planning import Plan, plan
from mailer.errors import BadInput, Refused
from mailer.releases import editions, readiness
from mailer.releases.editions import FullRelease
from mailer.releases.readiness import Finding
from mailer.web.dependencies import Door, Parts, SignedIn, Submitted, page, signed_in
from mailer.web.failures import status_of
from mailer.web.forms import Bound, bind, blank

#: A finding of this severity keeps the release back.
BLOCKING = "block"

router = APIRouter(prefix="/releases/{reference:path}", dependencies=[Depends(signed_in)])


class PlanForm(BaseModel):
    """What the officer fills in."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    criteria: str
    moment: Literal["now", "later"] = "now"
    at: str = ""
    waive: str = ""

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


@dataclass(frozen=True)
class Numbers:
    """A plan in figures: how many, where, in which language, and who is left out and why."""

    sentence: str
    total: int
    by_country: list[tuple[str, int]]
    by_edition: list[tuple[str, int]]
    by_cover: list[tuple[str, int]]
    #: Reason, and the addresses it leaves out.
    left_out: list[tuple[str, list[str]]]
    largest_zone: str


@dataclass(frozen=True)
class Decision:
    """All that the review shows, and that Schedule will do."""

    full: FullRelease
    at: datetime
    numbers: Numbers


@router.get("/distribute")
def show_form(request: Request, door: Parts, reference: str) -> Response:
    """The form, before anything is filled in."""
    form = blank(PlanForm, moment="now")
    with door.reading() as session:
        return _show_form(request, session, reference, form)


@router.post("/distribute/audience")
def show_audience(request: Request, door: Parts, reference: str, form: Submitted) -> Response:
    """The numbers for what is typed in the criteria line; nothing is written."""
    line = str(form.get("criteria", "")).strip()
    numbers, problem = None, ""
    with door.reading() as session:
        full = editions.load(session, reference)
        try:
            numbers = _numbers(session, full, line, at=clock.now()) if line else None
        except (BadInput, Refused) as wrong:
            problem = str(wrong)
    context = {"numbers": numbers, "problem": problem, "line": line}
    return page(request, "web/_audience.html", context)


@router.post("/distribute/review")
def review(request: Request, door: Parts, reference: str, form: Submitted) -> Response:
    """Everything once more before it is decided; nothing is written."""
    bound = bind(PlanForm, form)
    with door.reading() as session:
        full = editions.load(session, reference)
        bound = _with_waiver_wanted(bound, _blocking(session, full))
        if bound.model is not None and not bound.errors:
            try:
                decision = _decide(session, full, bound.model)
            except (BadInput, Refused) as wrong:
                bound = bound.with_error(_field_of(wrong), str(wrong))
            else:
                return _show_review(request, session, bound, decision)
        return _show_form(request, session, reference, bound, status=400)


@router.post("/distribute/change")
def change(request: Request, door: Parts, reference: str, form: Submitted) -> Response:
    """The form again, with what was filled in."""
    typed = Bound[PlanForm](values=bind(PlanForm, form).values)
    with door.reading() as session:
        return _show_form(request, session, reference, typed)


@router.post("/distribute")
def schedule(
    request: Request, door: Parts, officer: SignedIn, reference: str, form: Submitted
) -> Response:
    """Write the decision down; the scheduler finds it when it is due."""
    bound = bind(PlanForm, form)
    if bound.model is None or bound.errors:
        with door.reading() as session:
            return _show_form(request, session, reference, bound, status=400)
    try:
        distribution_id = _scheduled(door, reference, bound.model, by=officer.name)
    except (BadInput, Refused) as wrong:
        bound = bound.with_error(_field_of(wrong), str(wrong))
        with door.reading() as session:
            return _show_form(request, session, reference, bound, status=status_of(wrong))
    return RedirectResponse(f"/distributions/{distribution_id}", status_code=303)


class BadTime(BadInput):
    """The moment cannot be used: it is said beside its own field."""


def _field_of(wrong: BadInput | Refused) -> str:
    return "at" if isinstance(wrong, BadTime) else "criteria"


def _scheduled(door: Door, reference: str, form: PlanForm, *, by: str) -> int:
    with door.writing() as session:
        full = editions.load(session, reference)
        distribution = lifecycle.schedule(
            session,
            full,
            criteria=form.criteria,
            at=_moment(form, full),
            by=by,
            waive_because=form.waive,
        )
        return distribution.id or 0


def _decide(session: Session, full: FullRelease, form: PlanForm) -> Decision:
    """Raises BadInput for criteria or a time that cannot be used, Refused when nobody gets it."""
    at = _moment(form, full)
    if form.moment == "later" and at < clock.now():
        raise BadTime("that time lies in the past: choose a later one, or now")
    numbers = _numbers(session, full, form.criteria, at=at)
    if not numbers.total:
        raise Refused("nobody would get it: the numbers below say why")
    return Decision(full=full, at=at, numbers=numbers)


def _moment(form: PlanForm, full: FullRelease) -> datetime:
    if form.moment == "now":
        return clock.now()
    try:
        return clock.parse_moment(form.at, zone_name=full.office.zone)
    except BadInput as wrong:
        raise BadTime(str(wrong)) from wrong


def _numbers(session: Session, full: FullRelease, line: str, *, at: datetime) -> Numbers:
    rule = rules.parse(line)
    decided = plan(session, full, rule, at=at)
    planned = decided.planned
    zones = Counter(one.recipient.zone for one in planned if one.recipient.zone)
    return Numbers(
        sentence=rule.sentence(),
        total=len(planned),
        by_country=Counter(one.recipient.country for one in planned).most_common(),
        by_edition=Counter(one.edition.language for one in planned).most_common(),
        by_cover=Counter(one.cover.language for one in planned).most_common(),
        left_out=_left_out(decided),
        largest_zone=zones.most_common(1)[0][0] if zones else "",
    )


def _left_out(decided: Plan) -> list[tuple[str, list[str]]]:
    by_reason: dict[str, list[str]] = {}
    for one in decided.left_out:
        by_reason.setdefault(one.reason, []).append(one.email)
    return sorted(by_reason.items(), key=lambda pair: -len(pair[1]))


def _blocking(session: Session, full: FullRelease) -> list[Finding]:
    return [one for one in readiness.open_findings(session, full) if one.severity == BLOCKING]


def _with_waiver_wanted(bound: Bound[PlanForm], blocking: list[Finding]) -> Bound[PlanForm]:
    if blocking and not bound.values["waive"].strip():
        return bound.with_error("waive", "Fix what blocks, or say why it may go out like this.")
    return bound


def _show_form(
    request: Request,
    session: Session,
    reference: str,
    form: Bound[PlanForm],
    *,
    status: int = 200,
) -> Response:
    full = editions.load(session, reference)
    numbers = None
    if line := form.values["criteria"].strip():
        try:
            numbers = _numbers(session, full, line, at=clock.now())
        except (BadInput, Refused):
            numbers = None  # what is wrong with the line stands beside it already
    context = {
        "reference": full.release.reference,
        "zone": full.office.zone,
        "now": clock.now(),
        "title": _title(full),
        "blocking": _blocking(session, full),
        "form": form,
        "numbers": numbers,
        "problem": "",
        "line": line,
    }
    return page(request, "web/distribute.html", context, status=status)


def _show_review(
    request: Request, session: Session, form: Bound[PlanForm], decision: Decision
) -> Response:
    full = decision.full
    headlines = [
        (language, count, full.revisions[language].title)
        for language, count in decision.numbers.by_edition
    ]
    context = {
        "reference": full.release.reference,
        "release": full.release,
        "zone": full.office.zone,
        "headlines": headlines,
        "blocking": _blocking(session, full),
        "decision": decision,
        "numbers": decision.numbers,
        "form": form,
    }
    return page(request, "web/review.html", context)


def _title(full: FullRelease) -> str:
    revisions = full.revisions
    first = revisions.get(full.release.source_language) or next(iter(revisions.values()), None)
    return first.title if first else full.release.reference
