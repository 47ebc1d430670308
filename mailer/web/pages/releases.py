"""Releases: the list, one release with its findings, and its preview for a chosen recipient."""

from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mailer import clock
from mailer.distribution.planning.preflight import preflight
from mailer.distribution.telling import overview
from mailer.distribution.telling.overview import DistributionLine
from mailer.releases import editions, listing
from mailer.releases.listing import EditionLine, ReleaseCard
from mailer.web import messages
from mailer.web.dependencies import Door, Parts, RowNumber, page, signed_in, wants_fragment
from mailer.web.headers import for_message
from mailer.web.messages import Preview
from mailer.web.people import find_people

#: So many contacts are offered while one types; more are found by typing on.
OFFERED = 8

router = APIRouter(dependencies=[Depends(signed_in)])


class Form(StrEnum):
    """How a message is looked at."""

    HTML = "html"
    TEXT = "text"
    SOURCE = "source"


@router.get("/")
def show_releases(request: Request, door: Parts) -> Response:
    """All releases, the newest first."""
    with door.reading() as session:
        releases = listing.list_releases(session)
        last = _last_distributions(session)
    return page(request, "web/releases.html", {"releases": releases, "last": last})


@router.get("/releases/{reference:path}/recipients")
def offer_recipients(request: Request, door: Parts, reference: str, q: str = "") -> Response:
    """Contacts for whom the release can be previewed."""
    with door.reading() as session:
        people = find_people(session, q, limit=OFFERED)
    context = {"reference": reference, "people": people, "q": q}
    return page(request, "web/_recipients.html", context)


@router.get("/releases/{reference:path}/message/{address_id}")
def show_message(door: Parts, reference: str, address_id: RowNumber) -> Response:
    """The message that a contact would get, for the frame of the preview."""
    with door.reading() as session:
        shown = _preview(session, door, reference, address_id=address_id).message
    return HTMLResponse(messages.framed(shown.html), headers=for_message(framed=True))


@router.get("/releases/{reference:path}")
def show_release(
    request: Request,
    door: Parts,
    reference: str,
    to: RowNumber = 0,
    q: str = "",
    form: Form = Form.HTML,
) -> Response:
    """One release; with `to`, as the holder of that address would see it."""
    with door.reading() as session:
        preview = _preview(session, door, reference, address_id=to) if to else None
        context: dict[str, Any] = {
            "reference": reference,
            "preview": preview,
            "form": form,
            "address_id": to,
        }
        if wants_fragment(request):
            return page(request, "web/_preview.html", context)
        full = editions.load(session, reference)
        release = listing.describe(session, reference)
        context |= {
            "release": release,
            "is_embargoed": full.embargo_at(clock.now()) is not None,
            "source": _source(release),
            "zone": full.office.zone,
            "findings": preflight(session, full, identity=door.identity, at=clock.now()),
            "distributions": _distributions(session, full.release.reference),
            "people": find_people(session, q, limit=OFFERED),
            "q": q,
        }
    return page(request, "web/release.html", context)


def _preview(session: Session, door: Door, reference: str, *, address_id: int) -> Preview:
    full = editions.load(session, reference)
    return messages.preview(session, full, address_id, identity=door.identity)


def _source(release: ReleaseCard) -> EditionLine | None:
    """The edition whose title heads the page: in the source language, or in any other."""
    own = [one for one in release.editions if one.language == release.source_language]
    return next(iter([*own, *release.editions]), None)


def _distributions(session: Session, reference: str) -> list[DistributionLine]:
    every = overview.list_distributions(session)
    return [line for line in every if line.reference == reference]


def _last_distributions(session: Session) -> dict[str, DistributionLine]:
    """The newest distribution of each release, by its reference."""
    newest_last = reversed(overview.list_distributions(session))
    return {line.reference: line for line in newest_last}
