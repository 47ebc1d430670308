"""Puts the door together: the parts, the pages, the public routes, and what guards them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import structlog
from asgi_cross_origin_protection import CrossOriginProtection
from fastapi import APIRouter, FastAPI
from starlette.responses import PlainTextResponse

from mailer import database
from mailer.compose.letter import Identity
from mailer.errors import SettingsError
from mailer.settings import Settings
from mailer.web import auth, failures, public, public_files, static_files
from mailer.web.access_log import AccessLog
from mailer.web.dependencies import Door
from mailer.web.headers import SecurityHeaders
from mailer.web.importing.waiting import swept
from mailer.web.keeping.proposals import Proposals
from mailer.web.nul import RefuseNul
from mailer.web.pages import (
    contact,
    contact_changes,
    contacts,
    corrections,
    deliveries,
    distributions,
    duplicates,
    editions,
    files,
    importing,
    imports,
    lists,
    outlets,
    personal_notes,
    plans,
    privacy,
    releases,
    reports,
)
from mailer.web.templating import make_templates

log = structlog.get_logger(__name__)

#: Every page; each of its routes declares who may see it. A release's reference may hold slashes,
#: so what follows it in an address is looked for before the release itself. Two words after
#: /contacts may be a person or a desk, so those pages come last.
ROUTERS: tuple[APIRouter, ...] = (
    auth.router,
    plans.router,
    reports.router,
    personal_notes.router,
    files.router,
    editions.router,
    releases.router,
    distributions.router,
    corrections.router,
    deliveries.router,
    contacts.router,
    importing.router,
    imports.router,
    duplicates.router,
    lists.router,
    outlets.router,
    contact_changes.router,
    privacy.router,
    contact.router,
)
#: Posted to by mail providers, from anywhere and without a browser (RFC 8058).
OPEN_TO_OTHER_SITES = ("/u",)
REFUSED_ORIGIN = (
    "This came from a page of another site, and nothing was changed. Open the page here and try"
    " again.\n"
)


def create_app(settings: Settings) -> FastAPI:
    """The application, with an engine of its own; Starlette closes it at the end."""
    engine = database.connect(settings.database_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with swept(settings.home):
            yield
        engine.dispose()

    # A redirect to the address with or without a slash would be built from the Host header.
    app = FastAPI(title="Press Mailer", openapi_url=None, lifespan=lifespan, redirect_slashes=False)
    door = Door(
        settings=settings,
        engine=engine,
        identity=_identity(settings),
        templates=make_templates(),
    )
    app.state.door = door
    app.state.tries = auth.Tries()
    app.state.proposals = Proposals(engine)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend([*public.ROUTES, *public_files.ROUTES])
    app.mount("/static", static_files.application(), name="static")
    failures.install(app)
    _guard(app, door)
    return app


def _identity(settings: Settings) -> Identity:
    """Who we are; without its signatures where a key cannot be used, since the pages sign nothing
    that goes out. The worker does not start then, and `mailer relays check` says why.
    """
    try:
        return Identity.from_settings(settings)
    except SettingsError as wrong:
        log.warning("previews are shown without a signature", cause=str(wrong))
        return Identity.from_settings(settings, signs=False)


def _guard(app: FastAPI, door: Door) -> None:
    """Wrap the pages; the last one added is the first to see a request."""
    parts = urlsplit(door.settings.web.public_url)
    app.add_middleware(
        CrossOriginProtection,
        allowed_origins=[f"{parts.scheme}://{parts.netloc}"],
        exempt_paths=OPEN_TO_OTHER_SITES,
        deny_app=PlainTextResponse(REFUSED_ORIGIN, status_code=403),
    )
    app.add_middleware(RefuseNul)
    app.add_middleware(SecurityHeaders, is_https=door.is_https)
    app.add_middleware(AccessLog)
