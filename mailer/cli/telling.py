"""A delivery as a person would tell it: who, what, by which rule, what became of it and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer.cli.options import written
from mailer.delivery import reasons
from mailer.languages import name
from mailer.models import Delivery, DeliveryEvent, DeliveryStatus, EventKind

#: What a status means, where the word alone does not say it.
STATES: dict[DeliveryStatus, str] = {
    DeliveryStatus.PENDING: "pending, not handed over yet",
    DeliveryStatus.SENDING: "sending, being handed over now",
    DeliveryStatus.SENT: "sent, the relay took it",
    DeliveryStatus.DEFERRED: "deferred, put off to a later attempt",
    DeliveryStatus.REJECTED: "rejected, it will not be tried again",
    DeliveryStatus.UNKNOWN: "unknown, nobody can tell whether the relay took it",
    DeliveryStatus.BOUNCED: "bounced, it was taken and came back",
    DeliveryStatus.COMPLAINED: "complained, the recipient called it spam",
    DeliveryStatus.WITHHELD: "withheld, it is not handed over",
    DeliveryStatus.CANCELLED: "cancelled before it was handed over",
    DeliveryStatus.EXPIRED: "expired, its time was over",
}


#: Who stands where nobody is named any more.
ERASED = "somebody who was erased"


@dataclass(frozen=True)
class Story:
    """What is known of one delivery."""

    delivery: Delivery
    events: Sequence[DeliveryEvent]
    #: The reference of the release, and the zone of the office.
    reference: str
    zone: str

    def at(self, moment: datetime) -> str:
        """The moment by the office's clock."""
        return written(moment, self.zone)


def tell(story: Story) -> Iterator[tuple[str, str]]:
    """What there is to tell: the subject and the words of each line."""
    row = story.delivery
    yield f"delivery {row.id}", f"of distribution {row.distribution_id}, release {story.reference}"
    yield "to", _recipient(row)
    if row.reasons:
        yield "in because of", ", ".join(row.reasons)
    if row.edition_language:
        yield "edition", _chosen(row.edition_language, row.edition_rule)
    if row.cover_language:
        yield "cover", _chosen(row.cover_language, row.cover_rule)
    if row.greeting:
        yield "greeted", row.greeting
    if row.personal_note:
        yield "note", row.personal_note
    yield "tracking", f"{row.tracking}{', plain text only' if row.plain_text_only else ''}"
    yield "state", STATES[row.status] + _because(row)
    yield from _attempts(story)
    yield from _proof(story)
    for event in story.events:
        if event.kind not in (EventKind.DEFERRED, EventKind.REJECTED):
            yield story.at(event.occurred_at), _happened(event)


def reason_of(row: Delivery) -> str:
    """Why it stands as it does, or else what the relay answered: in one cell of a list."""
    told, answer = reasons.in_words(row.reason), answer_of(row)
    if row.status is DeliveryStatus.SENT:
        return answer
    if row.sent_at is not None or not answer:
        # The relay took it then: what it answered explains nothing of what came back.
        return told
    if row.reply_code is None and row.reason.startswith(reasons.OF_THE_RELAY):
        # These are words of ours, which say more than the reason.
        return f"{reasons.OUR_RELAY}: {answer}"
    return f"{told}: {answer}" if told else answer


def moment_of(row: Delivery, zone: str) -> str:
    """When it was handed over, or is due."""
    if row.sent_at is not None:
        return written(row.sent_at, zone)
    return f"due {written(row.next_attempt_at, zone)}" if row.next_attempt_at is not None else ""


def answer_of(row: Delivery) -> str:
    """What the relay answered last, in its words."""
    return f"{row.reply_code or ''} {row.reply_text}".strip()


def _recipient(row: Delivery) -> str:
    who = f"{row.recipient_name} <{row.email}>" if row.recipient_name else row.email or ERASED
    return ", ".join(filter(None, (who, row.outlet_name, row.country, row.zone)))


def _chosen(language: str, rule: str) -> str:
    return f"{name(language, written_in='en')} ({language}){f': {rule}' if rule else ''}"


def _because(row: Delivery) -> str:
    if not row.reason:
        return ""
    link = "; the last attempt" if row.status is DeliveryStatus.CANCELLED else ""
    return f"{link}: {reasons.in_words(row.reason)}"


def _attempts(story: Story) -> Iterator[tuple[str, str]]:
    """Each attempt that is known, with its time and what was answered."""
    row = story.delivery
    if row.first_attempt_at is not None:
        first = story.at(row.first_attempt_at)
        if row.attempt:
            yield "attempts", f"{row.attempt}, the first at {first}"
        else:
            yield "first tried", f"{first}, and no relay has asked the recipient's server since"
    answers = [one for one in story.events if one.kind in (EventKind.DEFERRED, EventKind.REJECTED)]
    for event in answers:
        yield story.at(event.occurred_at), _happened(event)
    relay = f"the relay [{row.relay}]" if row.relay else "the relay"
    if row.sent_at is not None:
        yield story.at(row.sent_at), f"{relay} took it: {answer_of(row)}".rstrip(": ")
    elif row.reply_text and not answers:
        yield "last answer", f"{relay}: {answer_of(row)}"
    if row.next_attempt_at is not None:
        yield (
            "due" if row.first_attempt_at is None else "tried again",
            story.at(row.next_attempt_at),
        )


def _happened(event: DeliveryEvent) -> str:
    """An event in words: what, by whom, why, and what was said."""
    facts = event.details
    by = f" by a {event.agent}" if event.agent else ""
    why = reasons.in_words(str(facts.get("reason") or ""))
    said = " ".join(str(facts[key]) for key in ("code", "diagnostic") if facts.get(key))
    link = f" (link {event.link_number})" if event.link_number else ""
    return ": ".join(filter(None, (f"{event.kind}{by}{link}", why, said)))


def _proof(story: Story) -> Iterator[tuple[str, str]]:
    """What the message is known by, and proved with."""
    row = story.delivery
    if row.message_id:
        yield "Message-ID", row.message_id
    if row.content_hash:
        yield "SHA-256", f"{row.content_hash} (`mailer deliveries message {row.id}` prints it)"
