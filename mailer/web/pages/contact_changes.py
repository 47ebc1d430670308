"""A contact is corrected, moves to another outlet, or a desk closes."""

from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import Session, SQLModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.errors import NotFound
from mailer.models import Desk, Journalist
from mailer.web.dependencies import Parts, RowNumber, SignedIn, Submitted, page, signed_in
from mailer.web.forms import Bound, bind, blank
from mailer.web.keeping import changing, fields, moves
from mailer.web.keeping.changing import Correction
from mailer.web.keeping.moves import CloseForm, MoveForm, WrongField
from mailer.web.keeping.whose import Whose, WhosePage, find, name_of

router = APIRouter(prefix="/contacts/{kind}/{number}", dependencies=[Depends(signed_in)])


@router.get("/edit")
def show_edit(request: Request, door: Parts, asked: WhosePage) -> Response:
    """The plain fields of a person or a desk."""
    with door.reading() as session:
        row = find(session, asked)
        return _edit_page(request, asked, row, row, changing.blank(session, row))


@router.post("/edit")
def edit(
    request: Request, door: Parts, officer: SignedIn, asked: WhosePage, form: Submitted
) -> Response:
    """Set what was typed otherwise."""
    with door.writing() as session:
        row = find(session, asked, locks=True)
        correction = changing.submitted(session, row, form)
        if correction.errors:
            return _edit_page(request, asked, row, row, correction)
        edited = changing.save(session, row, correction, officer_id=officer.id)
    return _back(asked, edited.operation_id)


@router.get("/jobs/{role_id}/edit")
def show_job(request: Request, door: Parts, asked: WhosePage, role_id: RowNumber) -> Response:
    """The title and the beats of a job."""
    with door.reading() as session:
        person = _person(session, asked)
        job = moves.job_of(session, person, role_id)
        opened = changing.blank(session, job.role)
        return _edit_page(request, asked, person, job.role, opened, at=job.at)


@router.post("/jobs/{role_id}/edit")
def edit_job(
    request: Request,
    door: Parts,
    officer: SignedIn,
    asked: WhosePage,
    role_id: RowNumber,
    form: Submitted,
) -> Response:
    """Set what was typed otherwise."""
    with door.writing() as session:
        person = _person(session, asked, locks=True)
        job = moves.job_of(session, person, role_id)
        correction = changing.submitted(session, job.role, form)
        if correction.errors:
            return _edit_page(request, asked, person, job.role, correction, at=job.at)
        edited = changing.save(session, job.role, correction, officer_id=officer.id)
    return _back(asked, edited.operation_id)


@router.get("/jobs/{role_id}/move")
def show_move(request: Request, door: Parts, asked: WhosePage, role_id: RowNumber) -> Response:
    """The form: where she goes, or that the job ends."""
    with door.reading() as session:
        return _move_page(request, session, asked, role_id, blank(MoveForm, becomes="moves"))


@router.post("/jobs/{role_id}/move")
def move(
    request: Request,
    door: Parts,
    officer: SignedIn,
    asked: WhosePage,
    role_id: RowNumber,
    form: Submitted,
) -> Response:
    """End the job, and begin the new one."""
    bound = bind(MoveForm, form)
    try:
        with door.writing() as session:
            moved = moves.go(
                session,
                _person(session, asked, locks=True),
                role_id,
                moves.filled_in(bound),
                keyring=door.identity.keyring,
                officer_id=officer.id,
            )
    except WrongField as wrong:
        typed = bound.with_error(wrong.field, str(wrong))
        with door.reading() as session:
            return _move_page(request, session, asked, role_id, typed, status=400)
    return _back(asked, moved.operation_id)


@router.get("/close")
def show_close(request: Request, door: Parts, asked: WhosePage) -> Response:
    """The form: the last day of a desk."""
    with door.reading() as session:
        return _close_page(request, asked, _desk(session, asked), blank(CloseForm))


@router.post("/close")
def close(
    request: Request, door: Parts, officer: SignedIn, asked: WhosePage, form: Submitted
) -> Response:
    """Close the desk."""
    bound = bind(CloseForm, form)
    with door.writing() as session:
        desk = _desk(session, asked, locks=True)
        try:
            moved = moves.close(session, desk, bound.model or CloseForm(), officer_id=officer.id)
        except WrongField as wrong:
            typed = bound.with_error(wrong.field, str(wrong))
            return _close_page(request, asked, desk, typed, status=400)
    return _back(asked, moved.operation_id)


def _back(asked: Whose, operation_id: int | None) -> Response:
    told = f"?done={operation_id}" if operation_id else ""
    return RedirectResponse(f"{asked.path}{told}", status_code=303)


def _person(session: Session, asked: Whose, *, locks: bool = False) -> Journalist:
    row = find(session, asked, locks=locks)
    if not isinstance(row, Journalist):
        raise NotFound("a desk has no jobs: it is one, and it closes")
    return row


def _desk(session: Session, asked: Whose, *, locks: bool = False) -> Desk:
    row = find(session, asked, locks=locks)
    if not isinstance(row, Desk):
        raise NotFound("a person does not close: her jobs end, each by itself")
    return row


def _edit_page(
    request: Request,
    asked: Whose,
    holder: Journalist | Desk,
    row: SQLModel,
    correction: Correction,
    *,
    at: str = "",
) -> Response:
    context = {
        "asked": asked,
        "name": name_of(holder),
        "at": at,
        "groups": fields.groups_of(row),
        "form": correction,
    }
    status = 409 if correction.is_outrun else 400 if correction.errors else 200
    return page(request, "web/contacts/edit.html", context, status=status)


def _move_page(
    request: Request,
    session: Session,
    asked: Whose,
    role_id: int,
    form: Bound[MoveForm],
    *,
    status: int = 200,
) -> Response:
    person = _person(session, asked)
    job = moves.job_of(session, person, role_id)
    context: dict[str, Any] = {
        "asked": asked,
        "name": name_of(person),
        "job": job,
        "form": form,
    }
    return page(request, "web/contacts/move.html", context, status=status)


def _close_page(
    request: Request, asked: Whose, desk: Desk, form: Bound[CloseForm], *, status: int = 200
) -> Response:
    context = {"asked": asked, "name": name_of(desk), "form": form}
    return page(request, "web/contacts/close.html", context, status=status)
