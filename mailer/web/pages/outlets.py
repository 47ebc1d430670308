"""Outlets: all of them, and one with its desks, its people, its history and its fields."""

from dataclasses import replace

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.contacts.book_lock import lock_book
from mailer.contacts.keeping.outlets.cards import outlet_card
from mailer.contacts.keeping.outlets.correcting import NameTaken
from mailer.contacts.keeping.outlets.finding import Place, list_outlets, outlet_of
from mailer.models import Outlet
from mailer.releases import offices
from mailer.web.dependencies import Parts, RowNumber, SignedIn, Submitted, page, signed_in
from mailer.web.keeping import changing, fields, past
from mailer.web.keeping.changing import Correction
from mailer.web.pages.contact import OPERATIONS, take_back

ON_A_PAGE = 50
HERE = "/contacts/outlets"

router = APIRouter(prefix=HERE, dependencies=[Depends(signed_in)])


@router.get("")
def show_outlets(
    request: Request, door: Parts, q: str = "", name: str = "", after: RowNumber = 0
) -> Response:
    """The outlets that the search finds, by name."""
    place = Place(name, after) if after else None
    with door.reading() as session:
        found = list_outlets(session, q, limit=ON_A_PAGE + 1, after=place)
    context = {
        "q": q,
        "outlets": found[:ON_A_PAGE],
        "is_first": place is None,
        "next": found[ON_A_PAGE - 1] if len(found) > ON_A_PAGE else None,
    }
    return page(request, "web/contacts/outlets.html", context)


@router.get("/{outlet_id}")
def show_outlet(
    request: Request,
    door: Parts,
    outlet_id: RowNumber,
    skip: RowNumber = 0,
    done: RowNumber = 0,
) -> Response:
    """One outlet, with its people page by page."""
    with door.reading() as session:
        outlet = outlet_of(session, outlet_id)
        card = outlet_card(session, outlet, limit=ON_A_PAGE, skip=skip)
        context = {
            "card": card,
            "skip": skip,
            "next": skip + ON_A_PAGE if skip + ON_A_PAGE < card.people_count else None,
            "past": past.outlet_history(session, outlet)[:OPERATIONS],
            "done": past.done(session, done) if done else None,
            "zone": offices.the_office(session).zone,
        }
    return page(request, "web/contacts/outlet.html", context)


@router.get("/{outlet_id}/history")
def show_history(request: Request, door: Parts, outlet_id: RowNumber) -> Response:
    """All that happened to the outlet."""
    with door.reading() as session:
        outlet = outlet_of(session, outlet_id)
        context = {
            "path": f"{HERE}/{outlet_id}",
            "name": outlet.name,
            "past": past.outlet_history(session, outlet),
            "zone": offices.the_office(session).zone,
        }
    return page(request, "web/contacts/outlet_history.html", context)


@router.get("/{outlet_id}/edit")
def show_edit(request: Request, door: Parts, outlet_id: RowNumber) -> Response:
    """The fields of an outlet."""
    with door.reading() as session:
        outlet = outlet_of(session, outlet_id)
        return _edit_page(request, outlet_id, outlet.name, changing.blank(session, outlet))


@router.post("/{outlet_id}/edit")
def edit(
    request: Request, door: Parts, officer: SignedIn, outlet_id: RowNumber, form: Submitted
) -> Response:
    """Set what was typed otherwise."""
    try:
        with door.writing() as session:
            lock_book(session)
            outlet = outlet_of(session, outlet_id, locks=True)
            name, correction = outlet.name, changing.submitted(session, outlet, form)
            if correction.errors:
                return _edit_page(request, outlet_id, name, correction)
            edited = changing.save(session, outlet, correction, officer_id=officer.id)
    except NameTaken as wrong:
        taken = replace(correction, errors={"name": str(wrong)})
        return _edit_page(request, outlet_id, name, taken, status=409)
    told = f"?done={edited.operation_id}" if edited.operation_id else ""
    return RedirectResponse(f"{HERE}/{outlet_id}{told}", status_code=303)


@router.post("/{outlet_id}/undo/{operation_id}")
def undo(
    request: Request, door: Parts, officer: SignedIn, outlet_id: RowNumber, operation_id: RowNumber
) -> Response:
    """Take back what was done to the outlet."""
    return take_back(request, door, officer.id, operation_id, back=f"{HERE}/{outlet_id}")


def _edit_page(
    request: Request, outlet_id: int, name: str, correction: Correction, *, status: int = 0
) -> Response:
    context = {
        "asked": {"path": f"{HERE}/{outlet_id}"},
        "name": name,
        "at": "",
        "groups": fields.GROUPS[Outlet],
        "form": correction,
    }
    status = status or (409 if correction.is_outrun else 400 if correction.errors else 200)
    return page(request, "web/contacts/edit.html", context, status=status)
