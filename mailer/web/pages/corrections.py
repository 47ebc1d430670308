"""Correcting what went out: which release takes its place, a look at who gets what, and the number
typed by hand. Until the last step nothing is written.
"""

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer import clock
from mailer.distribution.following import correcting
from mailer.distribution.following.correcting import FollowUpPlan
from mailer.distribution.planning.preflight import Proofs
from mailer.distribution.telling.overview import progress
from mailer.errors import BadInput, MailerError, NotFound, Refused
from mailer.releases import offices
from mailer.releases.editions import FullRelease, load
from mailer.web.dependencies import Door, Parts, RowNumber, SignedIn, Submitted, page, signed_in
from mailer.web.failures import status_of
from mailer.web.forms import Bound, bind, blank

router = APIRouter(prefix="/distributions", dependencies=[Depends(signed_in)])


class CorrectionForm(BaseModel):
    """What an officer types."""

    reference: str
    expect: str = ""


@router.get("/{distribution_id}/correct")
def show_form(request: Request, door: Parts, distribution_id: RowNumber) -> Response:
    """The form, before anything is filled in."""
    with door.reading() as session:
        reference = progress(session, distribution_id).reference
        form = blank(CorrectionForm, reference=reference)
        return _shown(request, session, distribution_id, form)


@router.post("/{distribution_id}/correct/review")
def review(request: Request, door: Parts, distribution_id: RowNumber, form: Submitted) -> Response:
    """Who would get what; nothing is written."""
    bound = bind(CorrectionForm, form)
    with door.reading() as session:
        return _reviewed(request, door, session, distribution_id, bound)


@router.post("/{distribution_id}/correct")
def correct(
    request: Request,
    door: Parts,
    officer: SignedIn,
    distribution_id: RowNumber,
    form: Submitted,
) -> Response:
    """Write the decision down: what waits of the old text is held back from now on."""
    bound = bind(CorrectionForm, form)
    try:
        number = _decided(door, distribution_id, bound, by=officer.name)
    except (BadInput, Refused, NotFound) as wrong:
        shown = bound.with_error(getattr(wrong, "option", "reference"), str(wrong))
        with door.reading() as session:
            return _reviewed(request, door, session, distribution_id, shown, wrong)
    return RedirectResponse(f"/distributions/{number}", status_code=303)


def _decided(door: Door, distribution_id: int, bound: Bound[CorrectionForm], *, by: str) -> int:
    typed = bound.values["expect"].strip()
    if not (typed.isascii() and typed.isdigit()):
        raise BadExpectation("type the number of messages")
    now, reference = clock.now(), bound.values["reference"]
    with door.reading() as session:
        proofs = Proofs(load(session, reference), identity=door.identity, at=now)
    with door.writing() as session:
        full = load(session, reference)
        decided = correcting.correct(
            session,
            distribution_id,
            full,
            at=now,
            by=by,
            expect=int(typed),
            keyring=door.identity.keyring,
            more=proofs.of(full),
        )
        return decided.distribution.id or 0


class BadExpectation(BadInput):
    """A number that is none."""

    option = "expect"


def _reviewed(
    request: Request,
    door: Door,
    session: Session,
    distribution_id: int,
    bound: Bound[CorrectionForm],
    wrong: MailerError | None = None,
) -> Response:
    """The plan with what is wrong beside it; or the form, where there can be no plan."""
    try:
        full = load(session, bound.values["reference"])
        plan = correcting.plan_follow_up(
            session, distribution_id, full, at=clock.now(), keyring=door.identity.keyring
        )
    except (BadInput, Refused, NotFound) as cause:
        shown = bound.with_error("reference", str(cause))
        return _shown(request, session, distribution_id, shown, status=status_of(cause))
    status = 200 if wrong is None else status_of(wrong)
    return _shown(request, session, distribution_id, bound, _told(plan, full), status=status)


def _told(plan: FollowUpPlan, full: FullRelease) -> dict[str, Any]:
    changes = [
        (language, number, full.revisions[language])
        for language, number in plan.by_language.items()
        if language in full.revisions
    ]
    return {"plan": plan, "full": full, "changes": changes}


def _shown(
    request: Request,
    session: Session,
    distribution_id: int,
    form: Bound[CorrectionForm],
    more: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> Response:
    context = {
        "progress": progress(session, distribution_id),
        "zone": offices.the_office(session).zone,
        "form": form,
        "plan": None,
        **(more or {}),
    }
    return page(request, "web/correct.html", context, status=status)
