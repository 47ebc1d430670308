"""The files of the pages: our own few and the fetched ones, under names that change with them.

A browser keeps them for a year, because another content is another address.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"


@cache
def url(name: str) -> str:
    """The address of a file of that name, such as vendor/htmx.min.js."""
    digest = sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


class FingerprintedFiles(StaticFiles):
    """Serves /<digest>/<name>; the digest is for the browser's memory, not for us."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file without its digest, to be kept for ever."""
        response = await super().get_response(path.partition("/")[2], scope)
        response.headers["Cache-Control"] = FOREVER
        return response


def application() -> ASGIApp:
    """What is mounted at /static. Only these are compressed: they hold nothing secret."""
    return GZipMiddleware(FingerprintedFiles(directory=FOLDER))
