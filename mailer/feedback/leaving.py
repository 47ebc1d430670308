"""Leaving: one click, one mail or one button, and nothing more goes out to that address."""

from datetime import datetime

from sqlmodel import Session

from mailer.feedback import effects
from mailer.feedback.recording import record_event
from mailer.models import Delivery, EventKind
from mailer.tokens import Keyring


def unsubscribe(
    session: Session, delivery_id: int, *, keyring: Keyring, source: str, now: datetime
) -> bool:
    """Take the address of that delivery off everything, at once; True the first time.

    Suppression, event and the withholding of what still waits belong to one transaction, which
    the door commits. A second call changes nothing, and so does a delivery that is erased: whoever
    wants to leave has left (RFC 8058: any age, any number of times).
    """
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        return False
    is_new = record_event(
        session,
        delivery_id=delivery_id,
        kind=EventKind.UNSUBSCRIBED,
        source_key=f"unsubscribed:{delivery_id}",
        occurred_at=now,
        details={"source": source},
    )
    # Not only when it is new: who signed up again and leaves by the old link must leave too.
    effects.follow(
        session, delivery, EventKind.UNSUBSCRIBED, keyring=keyring, source=source, now=now
    )
    return is_new
