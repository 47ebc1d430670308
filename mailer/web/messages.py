"""A message as its recipient sees it: a preview before, or the very one after, by the call that
sends it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from mailer import clock
from mailer.compose.enclosing import with_logo
from mailer.compose.letter import Identity, Letter, write_letter
from mailer.compose.message import EMBARGO, compose
from mailer.compose.printing.pages import counted
from mailer.compose.rendering import render
from mailer.compose.skeleton.proof import prove
from mailer.distribution.following.place import SAID
from mailer.distribution.following.previewing import Foreseen, foresee
from mailer.errors import MailerError, NotFound
from mailer.models import Address, Delivery, Distribution, Relation, ReleaseStatus
from mailer.releases.editions import FullRelease, load_by_id

#: The frame opens what is clicked in a tab of its own, since most sites refuse to be framed.
NEW_TAB = '<base target="_blank">'


@dataclass(frozen=True)
class ShownMessage:
    """A message in its three forms: as HTML, as text, and as it goes over the wire."""

    subject: str
    text: str
    html: str
    source: str
    letter: Letter


@dataclass(frozen=True)
class Preview:
    """What a contact would get, and the rules that chose it."""

    foreseen: Foreseen
    message: ShownMessage

    @property
    def place(self) -> str:
        """Where it stands in her thread, in words; empty: it begins one."""
        found = self.foreseen
        if found.after is None or found.relation is None:
            return ""
        if not found.delivery.in_reply_to:
            return f"a first message, in place of that of distribution {found.after}"
        return f"a reply that {SAID[found.relation]} distribution {found.after}"


def uncounted(identity: Identity) -> Identity:
    """The same sender without pixel and redirects: looking at a message is no open and no click."""
    return replace(identity, tracking_enabled=False)


def preview(session: Session, full: FullRelease, address_id: int, *, identity: Identity) -> Preview:
    """What the holder of that address would get now. Raises NotFound."""
    address = session.get(Address, address_id)
    if address is None:
        raise NotFound("there is no such contact: choose another")
    now = clock.now()
    found = foresee(session, full, address.email, at=now, keyring=identity.keyring)
    shown = _shown(session, found.delivery, found.full, identity=identity, at=now)
    return Preview(found, shown)


def sent(session: Session, delivery: Delivery, *, identity: Identity) -> ShownMessage:
    """The message of that delivery, from the revision that was frozen with its audience.

    Its source is that of the very octets that were sent, where any were, and it tells of an embargo
    if they do. Raises NotFound for one that was withheld before it had an edition.
    """
    full = _as_frozen(session, delivery)
    if delivery.email and not delivery.skeleton_id:
        return _shown(session, delivery, full, identity=identity, at=clock.now())
    source, at = _sent_source(session, delivery, full, identity=identity)
    return replace(_shown(session, delivery, full, identity=identity, at=at), source=source)


def in_browser(session: Session, delivery: Delivery, *, identity: Identity) -> str:
    """The same as HTML for its reader, by what may be published now: an embargo that has passed
    since it was sent is not told any more, and that it was withdrawn is. Raises what `sent` does.
    """
    full, calm = _as_frozen(session, delivery), uncounted(identity)
    letter = counted(session, write_letter(delivery, full, identity=calm, at=clock.now()))
    is_withdrawn = full.release.status is ReleaseStatus.WITHDRAWN
    # The withdrawal itself says so in its first line.
    is_told = is_withdrawn and full.relation is not Relation.WITHDRAWAL
    letter = replace(letter, is_withdrawn=is_told)
    return with_logo(render(letter).html, letter.enclosures)


def _sent_source(
    session: Session, delivery: Delivery, full: FullRelease, *, identity: Identity
) -> tuple[str, datetime]:
    """The octets that were sent, or why they cannot be made again; and when they were true."""
    try:
        proof = prove(session, delivery.id or 0, identity=identity)
    except MailerError as gone:
        return str(gone), delivery.sent_at or clock.now()
    source = proof.data.decode("utf-8", errors="replace")
    return source, _told_at(source, full)


def _told_at(source: str, full: FullRelease) -> datetime:
    """A moment at which that much was told: before the end of the embargo, if it tells of one."""
    until = full.release.embargo_until
    if until is None:
        return clock.now()
    is_told = f"\r\n{EMBARGO}: " in source.partition("\r\n\r\n")[0]
    return until - timedelta(seconds=1) if is_told else until


def framed(html: str) -> str:
    """The HTML for a frame of ours."""
    return html.replace("<head>", f"<head>{NEW_TAB}", 1)


def _as_frozen(session: Session, delivery: Delivery) -> FullRelease:
    distribution = session.get(Distribution, delivery.distribution_id)
    if distribution is None or delivery.revision_id is None:
        raise NotFound("this delivery was left out before it had an edition: nothing was composed")
    full = load_by_id(
        session,
        distribution.release_id,
        frozen=[delivery.revision_id],
        duty=distribution.duty,
    )
    return replace(full, relation=distribution.relation)


def _shown(
    session: Session, delivery: Delivery, full: FullRelease, *, identity: Identity, at: datetime
) -> ShownMessage:
    """HTML and text without counting, the source exactly as it goes out."""
    letter = counted(session, write_letter(delivery, full, identity=identity, at=at))
    calm = write_letter(delivery, full, identity=uncounted(identity), at=at, pages=letter.pages)
    words = render(calm)
    return ShownMessage(
        subject=words.subject,
        text=words.text,
        html=with_logo(words.html, calm.enclosures),
        # One that was erased has no address that it could go to.
        source=compose(letter).data.decode("utf-8", errors="replace") if letter.email else "",
        letter=letter,
    )
