"""The inbox of the demo: a small page of its own where every message that the relay took can be
read as its recipient sees it, as text, and as the bytes that came.
"""

import socket
from collections.abc import Callable
from threading import Thread
from time import monotonic, sleep
from typing import Final
from zoneinfo import ZoneInfo

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from mailer.demo.inbox.entries import (
    Correspondents,
    Entry,
    choices,
    entry,
    opening_beside,
    part_of,
    source_lines,
)
from mailer.demo.world.mailroom import Mailroom, Received
from mailer.errors import Unreachable
from mailer.settings import TEMPLATES

LOOPBACK = "127.0.0.1"
START_SECONDS = 10
POLL_SECONDS = 0.02
PAGE_SIZE = 100
VIEWS: Final = {"html": "Message", "text": "Text", "source": "Source"}
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
#: The message as a careful mail program shows it: no scripts, and no pictures from elsewhere, so
#: that looking at it here is not counted as a reader's open.
MESSAGE_HEADERS = PAGE_HEADERS | {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'self';"
        " sandbox allow-popups allow-popups-to-escape-sandbox"
    ),
}


class Pages:
    """What the inbox shows; every page is made anew from the mailroom."""

    def __init__(
        self,
        mailroom: Mailroom,
        *,
        correspondents: Callable[[], Correspondents],
        press_office_url: str,
        zone: ZoneInfo,
    ) -> None:
        self._mailroom = mailroom
        self._correspondents = correspondents
        self._zone = zone
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES / "demo"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals |= {
            "views": VIEWS,
            "press_office_url": press_office_url,
            "zone": zone.key,
        }
        self._templates = Jinja2Templates(env=environment)

    def app(self) -> Starlette:
        """The application with its routes."""
        return Starlette(
            routes=[
                Route("/", self.index),
                Route("/inbox.css", style),
                Route("/messages/{number:int}", self.message),
                Route("/messages/{number:int}/html", self.body),
                Route("/messages/{number:int}/file", self.file),
            ],
            # Another site must not read the demo under a name of its own.
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])],
        )

    def index(self, request: Request) -> Response:
        """The list alone, with a word on what it is."""
        return self._page(request, "index.html", self._listed(request))

    def message(self, request: Request) -> Response:
        """One message beside the list."""
        received = self._found(request)
        message = received.read()
        parts = {"html": part_of(message, "html"), "text": part_of(message, "plain")}
        wanted = request.query_params.get("view", "html")
        view = wanted if wanted in VIEWS else "html"
        if view == "html" and not parts["html"]:
            view = "text"
        chosen = entry(received, self._correspondents(), zone=self._zone)
        context = {
            "chosen": chosen,
            "view": view,
            "has_html": bool(parts["html"]),
            "text": parts["text"],
            "sender": str(message["From"]),
            "source": source_lines(received.raw) if view == "source" else [],
            "size": f"{len(received.raw) / 1000:.1f} kB",
        }
        return self._page(request, "message.html", self._listed(request, chosen) | context)

    def body(self, request: Request) -> Response:
        """The HTML part by itself, for the frame."""
        html = part_of(self._found(request).read(), "html")
        if not html:
            raise HTTPException(404)
        return HTMLResponse(opening_beside(html), headers=MESSAGE_HEADERS)

    def file(self, request: Request) -> Response:
        """The message as a file that mail programs open."""
        received = self._found(request)
        name = f"message-{received.number}.eml"
        headers = PAGE_HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(received.raw, media_type="message/rfc822", headers=headers)

    def _found(self, request: Request) -> Received:
        received = self._mailroom.get(int(request.path_params["number"]))
        if received is None:
            raise HTTPException(404)
        return received

    def _listed(self, request: Request, chosen: Entry | None = None) -> dict[str, object]:
        """The list, newest first, narrowed to a language and cut into pages."""
        known = self._correspondents()
        entries = [
            entry(received, known, zone=self._zone) for received in reversed(self._mailroom.all())
        ]
        language = request.query_params.get("language", "")
        fitting = [one for one in entries if language in {"", one.language}]
        pages = max(1, -(-len(fitting) // PAGE_SIZE))
        asked = request.query_params.get("page", "1")
        page = min(int(asked), pages) if asked.isdecimal() and int(asked) else 1
        return {
            "entries": fitting[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
            "choices": choices(entries),
            "language": language,
            "total": len(entries),
            "page": page,
            "pages": pages,
            "chosen": chosen,
        }

    def _page(self, request: Request, name: str, context: dict[str, object]) -> Response:
        return self._templates.TemplateResponse(request, name, context, headers=PAGE_HEADERS)


def style(_request: Request) -> Response:
    """The style sheet of the inbox."""
    sheet = (TEMPLATES / "demo" / "inbox.css").read_text(encoding="utf-8")
    return Response(sheet, media_type="text/css", headers=PAGE_HEADERS)


class Inbox:
    """The pages behind a web server in a thread, on a port of their own."""

    def __init__(self, pages: Pages) -> None:
        self._socket = socket.socket()
        self._socket.bind((LOOPBACK, 0))
        self.url = f"http://{LOOPBACK}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            pages.app(),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._run, name="inbox", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Serve. Raises Unreachable when the server does not come up."""
        self._thread.start()
        deadline = monotonic() + START_SECONDS
        while not self._server.started:
            if monotonic() > deadline or not self._thread.is_alive():
                raise Unreachable("the demo's inbox could not be started")
            sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End the server and its thread."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
