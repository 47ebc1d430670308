"""The editions of a release: what has changed in one, and the word that a stale one still holds."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.releases import listing
from mailer.releases.editions import comparing, translating
from mailer.releases.offices import the_office
from mailer.web.dependencies import Parts, SignedIn, Submitted, page, signed_in
from mailer.web.forms import bind

router = APIRouter(dependencies=[Depends(signed_in)])


class WordForm(BaseModel):
    """Which edition holds, and why."""

    language: str = ""
    note: str = ""


@router.get("/releases/{reference:path}/changes/{language}")
def show_changes(request: Request, door: Parts, reference: str, language: str) -> Response:
    """What is different in the newest text, and what changed in its source since it was made."""
    with door.reading() as session:
        found = comparing.diff(session, reference, language)
        card = listing.describe(session, reference)
        zone = the_office(session).zone
    edition = next((one for one in card.editions if one.language == found.language), None)
    context = {"release": card, "found": found, "edition": edition, "zone": zone}
    return page(request, "web/changes.html", context)


@router.post("/releases/{reference:path}/still-valid")
def say_still_valid(door: Parts, officer: SignedIn, reference: str, form: Submitted) -> Response:
    """A stale translation holds as it is: it is ready again, and who said so is kept."""
    typed = bind(WordForm, form).values
    with door.writing() as session:
        said = translating.still_valid(
            session, reference, typed["language"], by=officer.name, note=typed["note"]
        )
    return RedirectResponse(f"/releases/{reference}/changes/{said.language}", status_code=303)
