"""What journalists and their mail programs reach: the pixel, the redirects, leaving, a message as
a page, and help. Plain routes, no cookie, and GET and HEAD change nothing (standards 5.2, T-1 to
T-8).

Opens and clicks are written down after the answer, in a thread: whoever reads never waits for
our database.
"""

import base64
from collections.abc import Callable
from dataclasses import replace

import structlog
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from mailer import clock, languages
from mailer.errors import BadToken, Unreachable
from mailer.feedback import engagement, leaving, measuring
from mailer.feedback.engagement import Fetch
from mailer.models import Delivery
from mailer.releases import offices
from mailer.tokens import Purpose
from mailer.web import messages
from mailer.web.dependencies import Door, door_of
from mailer.web.headers import UNTRACED, for_message
from mailer.web.public_words import Notice, PublicWords, preferred_language

log = structlog.get_logger(__name__)

#: One transparent pixel, 43 bytes, the same for every token, good or bad (T-1).
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


def pixel(request: Request) -> Response:
    """The image; whether it was counted cannot be told from the answer."""
    door, token = door_of(request), request.path_params["token"]
    fetch = _fetch(request, door)

    def count() -> None:
        with door.writing() as session:
            engagement.opened(session, token, fetch=fetch, keyring=door.identity.keyring)

    return Response(
        PIXEL, media_type="image/gif", headers=UNTRACED, background=BackgroundTask(_later, count)
    )


def click(request: Request) -> Response:
    """The redirect to the target that is stored here; 404 for a link that is not ours."""
    door, token = door_of(request), request.path_params["token"]
    fetch, keyring = _fetch(request, door), door.identity.keyring
    try:
        with door.reading() as session:
            # Asked for as HEAD, which is never counted: the count comes after the answer.
            looked_up = replace(fetch, method="HEAD")
            target = engagement.clicked(session, token, fetch=looked_up, keyring=keyring)
    except BadToken:
        return _not_valid(request)

    def count() -> None:
        with door.writing() as session:
            engagement.clicked(session, token, fetch=fetch, keyring=keyring)

    after = BackgroundTask(_later, count) if request.method == "GET" else None
    return RedirectResponse(target, status_code=302, headers=UNTRACED, background=after)


def leave(request: Request) -> Response:
    """GET and HEAD: the page with one button. POST: gone at once, whatever the body (RFC 8058)."""
    door = door_of(request)
    try:
        claim = door.identity.keyring.verify(Purpose.UNSUBSCRIBE, request.path_params["token"])
    except BadToken:
        return _not_valid(request)
    if request.method == "POST":
        return _left(request, door, claim.row_id)
    with door.reading() as session:
        delivery = session.get(Delivery, claim.row_id)
        is_measured = delivery is not None and measuring.is_measured(session, delivery)
    words = _words(request, door, delivery)
    email = delivery.email if delivery else ""
    return _page(request, words, words.leaving(email, is_measured=is_measured))


def _left(request: Request, door: Door, delivery_id: int) -> Response:
    with door.writing() as session:
        is_new = leaving.unsubscribe(
            session,
            delivery_id,
            keyring=door.identity.keyring,
            source="link",
            now=clock.now(),
        )
        delivery = session.get(Delivery, delivery_id)
    words = _words(request, door, delivery)
    return _page(request, words, words.left(delivery.email if delivery and is_new else ""))


def stop_measuring(request: Request) -> Response:
    """The second button of the leaving page: opens and clicks are recorded in person no more."""
    door = door_of(request)
    try:
        claim = door.identity.keyring.verify(Purpose.UNSUBSCRIBE, request.path_params["token"])
    except BadToken:
        return _not_valid(request)
    with door.writing() as session:
        measuring.stop_measuring(session, claim.row_id)
        delivery = session.get(Delivery, claim.row_id)
    words = _words(request, door, delivery)
    return _page(request, words, words.not_measured())


def view(request: Request) -> Response:
    """A message in the browser, as it was sent, but for an embargo that has passed since."""
    door = door_of(request)
    try:
        claim = door.identity.keyring.verify(Purpose.VIEW, request.path_params["token"])
    except BadToken:
        return _not_valid(request)
    with door.reading() as session:
        delivery = session.get(Delivery, claim.row_id)
        if delivery is None:
            return _not_valid(request)
        html = messages.in_browser(session, delivery, identity=door.identity)
    return Response(html, media_type="text/html", headers=for_message(framed=False))


def help_page(request: Request) -> Response:
    """What the list is, who sends it, and how to leave."""
    words = _words(request, door_of(request), None)
    return _page(request, words, words.about())


def health(request: Request) -> Response:
    """Whether we and the database answer."""
    with door_of(request).reading() as session:
        session.connection()
    return PlainTextResponse("ok\n")


def not_found(request: Request) -> Response:
    """The page for an address that leads nowhere, in the language of the browser."""
    words = _words(request, door_of(request), None)
    return _page(request, words, words.not_found(), status=404)


def _fetch(request: Request, door: Door) -> Fetch:
    return Fetch(
        method=request.method,
        user_agent=request.headers.get("user-agent", ""),
        at=clock.now(),
        is_tracking_enabled=door.settings.tracking.enabled,
    )


def _later(count: Callable[[], None]) -> None:
    """Write down what can be written down: the answer has gone out already."""
    try:
        count()
    except (BadToken, Unreachable) as lost:
        log.warning("an open or a click was not recorded", reason=type(lost).__name__)


def _words(request: Request, door: Door, delivery: Delivery | None) -> PublicWords:
    """The words of the page, in the language of the delivery's cover, else the browser's."""
    accepted = request.headers.get("accept-language", "")
    with door.reading() as session:
        office = offices.the_office(session)
    language = preferred_language(accepted, otherwise=office.default_language)
    if delivery and delivery.cover_language in languages.cover_languages():
        language = delivery.cover_language
    return PublicWords(office=office, language=language)


def _not_valid(request: Request) -> Response:
    words = _words(request, door_of(request), None)
    return _page(request, words, words.not_valid(), status=404)


def _page(request: Request, words: PublicWords, notice: Notice, *, status: int = 200) -> Response:
    return door_of(request).templates.TemplateResponse(
        request,
        "public/notice.html",
        {"words": words, "notice": notice},
        status_code=status,
        headers={**UNTRACED, "Vary": "Accept-Language"},
    )


ROUTES = [
    Route("/o/{token}.gif", pixel, methods=["GET"]),
    Route("/c/{token}", click, methods=["GET"]),
    Route("/u/{token}", leave, methods=["GET", "POST"]),
    Route("/u/{token}/measuring", stop_measuring, methods=["POST"]),
    Route("/v/{token}", view, methods=["GET"]),
    Route("/help", help_page, methods=["GET"]),
    Route("/health", health, methods=["GET"]),
]
