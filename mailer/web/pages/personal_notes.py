"""The personal notes of a release: a few words to one recipient, above the text."""

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.errors import BadInput, NotFound
from mailer.releases import editions, personal_notes
from mailer.web.dependencies import Door, Parts, SignedIn, Submitted, page, signed_in
from mailer.web.forms import Bound, bind, blank

router = APIRouter(dependencies=[Depends(signed_in)])


class NoteForm(BaseModel):
    """To whom, and the words."""

    to: str = ""
    text: str = ""


@router.get("/releases/{reference:path}/notes")
def show_notes(request: Request, door: Parts, reference: str, to: str = "") -> Response:
    """All notes of the release, and a form for one; with `to`, that of an address to change."""
    with door.reading() as session:
        lines = personal_notes.notes_of(session, reference)
        text = next((one.text for one in lines if one.address == to), "")
        form = blank(NoteForm, to=to, text=text)
        return _page(request, session, reference, form)


@router.post("/releases/{reference:path}/notes")
def write(
    request: Request, door: Parts, officer: SignedIn, reference: str, form: Submitted
) -> Response:
    """Write a note, or write it anew."""
    bound = bind(NoteForm, form)
    to, text = bound.values["to"], bound.values["text"]
    try:
        with door.writing() as session:
            personal_notes.write_note(session, reference, to, text=text, by=officer.email)
    except (BadInput, NotFound) as wrong:
        return _again(request, door, reference, bound, wrong)
    return _back(reference)


@router.post("/releases/{reference:path}/notes/remove")
def remove(door: Parts, reference: str, form: Submitted) -> Response:
    """Take a note away."""
    with door.writing() as session:
        personal_notes.remove_note(session, reference, bind(NoteForm, form).values["to"])
    return _back(reference)


def _again(
    request: Request,
    door: Door,
    reference: str,
    bound: Bound[NoteForm],
    wrong: BadInput | NotFound,
) -> Response:
    """The form as it was typed, with what is wrong beside the field that it is about."""
    name = "text" if bound.values["to"].strip() and "note" in str(wrong) else "to"
    with door.reading() as session:
        return _page(request, session, reference, bound.with_error(name, str(wrong)), status=422)


def _page(
    request: Request,
    session: Session,
    reference: str,
    form: Bound[NoteForm],
    *,
    status: int = 200,
) -> Response:
    context: dict[str, Any] = {
        "reference": reference,
        "notes": personal_notes.notes_of(session, reference),
        "zone": editions.load(session, reference).office.zone,
        "form": form,
    }
    return page(request, "web/personal_notes.html", context, status=status)


def _back(reference: str) -> Response:
    return RedirectResponse(f"/releases/{reference}/notes", status_code=303)
