"""An address with a NUL in it is no page: no link of ours has one, and PostgreSQL takes none."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NO_PAGE = "There is no such page. The address holds a sign that no text has.\n"


class RefuseNul:
    """ASGI middleware that answers 404 to it, before anything looks it up."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass every other request on."""
        app = PlainTextResponse(NO_PAGE, status_code=404) if _holds_nul(scope) else self.app
        await app(scope, receive, send)


def _holds_nul(scope: Scope) -> bool:
    return scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"])
