"""Hands out the files of releases to whoever has a link: the press, its mail programs and browsers.

A link that is forged, too early, ended or wrong gets one and the same answer. GET and HEAD change
nothing and count nothing.
"""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailer import clock
from mailer.compose.parts import disposition
from mailer.errors import BadToken
from mailer.releases.files.links import Opened, open_file
from mailer.releases.files.storing import octets_of
from mailer.web.dependencies import door_of
from mailer.web.headers import UNTRACED
from mailer.web.public import not_found

#: Shown as they are; everything else is offered for keeping.
SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp")
#: Whatever a file holds, nothing of it is carried out, and it frames and fetches nothing.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
#: What is public may be kept for an hour: it may still be withdrawn.
KEPT = {"Cache-Control": "public, max-age=3600", "Referrer-Policy": "no-referrer"}
#: One range, such as bytes=0-99, bytes=100- or bytes=-100 (RFC 9110 section 14.1.2).
RANGE = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))")


def file(request: Request) -> Response:
    """The file that the link leads to, or a part of it."""
    door, asked = door_of(request), request.path_params
    keyring, now = door.identity.keyring, clock.now()
    with door.reading() as session:
        try:
            opened = open_file(session, asked["token"], asked["name"], keyring=keyring, now=now)
        except BadToken:
            return not_found(request)
        headers = _headers(opened)
        if _is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        start, end = _range(request, opened, headers["ETag"])
        if start > end:
            headers["Content-Range"] = f"bytes */{opened.size}"
            return Response(status_code=416, headers=headers)
        octets = octets_of(session, [opened.file_id])[opened.file_id]
    return _answer(opened, octets, headers, start=start, end=end)


def _headers(opened: Opened) -> dict[str, str]:
    kind = "inline" if opened.media_type in SHOWN else "attachment"
    return {
        **(KEPT if opened.is_public else UNTRACED),
        "ETag": f'"{opened.digest[:32]}"',
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(kind, opened.name),
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        # Pictures of a message are shown by mail programs that are pages of other sites.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


def _is_known(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return tag in [one.strip().removeprefix("W/") for one in known.split(",")]


def _range(request: Request, opened: Opened, tag: str) -> tuple[int, int]:
    """The first and the last octet that are asked for; all, where the question is not understood.

    The first is behind the last where there is nothing of what is asked for.
    """
    whole = 0, opened.size - 1
    found = RANGE.fullmatch(request.headers.get("range", "").strip())
    if found is None or request.headers.get("if-range", tag) != tag:
        return whole
    first, last, final = found.groups()
    if final is not None:
        return (opened.size, 0) if int(final) == 0 else (max(0, opened.size - int(final)), whole[1])
    start, end = int(first), min(int(last), whole[1]) if last else whole[1]
    if last and int(last) < start:
        return whole
    return start, end


def _answer(
    opened: Opened, octets: bytes, headers: dict[str, str], *, start: int, end: int
) -> Response:
    is_whole = (start, end) == (0, opened.size - 1)
    if not is_whole:
        headers["Content-Range"] = f"bytes {start}-{end}/{opened.size}"
    charset = "; charset=utf-8" if opened.media_type.startswith("text/") else ""
    headers["Content-Type"] = opened.media_type + charset
    return Response(octets[start : end + 1], status_code=200 if is_whole else 206, headers=headers)


ROUTES = [Route("/f/{token}/{name}", file, methods=["GET"])]
