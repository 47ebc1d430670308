"""What a page needs before it can answer: the parts it works with, its form, and who asks.

Every route of ours depends on `signed_in` or on `anybody`: a test of the house sees to that.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import Depends
from pydantic import Field
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from mailer import accounts, database
from mailer.accounts import Officer
from mailer.compose.letter import Identity
from mailer.errors import BadInput, MailerError
from mailer.settings import Settings


@dataclass(frozen=True)
class Door:
    """The parts that every page works with."""

    settings: Settings
    engine: sa.Engine
    identity: Identity
    templates: Jinja2Templates

    def reading(self) -> AbstractContextManager[Session]:
        """A session that changes nothing."""
        return database.reading(self.engine)

    def writing(self) -> AbstractContextManager[Session]:
        """One transaction, ended before the answer is given."""
        return database.writing(self.engine)

    @property
    def is_https(self) -> bool:
        """Whether the pages are reached over TLS."""
        return urlsplit(self.settings.web.public_url).scheme == "https"

    @property
    def cookie_name(self) -> str:
        """The prefix makes browsers insist on TLS and on this very host (RFC 6265bis 4.1.3.2)."""
        return "__Host-press_session" if self.is_https else "press_session"


class SignInNeeded(MailerError):
    """The page is for press officers; the answer leads to the sign-in."""


def door_of(request: HTTPConnection) -> Door:
    """The parts, as the application was made with them."""
    door: Door = request.app.state.door
    return door


def anybody() -> None:
    """Declares that a page is open to everyone."""


def signed_in(request: Request) -> Officer:
    """Declares that a page is for press officers, and says who this one is.

    Raises SignInNeeded.
    """
    door = door_of(request)
    secret = request.cookies.get(door.cookie_name, "")
    if not secret:
        raise SignInNeeded("sign in first")
    with door.reading() as session:
        officer = accounts.officer_of(session, secret)
    if officer is None:
        raise SignInNeeded("the sign-in has ended: sign in again")
    request.state.officer = officer
    return officer


async def submitted(request: Request) -> FormData:
    """The form of a request, read before the page's own work begins in its thread.

    Raises BadInput for what is no whole form. A NUL is no text, and PostgreSQL takes none.
    """
    try:
        form = await request.form()
    except HTTPException as wrong:
        why = wrong.detail.rstrip(".")
        raise BadInput(
            f"the form cannot be read ({why}): open the page again, send it anew"
        ) from None
    typed = ((name.replace("\0", ""), value) for name, value in form.multi_items())
    return FormData(
        [(name, text.replace("\0", "") if isinstance(text, str) else text) for name, text in typed]
    )


SignedIn = Annotated[Officer, Depends(signed_in)]
Parts = Annotated[Door, Depends(door_of)]
Submitted = Annotated[FormData, Depends(submitted)]
#: The number of a row in an address; the database counts in 64 bits, and what is beyond is no row.
RowNumber = Annotated[int, Field(ge=0, le=2**63 - 1)]


def wants_fragment(request: HTTPConnection) -> bool:
    """Whether htmx asks for a piece of the page, and not a browser (or its history) for all."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers


def page(
    request: Request,
    name: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer made from a template; it depends on whether htmx asks, and caches must know."""
    known = {
        "officer": getattr(request.state, "officer", None),
        "is_fragment": wants_fragment(request),
    }
    return door_of(request).templates.TemplateResponse(
        request,
        name,
        {**known, **(context or {})},
        status_code=status,
        headers={"Vary": "HX-Request", **(headers or {})},
    )
