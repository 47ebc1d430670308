"""One line for each request: its method, its route, its answer, its time.

The route, never the address: addresses carry tokens, and searches carry names.
"""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)


class AccessLog:
    """ASGI middleware that writes the line when the answer is complete."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            log.info(
                "request answered",
                method=scope["method"],
                route=_route(scope),
                status=status,
                milliseconds=round((time.perf_counter() - began) * 1000),
            )


def _route(scope: Scope) -> str:
    pattern = getattr(scope.get("route"), "path_format", None)
    # The public routes do not say which one matched; their first part holds no token.
    return pattern or f"/{scope['path'].split('/')[1]}"
