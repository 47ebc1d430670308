"""What a returned message is: a bounce, a delay, a complaint, an automatic answer, a reply.

Reports come before automatic answers: a third of all true bounces call themselves auto-replied.
What fits nowhere stays `other`, for a person to look at. No bytes make this crash.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import getaddresses

import structlog

from mailer.delivery.refusal import Reason
from mailer.feedback.classification import judge, status_in
from mailer.feedback.returned.notices import (
    ReportedRecipient,
    address_in,
    blocks_in,
    recipients_in,
    reported,
)
from mailer.feedback.returned.reading import ForeignMessage, OverTheLimit, first, read
from mailer.models import InboundKind

logger = structlog.get_logger(__name__)

#: An address of ours to which mail comes back: b+TOKEN a bounce, u+TOKEN one who leaves.
RETURN_ADDRESS = re.compile(r"([bu])\+([a-z2-7]+)@", re.IGNORECASE)

#: Where a server writes for whom it took the message; our token may stand in any of them.
RECIPIENT_HEADERS = ("to", "delivered-to", "x-original-to")
COMPLAINT_TYPES = {"abuse", "fraud", "opt-out", "opt-out-list", "miscategorized", "virus", "other"}
DAEMONS = re.compile(r"mailer-daemon|postmaster|mail delivery (sub)?system", re.IGNORECASE)
#: From here on a report in plain text shows the message that it returns.
RETURNED_PART = re.compile(
    r"^(?:---[^\n]*?(?:copy|original|header|returned|message)|below this line is a copy)",
    re.IGNORECASE | re.MULTILINE,
)
STILL_TRYING = re.compile(
    r"still (be )?(trying|retried)|will (continue|keep|be retried)|warning: message.{0,40}delayed"
    r"|no action is required|has not (yet )?been delivered",
    re.IGNORECASE,
)
ANGLED = re.compile(r"^[ \t]*<([^<>\s@]+@[^<>\s]+)>", re.MULTILINE)
REPLY_SUBJECT = re.compile(r"^(re|aw|sv|vs|antw|odp|rif|res|ynt)\s*:", re.IGNORECASE)
#: A report says why in its first lines.
READ_CHARACTERS = 20_000
#: How mail programs begin the subject of an automatic answer, in the languages of our recipients.
AUTOMATIC_SUBJECTS = (
    "auto:",
    "auto-reply",
    "autoreply",
    "automatic reply",
    "out of office",
    "out of the office",
    "automatische antwort",
    "abwesenheit",
    "automatisch antwoord",
    "afwezig",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "resposta automática",
    "risposta automatica",
    "fuori sede",
    "autosvar",
    "automatisk svar",
    "automatiskt svar",
    "frånvaro",
    "fraværende",
    "automaattinen vastaus",
    "sjálfvirkt svar",
    "automaatvastus",
    "automātiska atbilde",
    "automatinis atsakymas",
    "odpowiedź automatyczna",
    "automatická odpověď",
    "automatická odpoveď",
    "automatikus válasz",
    "samodejni odgovor",
    "automatski odgovor",
    "răspuns automat",
    "përgjigje automatike",
    "otomatik yanıt",
    "αυτόματη απάντηση",
    "автоматичен отговор",
    "автоответ",
    "автоматический ответ",
    "автоматична відповідь",
    "аутоматски одговор",
    "رد تلقائي",
    "מענה אוטומטי",
)


@dataclass(frozen=True)
class Report:
    """What a returned message is, and of whom it speaks."""

    kind: InboundKind
    recipients: tuple[ReportedRecipient, ...] = ()
    original_message_id: str | None = None
    #: The Message-ID of the report itself: another copy of it has the same.
    message_id: str | None = None
    #: Every address that may hold the token of the delivery it is about.
    return_addresses: tuple[str, ...] = ()
    note: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens in those addresses, whether we signed them or not."""
        found = (RETURN_ADDRESS.match(address) for address in self.return_addresses)
        return tuple(match.group(2) for match in found if match)


@dataclass(frozen=True)
class Told:
    """What one reader makes of a message."""

    kind: InboundKind
    recipients: tuple[ReportedRecipient, ...] = ()
    note: str = ""


def read_report(raw: bytes) -> Report:
    """What the message in `raw` is. Never raises: what cannot be read is `other`, with a note."""
    try:
        message = read(raw)
        told = _told(message)
        return Report(
            kind=told.kind,
            recipients=told.recipients,
            original_message_id=first(message.enclosed, "message-id") or None,
            message_id=message.first("message-id") or None,
            return_addresses=_return_addresses(message, kind=told.kind),
            note=told.note,
        )
    except OverTheLimit as limit:
        return Report(kind=InboundKind.OTHER, note=f"not read: {limit}")
    except Exception as broken:  # noqa: BLE001 – whatever bytes do, the next message is read
        logger.warning("returned mail cannot be read", error=type(broken).__name__)
        return Report(kind=InboundKind.OTHER, note=f"cannot be read: {type(broken).__name__}")


def _told(message: ForeignMessage) -> Told:
    return next((told for reader in READERS if (told := reader(message))), Told(InboundKind.OTHER))


def _return_addresses(message: ForeignMessage, *, kind: InboundKind) -> tuple[str, ...]:
    fields = [value for name in RECIPIENT_HEADERS for value in message.headers.get(name, [])]
    if kind is InboundKind.COMPLAINT:
        # Providers blacken the recipient, but not whence the message came.
        fields += message.enclosed.get("return-path", [])
        fields += [
            block.get("original-mail-from", "")
            for text in message.texts("text/x-feedback-report")
            for block in blocks_in(text)
        ]
    return tuple(address for _, address in getaddresses(fields) if "@" in address)


# ---------------------------------------------------------------- the readers, in their order


def _complaint(message: ForeignMessage) -> Told | None:
    blocks = [
        block
        for text in message.texts("text/x-feedback-report")
        for block in blocks_in(text)
        if "feedback-type" in block
    ]
    if not blocks:
        return None
    feedback = blocks[0]["feedback-type"].lower()
    if feedback not in COMPLAINT_TYPES:
        return Told(InboundKind.OTHER, note=f"a feedback report, but no complaint: {feedback[:40]}")
    address = address_in(blocks[0].get("original-rcpt-to", ""))
    told = reported(address, action="", status=None, diagnostic=feedback)
    return Told(InboundKind.COMPLAINT, (told,) if address else ())


def _status_notice(message: ForeignMessage) -> Told | None:
    words = _human_words(message)
    blocks = message.texts("text/x-delivery-status")
    if not blocks and _is_from_a_daemon(message):
        blocks = [text for text in message.texts("text/plain") if "final-recipient" in text.lower()]
    recipients = tuple(found for text in blocks for found in recipients_in(text, words=words))
    actions = {recipient.action for recipient in recipients}
    if "failed" in actions:
        return Told(InboundKind.BOUNCE, recipients)
    if "delayed" in actions:
        return Told(InboundKind.DELAYED, recipients)
    if actions & {"delivered", "relayed", "expanded"}:
        return Told(InboundKind.OTHER, recipients, note="a notice of success")
    return None


def _plain_notice(message: ForeignMessage) -> Told | None:
    named = message.headers.get("x-failed-recipients", [])
    if not named and not _is_from_a_daemon(message):
        return None
    words = _human_words(message)
    status = status_in(words)
    finding = judge(words, status=status)
    if status is None and finding.reason is Reason.UNDEFINED:
        return None
    found = [address for _, address in getaddresses(named)] or ANGLED.findall(words)
    is_delayed = bool(STILL_TRYING.search(words))
    recipients = tuple(
        reported(
            address,
            action="delayed" if is_delayed else "failed",
            status=status,
            diagnostic=words.strip(),
            finding=None if is_delayed else finding,
        )
        for address in dict.fromkeys(found)
    )
    if not recipients:
        return None
    return Told(InboundKind.DELAYED if is_delayed else InboundKind.BOUNCE, recipients)


def _automatic_answer(message: ForeignMessage) -> Told | None:
    if _is_from_a_daemon(message):
        return None
    automatic = message.first("auto-submitted").lower()
    is_marked = (
        automatic.startswith("auto-replied")
        or "x-autoreply" in message.headers
        or "x-autorespond" in message.headers
        or message.first("precedence").lower() in {"auto_reply", "auto-reply"}
    )
    subject = message.first("subject").lower()
    if is_marked or subject.startswith(AUTOMATIC_SUBJECTS):
        return Told(InboundKind.AUTOREPLY)
    return None


def _reply(message: ForeignMessage) -> Told | None:
    answers = bool(message.first("in-reply-to") or message.first("references"))
    if _is_from_a_daemon(message) or message.first("auto-submitted").lower().startswith("auto"):
        return None
    if answers or REPLY_SUBJECT.match(message.first("subject")):
        return Told(InboundKind.REPLY)
    return None


READERS: tuple[Callable[[ForeignMessage], Told | None], ...] = (
    _complaint,
    _status_notice,
    _plain_notice,
    _automatic_answer,
    _reply,
)


def _is_from_a_daemon(message: ForeignMessage) -> bool:
    return "x-failed-recipients" in message.headers or bool(DAEMONS.search(message.first("from")))


def _human_words(message: ForeignMessage) -> str:
    """What the report says to people, without the message that it returns (whose own words, a
    release on spam for one, would speak as if the server had said them)."""
    text = "".join(message.texts("text/plain")[:1])[:READ_CHARACTERS]
    return RETURNED_PART.split(text, maxsplit=1)[0]
