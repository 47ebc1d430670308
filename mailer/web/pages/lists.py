"""Lists kept by hand: all of them, one with its members and rules, a new one."""

from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer import clock
from mailer.audience import criteria, renaming
from mailer.audience.list_rules import add_rule, found_by, refuse_used
from mailer.contacts import list_keeping, list_members
from mailer.contacts.book_lock import lock_book
from mailer.errors import BadInput, MailerError, NotFound, Refused
from mailer.models import ListPurpose
from mailer.web.dependencies import (
    Door,
    Parts,
    RowNumber,
    SignedIn,
    Submitted,
    page,
    signed_in,
)
from mailer.web.failures import status_of
from mailer.web.forms import Bound, bind, blank
from mailer.web.keeping import past
from mailer.web.keeping.listing import (
    Addition,
    NewList,
    addresses_in,
    changing,
    keeping,
    refuse_nothing,
)
from mailer.web.keeping.whose import SOURCE
from mailer.web.pages.contact import take_back

ON_A_PAGE = 50
HERE = "/contacts/lists"

router = APIRouter(prefix=HERE, dependencies=[Depends(signed_in)])


@router.get("")
def show_lists(request: Request, door: Parts, done: RowNumber = 0) -> Response:
    """All lists by name."""
    with door.reading() as session:
        # Whom rules find is counted on the page of a list: here it would be counted for each.
        context = {
            "lists": list_keeping.overview(session, today=clock.now().date()),
            "done": past.done(session, done) if done else None,
        }
    return page(request, "web/contacts/lists.html", context)


@router.get("/new")
def show_new(request: Request) -> Response:
    """The form of a new list."""
    context = {"form": blank(NewList, purpose=ListPurpose.PRESS)}
    return page(request, "web/contacts/list_new.html", context)


@router.post("/new")
def make(request: Request, door: Parts, officer: SignedIn, form: Submitted) -> Response:
    """Make the list, and show it."""
    bound, wrong = bind(NewList, form), None
    if bound.model is not None:
        try:
            with keeping(door, officer.id, f"list {bound.model.name} made") as (session, done):
                wanted = bound.model
                made = list_keeping.make(
                    session, wanted.name, purpose=wanted.purpose, note=wanted.note
                )
            return _to(made.id or 0, done.id)
        except (BadInput, Refused) as caught:
            wrong = caught
            told = (
                "there is a list of that name already" if isinstance(wrong, Refused) else str(wrong)
            )
            bound = bound.with_error("name", told)
    status = status_of(wrong) if wrong else 400
    return page(request, "web/contacts/list_new.html", {"form": bound}, status=status)


@router.get("/{list_id}")
def show_list(
    request: Request, door: Parts, list_id: RowNumber, after: RowNumber = 0, done: RowNumber = 0
) -> Response:
    """One list: its rules, and its members page by page."""
    with door.reading() as session:
        context = _list(session, list_id, blank(Addition), after=after)
        context["done"] = past.done(session, done) if done else None
    return page(request, "web/contacts/list.html", context)


@router.post("/{list_id}/add")
def add(
    request: Request, door: Parts, officer: SignedIn, list_id: RowNumber, form: Submitted
) -> Response:
    """Put all current jobs and desks at the typed addresses on the list."""
    bound = bind(Addition, form)
    try:
        given = addresses_in(bound.values["addresses"])
        with changing(door, officer.id, list_id, "contacts added") as (session, name, done):
            refuse_nothing(list_keeping.add(session, name, given, today=clock.now().date()))
    except (BadInput, NotFound, Refused) as wrong:
        return _again(request, door, list_id, bound.with_error("addresses", str(wrong)), wrong)
    return _to(list_id, done.id)


@router.post("/{list_id}/rule")
def rule(
    request: Request, door: Parts, officer: SignedIn, list_id: RowNumber, form: Submitted
) -> Response:
    """Let the list also hold whom criteria find."""
    bound = bind(Addition, form)
    try:
        wanted = criteria.read(bound.values["rule"])
        with changing(door, officer.id, list_id, f"rule {wanted.line()}") as (session, name, done):
            refuse_nothing(add_rule(session, name, wanted))
    except (BadInput, NotFound, Refused) as wrong:
        return _again(request, door, list_id, bound.with_error("rule", str(wrong)), wrong)
    return _to(list_id, done.id)


@router.post("/{list_id}/rename")
def rename(
    request: Request, door: Parts, officer: SignedIn, list_id: RowNumber, form: Submitted
) -> Response:
    """Call the list otherwise; criteria that name it find it still."""
    bound = bind(Addition, form)
    try:
        with door.writing() as session:
            lock_book(session)
            renamed = renaming.rename(
                session,
                list_members.list_of(session, list_id),
                bound.values["name"],
                source=SOURCE,
                officer_id=officer.id,
            )
    except (BadInput, Refused) as wrong:
        return _again(request, door, list_id, bound.with_error("name", str(wrong)), wrong)
    return _to(list_id, renamed.operation_id)


@router.post("/{list_id}/entries/{entry_id}/remove")
def remove(door: Parts, officer: SignedIn, list_id: RowNumber, entry_id: RowNumber) -> Response:
    """Take one entry off the list; nothing is to do when a colleague has done it already."""
    with changing(door, officer.id, list_id, "an entry removed") as (session, _name, done):
        is_gone = list_members.take_off(session, list_id, entry_id)
        if not is_gone:
            session.rollback()
    return _to(list_id, done.id if is_gone else None)


@router.post("/{list_id}/delete")
def delete(door: Parts, officer: SignedIn, list_id: RowNumber) -> Response:
    """Delete the list, not the contacts on it."""
    with changing(door, officer.id, list_id, "deleted") as (session, name, done):
        refuse_used(session, name)
        list_keeping.delete(session, name)
    return RedirectResponse(f"{HERE}?done={done.id}", status_code=303)


@router.post("/undo/{operation_id}")
def undo(request: Request, door: Parts, officer: SignedIn, operation_id: RowNumber) -> Response:
    """Take back what was done to a list."""
    return take_back(request, door, officer.id, operation_id, back=HERE)


def _to(list_id: int, operation_id: int | None) -> Response:
    told = f"?done={operation_id}" if operation_id else ""
    return RedirectResponse(f"{HERE}/{list_id}{told}", status_code=303)


def _again(
    request: Request, door: Door, list_id: int, form: Bound[Addition], wrong: MailerError
) -> Response:
    """The list once more, with what was typed and what is wrong with it."""
    with door.reading() as session:
        context = _list(session, list_id, form, after=0)
    status = 400 if isinstance(wrong, NotFound) else status_of(wrong)
    return page(request, "web/contacts/list.html", {**context, "done": None}, status=status)


def _list(session: Session, list_id: int, form: Bound[Addition], *, after: int) -> dict[str, Any]:
    media_list = list_members.list_of(session, list_id)
    members = list_members.page(session, list_id, size=ON_A_PAGE, after=after)
    rules = [
        (
            row,
            criteria.parse(row.criteria).sentence(),
            found_by(session, row.criteria, at=clock.now()),
        )
        for row in list_members.rules(session, list_id)
    ]
    return {
        "list": media_list,
        "members": members.members,
        "after": after,
        "next": members.next_after,
        "rules": rules,
        "form": form,
    }
