"""The files of the pages: our own few and the fetched ones, under names that change with them.

A browser keeps them for a year, because another content is another address.
"""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from mailer.errors import SettingsError
from mailer.settings import TEMPLATES

FOLDER = Path(__file__).parent / "static"
#: How templates name them.
NAMED = re.compile(r"static\([\"']([^\"']+)[\"']\)")
FOREVER = "public, max-age=31536000, immutable"


@cache
def url(name: str) -> str:
    """The address of a file of that name, such as vendor/htmx.min.js."""
    digest = sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{digest}/{name}"


def refuse_missing(folder: Path = FOLDER) -> None:
    """Raise SettingsError when files are missing that the pages name: every page would fail."""
    named = {
        name
        for pages in ("web", "public")
        for page in (TEMPLATES / pages).rglob("*.html")
        for name in NAMED.findall(page.read_text(encoding="utf-8"))
    }
    missing = sorted(name for name in named if not (folder / name).is_file())
    if missing:
        raise SettingsError(
            f"no page can be shown, {folder} lacks {', '.join(missing)}: in a copy of the"
            " source run `python3 dev.py setup`; else install Press Mailer anew"
        )


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
