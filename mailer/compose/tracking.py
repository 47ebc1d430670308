"""The links of one letter, and how far opens and clicks are followed (standards 5.2, 6.3).

None: plain targets and no pixel. Aggregate: one pixel and one redirect for all readers of a
revision. Individual: those of one delivery, only for who consented. A redirect's target stands in
our table, never in the link.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from mailer.compose.letter import Letter
from mailer.compose.text.markup import links_in
from mailer.database import insert
from mailer.models import Revision, TrackedLink, TrackingMode
from mailer.tokens import Purpose

#: For each mode: the purposes of its pixel and its redirects.
PURPOSES = {
    TrackingMode.AGGREGATE: (Purpose.SHARED_OPEN, Purpose.SHARED_CLICK),
    TrackingMode.INDIVIDUAL: (Purpose.OPEN, Purpose.CLICK),
}


@dataclass(frozen=True)
class Links:
    """Every address of ours that a letter carries; plain text, so that templates may see it."""

    view_url: str
    #: GET shows a page with one button, POST leaves at once (RFC 8058).
    unsubscribe_url: str
    unsubscribe_mailto: str
    help_url: str
    #: The office's own notice; empty when it has none.
    privacy_url: str = ""
    #: Empty when nothing is measured in person.
    stop_measuring_url: str = ""
    #: Empty when no opens are counted.
    pixel_url: str = ""
    #: Counted targets and the redirects that stand for them.
    redirects: Mapping[str, str] = field(default_factory=dict)

    @property
    def one_click_url(self) -> str:
        """What a mail program posts to."""
        return self.unsubscribe_url

    def href(self, url: str) -> str:
        """The redirect that counts clicks on `url`, or `url` itself."""
        return self.redirects.get(url, url)


def links_of(letter: Letter) -> Links:
    """The links of that letter. Leaving and viewing need no consent: they are asked for."""
    identity, sign = letter.identity, letter.identity.keyring.sign
    leave = sign(Purpose.UNSUBSCRIBE, letter.delivery_id)
    unsubscribe_url = f"{identity.public_url}/u/{leave}"
    is_personal = letter.tracking is TrackingMode.INDIVIDUAL
    return Links(
        view_url=f"{identity.public_url}/v/{sign(Purpose.VIEW, letter.delivery_id)}",
        unsubscribe_url=unsubscribe_url,
        unsubscribe_mailto=f"mailto:u+{leave}@{identity.bounce_domain}?subject=unsubscribe",
        help_url=f"{identity.public_url}/help",
        privacy_url=letter.full.office.privacy_url,
        stop_measuring_url=f"{unsubscribe_url}#measuring" if is_personal else "",
        pixel_url=_pixel_url(letter),
        redirects=_redirects(letter),
    )


def _pixel_url(letter: Letter) -> str:
    if letter.tracking not in PURPOSES:
        return ""
    token = letter.identity.keyring.sign(PURPOSES[letter.tracking][0], _counted_row(letter))
    return f"{letter.identity.public_url}/o/{token}.gif"


def _redirects(letter: Letter) -> dict[str, str]:
    if letter.tracking not in PURPOSES:
        return {}
    row_id, identity = _counted_row(letter), letter.identity
    purpose = PURPOSES[letter.tracking][1]
    return {
        url: f"{identity.public_url}/c/{identity.keyring.sign(purpose, row_id, link=number)}"
        for number, url in numbered(letter.revision).items()
    }


def _counted_row(letter: Letter) -> int:
    is_personal = letter.tracking is TrackingMode.INDIVIDUAL
    return letter.delivery_id if is_personal else letter.revision.id or 0


def numbered(revision: Revision) -> dict[int, str]:
    """The links of a revision that may be counted, by their number: 1 is the first in the text."""
    return dict(enumerate(links_in(revision.body), start=1))


def register_links(session: Session, revision: Revision) -> None:
    """Write down where the redirects of a revision lead; once done, again changes nothing."""
    rows = [
        {"revision_id": revision.id, "number": number, "url": url}
        for number, url in numbered(revision).items()
    ]
    if rows:
        session.execute(insert(session, TrackedLink).values(rows).on_conflict_do_nothing())
