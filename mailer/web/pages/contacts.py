"""Contacts: a simple list that can be searched."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from mailer.web.dependencies import Parts, RowNumber, page, signed_in, wants_fragment
from mailer.web.people import Place, search

ON_A_PAGE = 50
#: A total is counted so far: nobody reads a longer list page by page, and counting takes time.
MOST_COUNTED, MOST_COUNTED_OF_ALL = 1_000, 10_000

router = APIRouter(dependencies=[Depends(signed_in)])


@router.get("/contacts")
def show_contacts(
    request: Request,
    door: Parts,
    q: str = "",
    name: str = "",
    given: str = "",
    after: RowNumber = 0,
) -> Response:
    """The contacts that the search finds, page by page in the order of family names."""
    place = Place(name, given, after) if after else None
    most = MOST_COUNTED if q.strip() else MOST_COUNTED_OF_ALL
    with door.reading() as session:
        looked_for = search(session, q)
        found = looked_for.people(limit=ON_A_PAGE + 1, after=place)
        total = looked_for.count(at_most=most + 1)
    people = found[:ON_A_PAGE]
    context = {
        "q": q,
        "people": people,
        "total": min(total, most),
        "is_more": total > most,
        "is_first": place is None,
        "next": people[-1] if len(found) > ON_A_PAGE else None,
    }
    name_ = "web/_contacts.html" if wants_fragment(request) else "web/contacts.html"
    return page(request, name_, context)
