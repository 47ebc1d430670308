"""Opens and clicks: what may be recorded is decided at the moment of the request.

A pixel in a message sent last month records nothing once its reader withdrew the consent, left,
or the office switched tracking off (standards T-2, P-2). No network address and no user agent is
kept, only the verdict. The redirect works whether or not anything is recorded.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from mailer.contacts.suppressions import is_suppressed
from mailer.database import insert
from mailer.errors import BadToken
from mailer.feedback import effects
from mailer.feedback.machines import MINIMUM_AGE_SECONDS, RULES_VERSION, Verdict, verdict
from mailer.feedback.recording import record_event
from mailer.models import (
    Agent,
    Delivery,
    Desk,
    Distribution,
    Edition,
    EngagementCount,
    EventKind,
    Journalist,
    Office,
    Release,
    Revision,
    TrackedLink,
    TrackingMode,
)
from mailer.tokens import Claim, Keyring, Purpose


@dataclass(frozen=True)
class Fetch:
    """How a pixel or a link was fetched; the user agent is judged and let go."""

    method: str
    user_agent: str
    at: datetime
    #: The switch of the whole installation (settings.tracking.enabled).
    is_tracking_enabled: bool
    minimum_age_seconds: float = MINIMUM_AGE_SECONDS


def opened(session: Session, token: str, *, fetch: Fetch, keyring: Keyring) -> bool:
    """Record that the image of the token was loaded, if that may be; True when it was recorded.

    An unknown token is no error: the pixel is answered the same way whatever happens here.
    """
    try:
        claim, is_shared = _read(token, keyring, own=Purpose.OPEN, shared=Purpose.SHARED_OPEN)
    except BadToken:
        return False
    if is_shared:
        return _count(session, claim.row_id, EventKind.OPENED, link=0, fetch=fetch)
    delivery = session.get(Delivery, claim.row_id)
    return delivery is not None and _record(
        session, delivery, EventKind.OPENED, link=0, fetch=fetch, keyring=keyring
    )


def clicked(session: Session, token: str, *, fetch: Fetch, keyring: Keyring) -> str:
    """The target of the link, as it is stored here; the click is recorded if that may be.

    Raises BadToken for a link that we did not make or no longer know.
    """
    claim, is_shared = _read(token, keyring, own=Purpose.CLICK, shared=Purpose.SHARED_CLICK)
    if is_shared:
        target = _target(session, claim.row_id, claim.link)
        _count(session, claim.row_id, EventKind.CLICKED, link=claim.link, fetch=fetch)
        return target
    delivery = session.get(Delivery, claim.row_id)
    target = _target(session, delivery.revision_id if delivery else None, claim.link)
    if delivery:
        _record(session, delivery, EventKind.CLICKED, link=claim.link, fetch=fetch, keyring=keyring)
    return target


def _read(token: str, keyring: Keyring, *, own: Purpose, shared: Purpose) -> tuple[Claim, bool]:
    try:
        return keyring.verify(own, token), False
    except BadToken:
        return keyring.verify(shared, token), True


def _target(session: Session, revision_id: int | None, number: int) -> str:
    found = session.exec(
        select(TrackedLink.url).where(
            TrackedLink.revision_id == revision_id, TrackedLink.number == number
        )
    ).first()
    if found is None:
        raise BadToken("the link leads nowhere any more: look for the release in the newsroom")
    return found


# ---------------------------------------------------------------- one person, with consent


def _record(
    session: Session,
    delivery: Delivery,
    kind: EventKind,
    *,
    link: int,
    fetch: Fetch,
    keyring: Keyring,
) -> bool:
    judged = _judged(fetch, seconds_since_sent=_age_seconds(delivery, at=fetch.at))
    if judged is None or not _may_record(session, delivery, fetch=fetch, keyring=keyring):
        return False
    minute = fetch.at.strftime("%Y-%m-%dT%H:%M")
    is_new = record_event(
        session,
        delivery_id=delivery.id or 0,
        kind=kind,
        source_key=f"{kind}:{delivery.id}:{link}:{judged.agent}:{minute}",
        occurred_at=fetch.at,
        agent=judged.agent,
        link_number=link or None,
        details={
            "reasons": list(judged.reasons),
            "rules": RULES_VERSION,
            "family": judged.family,
        },
    )
    if is_new and judged.agent is Agent.PERSON:
        effects.follow(session, delivery, kind, keyring=keyring, source="link", now=fetch.at)
    return is_new


def _judged(fetch: Fetch, *, seconds_since_sent: float | None) -> Verdict | None:
    return verdict(
        fetch.user_agent,
        method=fetch.method,
        seconds_since_sent=seconds_since_sent,
        minimum_age_seconds=fetch.minimum_age_seconds,
    )


def _age_seconds(delivery: Delivery, *, at: datetime) -> float:
    # Fetched before we wrote down that it was sent: as early as can be.
    handed_over_at = delivery.sent_at or delivery.first_attempt_at or at
    return (at - handed_over_at).total_seconds()


def _may_record(session: Session, delivery: Delivery, *, fetch: Fetch, keyring: Keyring) -> bool:
    """Whether this person's opens and clicks may be written down now (the strictest word wins)."""
    if not fetch.is_tracking_enabled or delivery.tracking is not TrackingMode.INDIVIDUAL:
        return False
    contact: Journalist | Desk | None = None
    if delivery.journalist_id is not None:
        contact = session.get(Journalist, delivery.journalist_id)
    elif delivery.desk_id is not None:
        contact = session.get(Desk, delivery.desk_id)
    if contact is None or contact.tracking is not TrackingMode.INDIVIDUAL:
        return False
    if contact.tracking_consented_at is None or not _office_follows_persons(session, delivery):
        return False
    return not is_suppressed(session, delivery.email, keyring=keyring)


def _office_follows_persons(session: Session, delivery: Delivery) -> bool:
    mode = session.exec(
        select(Office.tracking)
        .join(Release, col(Release.office_id) == Office.id)
        .join(Distribution, col(Distribution.release_id) == Release.id)
        .where(Distribution.id == delivery.distribution_id)
    ).first()
    return mode is TrackingMode.INDIVIDUAL


# ---------------------------------------------------------------- all together, no persons


def _count(session: Session, revision_id: int, kind: EventKind, *, link: int, fetch: Fetch) -> bool:
    judged = _judged(fetch, seconds_since_sent=None)
    if judged is None or not fetch.is_tracking_enabled or not _office_counts(session, revision_id):
        return False
    one = insert(session, EngagementCount).values(
        revision_id=revision_id,
        kind=kind,
        link_number=link,
        agent=judged.agent,
        hour=fetch.at.replace(minute=0, second=0, microsecond=0),
        count=1,
    )
    one_more = one.on_conflict_do_update(
        index_elements=["revision_id", "kind", "link_number", "agent", "hour"],
        set_={"count": col(EngagementCount.count) + 1},
    )
    session.exec(one_more)
    return True


def _office_counts(session: Session, revision_id: int) -> bool:
    mode = session.exec(
        select(Office.tracking)
        .join(Release, col(Release.office_id) == Office.id)
        .join(Edition, col(Edition.release_id) == Release.id)
        .join(Revision, col(Revision.edition_id) == Edition.id)
        .where(Revision.id == revision_id)
    ).first()
    return mode in {TrackingMode.AGGREGATE, TrackingMode.INDIVIDUAL}
