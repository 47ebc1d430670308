"""The same person twice: proposals with the reasons, the two side by side, and the decision."""

from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.contacts.keeping import merging
from mailer.contacts.keeping.different import mark_different
from mailer.contacts.keeping.people import find_person
from mailer.contacts.office_clock import office_zone
from mailer.errors import BadInput
from mailer.models import Journalist
from mailer.releases import offices
from mailer.web.dependencies import (
    Door,
    Parts,
    RowNumber,
    SignedIn,
    Submitted,
    page,
    signed_in,
)
from mailer.web.keeping import cards, past
from mailer.web.keeping.comparing import compared
from mailer.web.keeping.proposals import Proposals, last_operation, still_open
from mailer.web.keeping.whose import SOURCE, Kind, Whose, find
from mailer.web.pages.contact import take_back

ON_A_PAGE = 25
HERE = "/contacts/duplicates"

router = APIRouter(prefix=HERE, dependencies=[Depends(signed_in)])


@router.get("")
def show_proposals(
    request: Request, door: Parts, start: RowNumber = 0, done: RowNumber = 0
) -> Response:
    """The likeliest pairs about whom nobody has decided."""
    proposals: Proposals = request.app.state.proposals
    with door.reading() as session:
        last, is_searching = proposals.look(session)
        pairs = still_open(session, last.pairs) if last else []
        context = {
            "search": last,
            "is_searching": is_searching,
            "has_changed": last is not None and last.operation_id != last_operation(session),
            "pairs": pairs[start : start + ON_A_PAGE],
            "total": len(pairs),
            "start": start,
            "next": start + ON_A_PAGE if len(pairs) > start + ON_A_PAGE else None,
            "done": past.done(session, done) if done else None,
            "zone": offices.the_office(session).zone,
        }
    return page(request, "web/contacts/duplicates.html", context)


@router.post("/search")
def search(request: Request, door: Parts) -> Response:
    """Search the address book anew."""
    with door.reading() as session:
        request.app.state.proposals.look(session, anew=True)
    return RedirectResponse(HERE, status_code=303)


@router.get("/of/{number}")
def choose(door: Parts, number: RowNumber, other: str = "") -> Response:
    """The two side by side, the second one by an address or a number."""
    with door.reading() as session:
        two = find(session, Whose(Kind.PEOPLE, number)), find_person(session, other)
    if two[0].id == two[1].id:
        raise BadInput(f"{other} leads to the very same record: name another one")
    return RedirectResponse(f"{HERE}/{two[0].id}/{two[1].id}", status_code=303)


@router.get("/{one}/{other}")
def show_pair(
    request: Request, door: Parts, one: RowNumber, other: RowNumber, stays: RowNumber = 0
) -> Response:
    """The two side by side, and what the one who stays would be."""
    with door.reading() as session:
        context = _pair(session, door, one, other, stays=stays)
    return page(request, "web/contacts/pair.html", context)


@router.post("/{one}/{other}/merge")
def merge(
    door: Parts, officer: SignedIn, one: RowNumber, other: RowNumber, form: Submitted
) -> Response:
    """Make the two one record."""
    stays = str(form.get("stays", ""))
    if stays not in (str(one), str(other)):
        raise BadInput("say which of the two stays")
    with door.writing() as session:
        two = _two(session, one, other, locks=True)
        staying, going = two if stays == str(one) else two[::-1]
        merged = merging.merge(
            session,
            staying,
            going,
            keyring=door.identity.keyring,
            source=SOURCE,
            officer_id=officer.id,
        )
    return RedirectResponse(f"{HERE}?done={merged.operation_id}", status_code=303)


@router.post("/{one}/{other}/different")
def different(door: Parts, officer: SignedIn, one: RowNumber, other: RowNumber) -> Response:
    """Keep that the two are different people."""
    with door.writing() as session:
        two = _two(session, one, other, locks=True)
        operation_id = mark_different(session, *two, source=SOURCE, officer_id=officer.id)
    told = f"?done={operation_id}" if operation_id else ""
    return RedirectResponse(f"{HERE}{told}", status_code=303)


@router.post("/undo/{operation_id}")
def undo(request: Request, door: Parts, officer: SignedIn, operation_id: RowNumber) -> Response:
    """Take a decision back."""
    return take_back(request, door, officer.id, operation_id, back=HERE)


def _two(
    session: Session, one: int, other: int, *, locks: bool = False
) -> tuple[Journalist, Journalist]:
    """Both people; locked in the order of their numbers, so that no two officers wait in a ring."""
    found = {
        number: find(session, Whose(Kind.PEOPLE, number), locks=locks)
        for number in sorted({one, other})
    }
    first, second = found[one], found[other]
    if not isinstance(first, Journalist) or not isinstance(second, Journalist):
        raise BadInput("only people are there twice, never desks")
    return first, second


def _pair(session: Session, door: Door, one: int, other: int, *, stays: int) -> dict[str, Any]:
    two = _two(session, one, other)
    staying, going = two[::-1] if stays == other else two
    keyring = door.identity.keyring
    contacts = [
        cards.read_contact(session, Whose(Kind.PEOPLE, row.id or 0), row, keyring=keyring)
        for row in two
    ]
    problem, coming = "", None
    try:
        coming = merging.prospect(session, staying, going, keyring=keyring)
    except BadInput as wrong:
        problem = str(wrong)
    return {
        "one": one,
        "other": other,
        "contacts": contacts,
        "staying": staying,
        "going": going,
        "rows": compared(
            two[0],
            two[1],
            coming.changes if coming else (),
            staying=staying,
            zone=office_zone(session),
        ),
        "notices": coming.notices if coming else (),
        "problem": problem,
    }
