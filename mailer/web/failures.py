"""What a page says when something cannot be done: what, why, and what to do about it."""

from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from mailer.errors import (
    BadInput,
    BadToken,
    DiskFull,
    FolderUnusable,
    MailerError,
    NotFound,
    Refused,
    Unreachable,
)
from mailer.web import public
from mailer.web.dependencies import SignInNeeded, door_of, page, wants_fragment
from mailer.web.headers import SECURITY

log = structlog.get_logger(__name__)

STATUSES: dict[type[MailerError], int] = {
    NotFound: 404,
    BadToken: 404,
    BadInput: 400,
    Refused: 409,
    Unreachable: 503,
}
#: How long a mail program or a browser should wait before it tries again.
RETRY_AFTER_SECONDS = "30"
UNKNOWN_PAGE = "There is no such page. The address may be incomplete."
AWAY = "The database does not answer just now. Nothing is lost: please try again in a minute."
FULL = (
    "There is no room on the disk, and nothing was changed. Ask whoever runs this machine to make"
    " room, then try again."
)
PUBLIC_PATHS = ("/o/", "/c/", "/u/", "/v/", "/f/", "/help")
OUR_FAULT = "Something went wrong on our side. Nothing more is known here; the log has it."


def install(app: FastAPI) -> None:
    """Let every failure of the application answer with a page."""
    app.exception_handler(SignInNeeded)(_ask_to_sign_in)
    app.exception_handler(MailerError)(_tell)
    app.exception_handler(HTTPException)(_tell_status)
    app.exception_handler(RequestValidationError)(_unknown_page)
    app.exception_handler(Exception)(_our_fault)


def status_of(error: MailerError) -> int:
    """The HTTP status that says what the caller can do about it."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def answer(
    request: Request, message: str, *, status: int, headers: dict[str, str] | None = None
) -> Response:
    """The message as a page, or as a piece of one when htmx asks."""
    name = "web/_failure.html" if wants_fragment(request) else "web/failure.html"
    heading = HTTPStatus(status).phrase
    context = {"heading": heading, "message": message, "status": status}
    return page(request, name, context, status=status, headers=headers)


async def _ask_to_sign_in(request: Request, _error: Exception) -> Response:
    path = request.url.path
    if request.url.query:
        path = f"{path}?{request.url.query}"
    # A form that was posted cannot be posted again by following a link.
    target = f"/sign-in?then={quote(path)}" if request.method == "GET" else "/sign-in"
    if wants_fragment(request):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    return RedirectResponse(target, status_code=303)


async def _tell(request: Request, error: MailerError) -> Response:
    status = status_of(error)
    if not isinstance(error, Unreachable):
        return answer(request, str(error), status=status)
    log.error("request cannot be answered now", cause=str(error))
    told = str(error) if isinstance(error, FolderUnusable) else AWAY
    told = FULL if isinstance(error, DiskFull) else told
    headers = {"Retry-After": RETRY_AFTER_SECONDS}
    if request.url.path.startswith(PUBLIC_PATHS):
        # The words of a journalist's page are in the database too; and hers are not our pages.
        return PlainTextResponse(AWAY, status_code=status, headers=headers)
    return answer(request, told, status=status, headers=headers)


async def _tell_status(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404 and door_of(request).cookie_name not in request.cookies:
        with suppress(MailerError):  # without an office or a database, the plain page will do
            return await run_in_threadpool(public.not_found, request)
    message = UNKNOWN_PAGE if error.status_code == 404 else error.detail
    headers = dict(error.headers or {})
    return answer(request, message, status=error.status_code, headers=headers)


async def _unknown_page(request: Request, _error: Exception) -> Response:
    return answer(request, UNKNOWN_PAGE, status=404)


async def _our_fault(request: Request, error: Exception) -> Response:
    log.error("request failed", kind=type(error).__name__)
    # This answer is made outside all middleware, so it brings its headers itself.
    return answer(request, OUR_FAULT, status=500, headers=dict(SECURITY))
