"""Pictures as the press sets them: whole, in colours that it knows, and no finer than paper shows.

Whoever prints never waits for a picture: one that cannot be read any more, or only with too much
memory, is left out.
"""

import io
import warnings
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from PIL import Image, UnidentifiedImageError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mailer.models import StoredFile
from mailer.releases.files.pictures import FORMATS, QUALITY

#: The room that a picture has on paper, at 300 dots an inch: 160 by 110 millimetres.
FINEST: Final = (1890, 1300)
#: To open a larger one takes too much memory where messages are sent: its words are printed.
MOST_PIXELS: Final = 25_000_000
#: What the press takes as it is, by the format of the file.
AS_IT_IS: Final = {"JPEG": ("L", "RGB"), "PNG": ("L", "LA", "RGB", "RGBA", "P")}
#: What Pillow says of a file that it cannot open, or would rather not.
UNREADABLE: Final = (
    *(UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)


def printable(session: Session, digests: Collection[str]) -> dict[str, bytes]:
    """The stored pictures of these digests as they are printed; what cannot be is left out.

    The one that messages show is taken where there is one: 190 dots an inch across the page.
    """
    if not digests:
        return {}
    small = aliased(StoredFile)
    rows = session.execute(
        sa.select(col(StoredFile.digest), sa.func.coalesce(small.octets, col(StoredFile.octets)))
        .outerjoin(small, col(small.id) == col(StoredFile.small_id))
        .where(col(StoredFile.digest).in_(sorted(digests)))
    )
    drawn = {digest: for_paper(octets) for digest, octets in rows}
    return {digest: octets for digest, octets in drawn.items() if octets is not None}


def for_paper(octets: bytes) -> bytes | None:
    """The picture as JPEG or PNG, of a moving one its beginning; None when it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(octets), formats=[*FORMATS.values()]) as picture:
                return _for_paper(picture, octets)
    except UNREADABLE:
        return None


def _for_paper(picture: Image.Image, octets: bytes) -> bytes | None:
    if picture.width * picture.height > MOST_PIXELS:
        return None
    # Read to its end: the press trusts the head of a file, and would print half of it.
    picture.load()
    fits = picture.width <= FINEST[0] and picture.height <= FINEST[1]
    if fits and picture.mode in AS_IT_IS.get(str(picture.format), ()):
        return octets
    is_photograph = picture.format == "JPEG"
    drawn = picture.convert("RGB" if is_photograph else "RGBA")
    drawn.thumbnail(FINEST, Image.Resampling.LANCZOS)
    written = io.BytesIO()
    if is_photograph:
        drawn.save(written, "JPEG", quality=QUALITY)
    else:
        drawn.save(written, "PNG")
    return written.getvalue()
