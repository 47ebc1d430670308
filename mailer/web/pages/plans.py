"""The decision in three steps: who (with live numbers) and when, a look at it all, and Schedule.

Until the last step nothing is written. The same plan is shown that the fan-out will make.
"""

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer import clock
from mailer.delivery.throttling.throttle import limit_per_minute
from mailer.distribution import lifecycle
from mailer.distribution.planning.preflight import Proofs, preflight
from mailer.errors import BadInput, Refused
from mailer.models import UnknownPolicy
from mailer.releases import editions
from mailer.releases.editions import FullRelease
from mailer.releases.readiness import Finding
from mailer.web import deciding
from mailer.web.deciding import FOLDED, MORNING, Decision, PlanForm, field_of
from mailer.web.dependencies import (
    Door,
    Parts,
    SignedIn,
    Submitted,
    door_of,
    page,
    signed_in,
)
from mailer.web.failures import status_of
from mailer.web.forms import Bound, bind, blank

#: A finding of this severity keeps the release back.
BLOCKING = "block"

router = APIRouter(prefix="/releases/{reference:path}", dependencies=[Depends(signed_in)])


@router.get("/distribute")
def show_form(request: Request, door: Parts, reference: str) -> Response:
    """The form, before anything is filled in."""
    form = blank(PlanForm, moment="now", local_time=MORNING)
    with door.reading() as session:
        return _show_form(request, door, session, reference, form)


@router.post("/distribute/audience")
def show_audience(request: Request, door: Parts, reference: str, form: Submitted) -> Response:
    """The numbers for what is typed in the criteria line; nothing is written."""
    line = str(form.get("criteria", "")).strip()
    numbers, problem = None, ""
    with door.reading() as session:
        full = editions.load(session, reference)
        try:
            if line:
                keyring = door.identity.keyring
                numbers = deciding.count(session, full, line, at=clock.now(), keyring=keyring)
        except (BadInput, Refused) as wrong:
            problem = str(wrong)
    context = {"numbers": numbers, "problem": problem, "line": line}
    return page(request, "web/_audience.html", context)


@router.post("/distribute/review")
def review(request: Request, door: Parts, reference: str, form: Submitted) -> Response:
    """Everything once more before it is decided; nothing is written."""
    bound = bind(PlanForm, form)
    with door.reading() as session:
        full = _going_out(session, editions.load(session, reference), bound.model)
        bound = _with_waiver_wanted(bound, _blocking(door, session, full))
        if bound.model is not None and not bound.errors:
            try:
                decision = _decision(door, session, full, bound.model)
            except (BadInput, Refused) as wrong:
                bound = bound.with_error(field_of(wrong), str(wrong))
            else:
                return _show_review(request, session, bound, decision)
        return _show_form(request, door, session, reference, bound, status=400)


@router.post("/distribute/change")
def change(request: Request, door: Parts, reference: str, form: Submitted) -> Response:
    """The form again, with what was filled in."""
    typed = Bound[PlanForm](values=bind(PlanForm, form).values)
    with door.reading() as session:
        return _show_form(request, door, session, reference, typed)


@router.post("/distribute")
def schedule(
    request: Request, door: Parts, officer: SignedIn, reference: str, form: Submitted
) -> Response:
    """Write the decision down; the scheduler finds it when it is due."""
    bound = bind(PlanForm, form)
    if bound.model is None or bound.errors:
        with door.reading() as session:
            return _show_form(request, door, session, reference, bound, status=400)
    try:
        distribution_id = _scheduled(door, reference, bound.model, by=officer.name)
    except (BadInput, Refused) as wrong:
        return _show_again(request, door, reference, bound, wrong)
    return RedirectResponse(f"/distributions/{distribution_id}", status_code=303)


def _scheduled(door: Door, reference: str, form: PlanForm, *, by: str) -> int:
    with door.reading() as session:
        full = editions.load(session, reference)
        start = deciding.start_of(form, full, now=clock.now())
        proofs = Proofs(full, identity=door.identity, at=start.at)
    with door.writing() as session:
        full = editions.load(session, reference)
        start = deciding.start_of(form, full, now=clock.now())
        unknown = _usual_for_unknown(door)
        decided = lifecycle.schedule(
            session,
            full,
            criteria=form.criteria,
            at=start.at,
            by=by,
            waive_because=form.waive,
            options=deciding.options_of(form, full, start, unknown=unknown),
            expect=form.expect,
            keyring=door.identity.keyring,
            more=proofs.of(full),
        )
        return decided.distribution.id or 0


def _show_again(
    request: Request,
    door: Door,
    reference: str,
    bound: Bound[PlanForm],
    wrong: BadInput | Refused,
) -> Response:
    """What was refused, and why: beside the number on the review, all else in the form."""
    field, status = field_of(wrong), status_of(wrong)
    shown = bound.with_error(field, str(wrong))
    with door.reading() as session:
        if field == "expect" and bound.model is not None:
            full = editions.load(session, reference)
            decision = _decision(door, session, full, bound.model)
            return _show_review(request, session, shown, decision, status=status)
        return _show_form(request, door, session, reference, shown, status=status)


def _decision(door: Door, session: Session, full: FullRelease, form: PlanForm) -> deciding.Decision:
    return deciding.decide(
        session,
        full,
        form,
        unknown=_usual_for_unknown(door),
        limit_per_minute=limit_per_minute(door.settings),
        keyring=door.identity.keyring,
    )


def _usual_for_unknown(door: Door) -> UnknownPolicy:
    """What becomes of deliveries in doubt unless the officer says otherwise."""
    return UnknownPolicy(door.settings.delivery.unknown)


def _going_out(session: Session, full: FullRelease, form: PlanForm | None) -> FullRelease:
    """The release with those on duty at the moment that is typed; now while it cannot be read."""
    if form is None:
        return full
    try:
        start = deciding.start_of(form, full, now=clock.now())
    except BadInput:
        return full  # what is wrong with the moment stands beside it
    return editions.going_out(session, full, at=start.at)


def _blocking(door: Door, session: Session, full: FullRelease) -> list[Finding]:
    every = preflight(session, full, identity=door.identity, at=clock.now())
    return [one for one in every if one.severity == BLOCKING]


def _with_waiver_wanted(bound: Bound[PlanForm], blocking: list[Finding]) -> Bound[PlanForm]:
    if blocking and not bound.values["waive"].strip():
        return bound.with_error("waive", "Fix what blocks, or say why it may go out like this.")
    return bound


def _show_form(
    request: Request,
    door: Door,
    session: Session,
    reference: str,
    form: Bound[PlanForm],
    *,
    status: int = 200,
) -> Response:
    full = _going_out(session, editions.load(session, reference), form.model)
    numbers = None
    if line := form.values["criteria"].strip():
        try:
            keyring = door.identity.keyring
            numbers = deciding.count(session, full, line, at=clock.now(), keyring=keyring)
        except (BadInput, Refused):
            numbers = None  # what is wrong with the line stands beside it already
    context = {
        "reference": full.release.reference,
        "zone": full.office.zone,
        "now": clock.now(),
        "title": _title(full),
        "blocking": _blocking(door, session, full),
        "form": form,
        "is_unfolded": any(form.values[name] or name in form.errors for name in FOLDED),
        "usual_for_unknown": _usual_for_unknown(door_of(request)),
        "attaches_usually": full.office.attaches_files,
        "numbers": numbers,
        "problem": "",
        "line": line,
    }
    return page(request, "web/distribute.html", context, status=status)


def _show_review(
    request: Request,
    session: Session,
    form: Bound[PlanForm],
    decision: Decision,
    *,
    status: int = 200,
) -> Response:
    full = decision.full
    headlines = [
        (language, count, _headline(full, language))
        for language, count in decision.numbers.by_edition
    ]
    context = {
        "reference": full.release.reference,
        "embargo": full.embargo_at(full.at or clock.now()),
        "zone": full.office.zone,
        "headlines": headlines,
        "blocking": _blocking(door_of(request), session, full),
        "decision": decision,
        "options": decision.options,
        "is_urgent": decision.is_urgent,
        "numbers": decision.numbers,
        "form": form,
    }
    return page(request, "web/review.html", context, status=status)


def _headline(full: FullRelease, language: str) -> str:
    """The title of that edition, or why it has none yet: some wait for it."""
    if revision := full.revisions.get(language):
        return revision.title
    return f"{full.statuses[language].replace('_', ' ')}: they wait for it"


def _title(full: FullRelease) -> str:
    revisions = full.revisions
    first = revisions.get(full.release.source_language) or next(iter(revisions.values()), None)
    return first.title if first else full.release.reference
