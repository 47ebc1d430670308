"""What every answer carries: nothing may be loaded from elsewhere, framed, guessed or kept.

A page that needs other headers sets its own; only what is missing is added here.
"""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: No inline style or script, nothing from other hosts: what an attacker slips in stays dead.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
#: A press release as mail shows it: its own styles and the pictures of its text, from our files or
#: from elsewhere, nothing else, and no scripts whatever happens.
MESSAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none';"
    " form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
#: Nothing that follows a reader may remember, name or index the page.
UNTRACED = {
    "Cache-Control": "no-store, private, max-age=0",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
SECURITY = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}


def for_message(*, framed: bool) -> dict[str, str]:
    """The headers of a message shown as a page of its own, or inside one of ours."""
    ancestors = "'self'" if framed else "'none'"
    return {
        **UNTRACED,
        "Content-Security-Policy": f"{MESSAGE_POLICY}; frame-ancestors {ancestors}",
        "X-Frame-Options": "SAMEORIGIN" if framed else "DENY",
    }


class SecurityHeaders:
    """ASGI middleware that adds the headers which an answer lacks."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        self.headers: Mapping[str, str] = SECURITY | (TRANSPORT if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with its headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
