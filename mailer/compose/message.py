"""The message: headers that survive every hop, and the words in one or two parts (standards 1)."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

from mailer.clock import zone
from mailer.compose.letter import Identity, Letter
from mailer.compose.parts import add_parts, with_files
from mailer.compose.rendering import render
from mailer.compose.signing.dkim import signed
from mailer.compose.tracking import links_of
from mailer.compose.wire import (
    POLICY,
    POLICY_UTF8,
    mailbox,
    on_wire,
    one_line,
    subject,
)
from mailer.errors import Refused
from mailer.languages import name
from mailer.models import Office
from mailer.releases.offices import list_name
from mailer.tokens import Keyring, Purpose

#: RFC 5322 section 2.1.1, without the line end.
OCTETS_IN_A_LINE = 998
#: So much of a reference stands in a Message-ID, which is to stay below 76 characters.
REFERENCE_LETTERS = 20
#: So much of its name stands in a List-Id, of which programs read 255 characters (RFC 2919).
LIST_NAME_LETTERS = 80
#: The header that tells programs of an embargo: its instant, in UTC.
EMBARGO = "X-Embargo-Until"
BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


class ComposedMessage(NamedTuple):
    """One message as it goes over the wire, with its envelope."""

    envelope_sender: str
    recipient: str
    message_id: str
    data: bytes
    needs_smtputf8: bool
    #: 0 for a preview.
    delivery_id: int = 0
    #: Those in `data`, in base64; with them it can be made again when the keys are gone.
    signatures: tuple[str, ...] = ()
    #: Whether DATA may carry `data` as it is: CRLF ends each line, and none begins with a dot.
    is_wire_ready: bool = False


def compose(letter: Letter) -> ComposedMessage:
    """The message of that letter; the same letter always gives the same octets."""
    identity, recipient = letter.identity, on_wire(letter.email)
    data, signatures = signed(
        unsigned(letter),
        signers=identity.signers,
        domain=from_domain(letter.full.office),
        at=letter.dated_at,
    )
    return ComposedMessage(
        envelope_sender=envelope_sender(identity, delivery_id=letter.delivery_id),
        recipient=recipient,
        message_id=_message_id_of(letter),
        data=data,
        needs_smtputf8=needs_smtputf8(recipient, letter.full.office),
        delivery_id=letter.delivery_id,
        signatures=signatures,
        is_wire_ready=is_wire_ready(data),
    )


def is_wire_ready(data: bytes) -> bool:
    """Whether no line that we have composed begins with a dot, which DATA would double."""
    return b"\r\n." not in data and not data.startswith(b".") and data.endswith(b"\r\n")


def unsigned(letter: Letter) -> bytes:
    """The octets of that letter before they are signed."""
    return with_files(unfilled(letter), letter.enclosures.held)


def unfilled(letter: Letter) -> bytes:
    """The same, with marks where its files stand."""
    office = letter.full.office
    recipient, sender, reply_to = map(
        on_wire, (letter.email, office.from_address, office.reply_to or office.from_address)
    )
    is_utf8 = needs_smtputf8(recipient, office)
    message = EmailMessage(POLICY_UTF8 if is_utf8 else POLICY)
    message["From"] = mailbox(office.from_name, sender, header="From")
    message["Reply-To"] = reply_to
    message["To"] = mailbox(letter.recipient_name, recipient, header="To")
    rendered = render(letter)
    message["Subject"] = subject(rendered.subject)
    message["Date"] = date_line(letter.dated_at, zone_name=office.zone)
    message["Message-ID"] = _message_id_of(letter)
    for header, value in thread_headers(letter.references).items():
        message[header] = value
    message["MIME-Version"] = "1.0"
    add_parts(message, rendered, letter=letter)
    for header, value in _list_headers(letter).items():
        message[header] = value
    return _checked(message.as_bytes(), is_utf8=is_utf8)


def thread_headers(references: Sequence[str]) -> dict[str, str]:
    """What keeps a reply in the thread of its reader: the last message answered, and all of them.

    They are folded between the Message-IDs only (RFC 5322 section 3.6.4, standards PY-1).
    """
    if not references:
        return {}
    return {"In-Reply-To": references[-1], "References": " ".join(references)}


def date_line(moment: datetime, *, zone_name: str) -> str:
    """The Date of a message: the first attempt, in the zone of the office."""
    return format_datetime(moment.astimezone(zone(zone_name)))


def from_domain(office: Office) -> str:
    """The domain that our signatures must name to count for the reader (RFC 7489 section 3.1)."""
    return on_wire(office.from_address).rpartition("@")[2]


def needs_smtputf8(recipient: str, office: Office) -> bool:
    """Whether an address, as it stands on the wire, is in another script than ASCII."""
    sender = on_wire(office.from_address)
    return not (recipient + sender + on_wire(office.reply_to or sender)).isascii()


def message_id(
    *, reference: str, revision_id: int, address_id: int, domain: str, keyring: Keyring
) -> str:
    """The Message-ID of a revision to an address, the same on every attempt (standards H-2).

    It holds no personal data, nobody else can make it, and a correction can make it again.
    """
    pairs = [(revision_id, address_id)]
    return message_ids(pairs, reference=reference, domain=domain, keyring=keyring)[0]


def message_ids(
    pairs: Sequence[tuple[int, int]], *, reference: str, domain: str, keyring: Keyring
) -> list[str]:
    """The Message-IDs of many messages of a release, each a revision to an address, by ids."""
    release = re.sub(r"[^a-z0-9-]", "", reference.lower())[:REFERENCE_LETTERS] or "release"
    signed = keyring.sign_many(Purpose.MESSAGE_ID, [address_id for _, address_id in pairs])
    # The last 16 of a token's 31 letters are signature only.
    return [
        f"<{release}.{revision_id}.{token[-16:]}@{domain}>"
        for (revision_id, _), token in zip(pairs, signed, strict=True)
    ]


def envelope_sender(identity: Identity, *, delivery_id: int) -> str:
    """Where returned mail of that delivery goes; the same on every attempt (standards 1.4)."""
    token = identity.keyring.sign(Purpose.BOUNCE, delivery_id)
    return f"b+{token}@{identity.bounce_domain}"


def _message_id_of(letter: Letter) -> str:
    return letter.message_id or message_id(
        reference=letter.full.release.reference,
        revision_id=letter.revision.id or 0,
        address_id=letter.recipient_id,
        domain=letter.identity.mail_domain,
        keyring=letter.identity.keyring,
    )


def _list_headers(letter: Letter) -> dict[str, str]:
    links, embargo = links_of(letter), letter.embargo_until
    languages = dict.fromkeys((letter.cover_language, letter.edition_language))
    headers = {
        "Content-Language": ", ".join(languages),
        "List-Id": _list_id(letter),
        "List-Unsubscribe": f"<{links.one_click_url}>, <{links.unsubscribe_mailto}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{links.help_url}>",
        "Feedback-ID": _feedback_id(letter),
        # No receipts, please; but do tell us who is away or has left (standards A-4).
        "X-Auto-Response-Suppress": "DR, RN, NRN",
    }
    if embargo is not None:
        headers[EMBARGO] = embargo.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return headers


def _list_id(letter: Letter) -> str:
    """The same for every release in that language: journalists file their mail by it."""
    words = _ascii_words(list_name(letter.full.office, "en"))[:LIST_NAME_LETTERS].strip()
    language = _ascii_words(name(letter.edition_language, written_in="en"))
    label = letter.edition_language.lower()
    return f"{words or 'Press releases'} ({language}) <{label}.{letter.identity.mail_domain}>"


def _feedback_id(letter: Letter) -> str:
    """What Gmail counts complaints by; nothing in it tells recipients apart (standards L-8)."""
    release = letter.full.release
    fields = (f"r{release.id or 0}", letter.edition_language, release.kind, _sender(letter))
    return ":".join(fields)


def _sender(letter: Letter) -> str:
    """The constant of 5 to 15 characters that Gmail knows the office by."""
    key = re.sub(r"[^a-z0-9]", "", letter.full.office.key.lower())
    return key[:15] if "press" in key[:15] else f"{key[:10]}press"


def _ascii_words(text: str) -> str:
    """The text as unquoted words of plain letters, which need no encoding anywhere."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return one_line(re.sub(r"[^A-Za-z0-9 -]", "", plain))


def _checked(data: bytes, *, is_utf8: bool) -> bytes:
    """The octets, if every server takes them. Raises Refused, because they would not be sent."""
    if BARE_LINE_END.search(data) or b"\0" in data or not (is_utf8 or data.isascii()):
        raise Refused("the message holds octets that mail does not carry: report this as a fault")
    if any(len(line) > OCTETS_IN_A_LINE for line in data.split(b"\r\n")):
        raise Refused("a line of the message is longer than mail allows: shorten its addresses")
    return data
