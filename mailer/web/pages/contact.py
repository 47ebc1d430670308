"""One contact: who it is, why it would get a release, what was sent and what was changed; and how a
change is taken back.
"""

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.contacts.keeping.survivors import survivor_of
from mailer.contacts.keeping.telling.outcomes import left_in_words, undone_in_words
from mailer.errors import NotFound
from mailer.releases import editions, listing, offices
from mailer.web.dependencies import Door, Parts, RowNumber, SignedIn, page, signed_in
from mailer.web.keeping import cards, past
from mailer.web.keeping.cards import Contact
from mailer.web.keeping.chances import Chance, chances
from mailer.web.keeping.whose import Whose, WhosePage, find

#: Operations on the first page; the others stand on a page of their own.
OPERATIONS = 10
#: Releases to choose from, the newest first.
RELEASES = 30

#: People and desks alike; whatever else begins with /contacts stands before this router.
router = APIRouter(prefix="/contacts/{kind}/{number}", dependencies=[Depends(signed_in)])


@router.get("")
def show_contact(
    request: Request, door: Parts, asked: WhosePage, release: str = "", done: RowNumber = 0
) -> Response:
    """The contact, whole; a record that was merged leads to the one that went on."""
    with door.reading() as session:
        if (leads_to := _merged_into(session, asked)) is not None:
            return RedirectResponse(f"/contacts/people/{leads_to}", status_code=303)
        contact = _contact(session, door, asked)
        told = past.history(session, contact, whole=False)
        context = {
            "contact": contact,
            "chances": _chances(session, door, contact, release),
            "releases": listing.list_releases(session)[:RELEASES],
            "release": release,
            "sent": cards.last_sent(session, contact),
            "past": told[:OPERATIONS],
            "done": past.done(session, done) if done else None,
            "zone": offices.the_office(session).zone,
        }
    return page(request, "web/contacts/contact.html", context)


@router.get("/history")
def show_history(request: Request, door: Parts, asked: WhosePage) -> Response:
    """All that happened to the contact, also to what is gone by now."""
    with door.reading() as session:
        contact = _contact(session, door, asked)
        context = {
            "contact": contact,
            "past": past.history(session, contact, whole=True),
            "zone": offices.the_office(session).zone,
        }
    return page(request, "web/contacts/history.html", context)


@router.post("/undo/{operation_id}")
def undo(
    request: Request, door: Parts, officer: SignedIn, asked: WhosePage, operation_id: RowNumber
) -> Response:
    """Take back what was done; the contact's page is shown again."""
    return take_back(request, door, officer.id, operation_id, back=asked.path)


def take_back(
    request: Request, door: Door, officer_id: int, operation_id: int, *, back: str
) -> Response:
    """Take an operation back, and return to that page; what is left as it stands is told."""
    keyring = door.identity.keyring
    with door.writing() as session:
        undone = past.take_back(session, operation_id, keyring=keyring, officer_id=officer_id)
    if not undone.conflict_count:
        return RedirectResponse(f"{back}?done={undone.undo_id}", status_code=303)
    context = {
        "back": back,
        "said": undone_in_words(undone),
        "conflicts": list(left_in_words(undone)),
        "is_done": undone.is_done,
    }
    return page(request, "web/contacts/undone.html", context)


def _contact(session: Session, door: Door, asked: Whose) -> Contact:
    row = find(session, asked)
    return cards.read_contact(session, asked, row, keyring=door.identity.keyring)


def _merged_into(session: Session, asked: Whose) -> int | None:
    if asked.is_desk:
        return None
    try:
        find(session, asked)
    except NotFound:
        return survivor_of(session, asked.number)
    return None


def _chances(session: Session, door: Door, contact: Contact, reference: str) -> list[Chance]:
    full = editions.load(session, reference) if reference else None
    return chances(session, contact, full=full, keyring=door.identity.keyring)
