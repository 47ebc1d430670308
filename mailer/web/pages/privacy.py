"""What a person may ask of us: all that we hold of her, to take along; and to be forgotten, told
first and done after her name is typed.
"""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from mailer import clock
from mailer.contacts.keeping.people import people_at
from mailer.contacts.suggesting import spelling
from mailer.errors import Refused, Unreachable
from mailer.models import Address, Desk
from mailer.privacy import erasing, exporting, wiping
from mailer.privacy.erasing import Erased
from mailer.privacy.page import write_page
from mailer.privacy.telling import erased_in_words
from mailer.web.dependencies import Door, Parts, SignedIn, Submitted, page, signed_in
from mailer.web.forms import Bound, bind, blank
from mailer.web.keeping.whose import SOURCE, Whose, WhosePage, find, name_of

router = APIRouter(prefix="/contacts/{kind}/{number}", dependencies=[Depends(signed_in)])


class EraseForm(BaseModel):
    """Who asked for it, and the name of whom it is about, typed by hand."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    note: str = ""
    confirm: str = ""


@router.get("/privacy")
def show(request: Request, door: Parts, asked: WhosePage) -> Response:
    """What can be taken along, and the first step of an erasure."""
    with door.reading() as session:
        return _first_step(request, session, asked, blank(EraseForm))


@router.get("/record.json")
def record_json(door: Parts, asked: WhosePage) -> Response:
    """All that we hold, for programs."""
    document = to_jsonable_python(_record(door, asked), serialize_unknown=False)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return _download(text, f"record-{asked.number}.json", "application/json")


@router.get("/record.html")
def record_html(door: Parts, asked: WhosePage) -> Response:
    """All that we hold, as a page that its reader opens anywhere."""
    return _download(write_page(_record(door, asked)), f"record-{asked.number}.html", "text/html")


@router.post("/erase/review")
def review(
    request: Request, door: Parts, officer: SignedIn, asked: WhosePage, form: Submitted
) -> Response:
    """What an erasure would take away; nothing is written."""
    bound = bind(EraseForm, form)
    if not bound.values["note"].strip():
        bound = bound.with_error("note", "say who asked for it, when, and how we know it was she")
        with door.reading() as session:
            return _first_step(request, session, asked, bound, status=400)
    return _second_step(request, door, officer.id, asked, bound)


@router.post("/erase")
def erase(
    request: Request, door: Parts, officer: SignedIn, asked: WhosePage, form: Submitted
) -> Response:
    """Forget her, once the name is typed; what was done is told, and nothing leads there again."""
    bound = bind(EraseForm, form)
    with door.reading() as session:
        wanted = name_of(find(session, asked))
    if spelling(bound.values["confirm"]) not in (spelling(wanted), str(asked.number)):
        bound = bound.with_error("confirm", "that is not the name: nothing was erased")
        return _second_step(request, door, officer.id, asked, bound, status=400)
    with door.writing() as session:
        erased = _erase(session, door, asked, bound.values["note"], officer_id=officer.id)
    context = {
        "lines": list(_told(door, erased, dry_run=False)),
        "is_wiped": _is_wiped(door, erased),
    }
    return page(request, "web/contacts/erased.html", context)


def _record(door: Door, asked: Whose) -> dict[str, Any]:
    with door.reading() as session:
        text = _text(session, asked)
        return exporting.export(session, text, keyring=door.identity.keyring, now=clock.now())


def _download(text: str, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


def _erase(session: Session, door: Door, asked: Whose, note: str, *, officer_id: int) -> Erased:
    return erasing.erase(
        session,
        _text(session, asked),
        keyring=door.identity.keyring,
        note=note,
        source=SOURCE,
        now=clock.now(),
        officer_id=officer_id,
    )


def _text(session: Session, asked: Whose) -> str:
    """By what the contact is found: the number of a person, the address of a desk.

    Raises Refused for a desk whose address a person reads: the person is meant by it.
    """
    row = find(session, asked)
    if not isinstance(row, Desk):
        return str(asked.number)
    address = session.get_one(Address, row.address_id)
    if people_at(session, address):
        raise Refused(
            f"people read {address.email}, too: ask for what is kept of each of them on their own"
            " pages, and close the desk"
        )
    return address.email


def _told(door: Door, erased: Erased, *, dry_run: bool) -> Iterator[str]:
    waiting = wiping.waiting_files(door.settings.home)
    return erased_in_words(erased, dry_run=dry_run, waiting=waiting)


def _is_wiped(door: Door, erased: Erased) -> bool:
    """Whether nothing deleted is left in the files, either."""
    try:
        return wiping.clear_files(door.engine, home=door.settings.home, words=erased.words)
    except Unreachable:
        return False


def _first_step(
    request: Request, session: Session, asked: Whose, form: Bound[EraseForm], *, status: int = 200
) -> Response:
    row, problem = find(session, asked), ""
    try:
        _text(session, asked)
    except Refused as wrong:
        problem = str(wrong)
    context = {"asked": asked, "name": name_of(row), "form": form, "problem": problem}
    return page(request, "web/contacts/privacy.html", context, status=status)


def _second_step(
    request: Request,
    door: Door,
    officer_id: int,
    asked: Whose,
    form: Bound[EraseForm],
    *,
    status: int = 200,
) -> Response:
    with door.writing() as session:
        row = find(session, asked)
        name = name_of(row)
        told = _erase(session, door, asked, form.values["note"] or "asked", officer_id=officer_id)
        lines = list(_told(door, told, dry_run=True))
        session.rollback()
    context = {"asked": asked, "name": name, "form": form, "lines": lines}
    return page(request, "web/contacts/erase.html", context, status=status)
