"""Links to the files of a release: signed, so that nobody can guess one, and open in due time.

There are two kinds. A link in a message was given to somebody whom the office trusted with the
text: it works as soon as the text does. A public link works only when the text is public.
"""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.errors import BadToken
from mailer.models import Attachment, Release, ReleaseStatus, StoredFile
from mailer.tokens import Claim, Keyring, Purpose

#: Tried in this order; a token is good for one of them only.
PURPOSES = (Purpose.MAILED_FILE, Purpose.FILE)
#: Which form of a file a token leads to: as it is, or a picture in the size of a message.
WHOLE, SMALL = 0, 1
#: A text that has gone out and was not taken back.
PUBLIC = (ReleaseStatus.SENT, ReleaseStatus.CORRECTED)


class Opened(NamedTuple):
    """A file to hand out."""

    name: str
    media_type: str
    digest: str
    size: int
    file_id: int
    #: Whether anybody may keep and share it; else it is not to stay in any cache.
    is_public: bool


def file_url(
    public_url: str,
    keyring: Keyring,
    attachment_id: int,
    name: str,
    purpose: Purpose,
    *,
    form: int = WHOLE,
) -> str:
    """The link to a file of a release; nothing of it is personal."""
    token = keyring.sign(purpose, attachment_id, link=form)
    return f"{public_url}/f/{token}/{quote(name, safe='')}"


def open_file(
    session: Session, token: str, name: str, *, keyring: Keyring, now: datetime
) -> Opened:
    """The file that the link leads to at that moment.

    Raises BadToken alike for a link that is forged, for another file, too early, or ended.
    """
    purpose, claim = _verified(token, keyring)
    row = session.execute(
        sa.select(Attachment, Release)
        .join(Release, col(Release.id) == col(Attachment.release_id))
        .where(col(Attachment.id) == claim.row_id)
    ).first()
    if row is None:
        raise _closed()
    attachment, release = row
    is_public = _is_public(release, now)
    may_open = is_public or purpose is Purpose.MAILED_FILE
    if attachment.name != name or release.status is ReleaseStatus.WITHDRAWN or not may_open:
        raise _closed()
    return _opened(session, attachment, claim, is_public=is_public)


def _verified(token: str, keyring: Keyring) -> tuple[Purpose, Claim]:
    for purpose in PURPOSES:
        try:
            return purpose, keyring.verify(purpose, token)
        except BadToken:
            continue
    raise _closed()


def _is_public(release: Release, now: datetime) -> bool:
    gates = (release.embargo_until, release.publish_at)
    return release.status in PUBLIC and all(gate is None or gate <= now for gate in gates)


def _opened(session: Session, attachment: Attachment, claim: Claim, *, is_public: bool) -> Opened:
    wanted = sa.select(
        col(StoredFile.id),
        col(StoredFile.media_type),
        col(StoredFile.digest),
        col(StoredFile.size),
        col(StoredFile.small_id),
    )
    whole = session.execute(wanted.where(col(StoredFile.id) == attachment.file_id)).one()
    chosen = whole
    if claim.link == SMALL and whole.small_id is not None:
        chosen = session.execute(wanted.where(col(StoredFile.id) == whole.small_id)).one()
    elif claim.link not in {WHOLE, SMALL}:
        raise _closed()
    return Opened(
        name=attachment.name,
        media_type=chosen.media_type,
        digest=chosen.digest,
        size=chosen.size,
        file_id=chosen.id,
        is_public=is_public,
    )


def _closed() -> BadToken:
    return BadToken("the link leads to no file")
