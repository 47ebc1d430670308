"""The envelope of a message, and its octets as the wire carries them, by what the server offers.

One recipient in each transaction, because every message is personal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome, bad_envelope, no_smtputf8, too_large

LINE_ENDING = re.compile(rb"\r\n|\r|\n")
LEADING_DOT = re.compile(rb"(?m)^\.")
#: No address that we know needs one of them, and each would change the command around it.
UNSAFE = re.compile(r"[\x00-\x20\x7f<>]")
#: RFC 3461 section 4.4, and section 5.4 for the other.
ENVID_OCTETS = 100
ORCPT_OCTETS = 500
#: A longer number is no limit of anybody's, and one of thousands of digits cannot even be read.
SIZE_DIGITS = 18
MAIL_LIMIT = re.compile(r"(?i)\bMAILMAX=([1-9][0-9]{0,5})\b")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server's EHLO said that it can do; `relay` is the name we know it by."""

    relay: str = ""
    pipelining: bool = False
    smtputf8: bool = False
    dsn: bool = False
    #: Octets of a message; 0: it did not say (RFC 1870).
    size_limit: int = 0
    #: Transactions on one connection; 0: it did not say (RFC 9422).
    mail_limit: int = 0

    @classmethod
    def from_extensions(cls, extensions: Mapping[str, str], *, relay: str) -> Self:
        """The offer that stands in these keywords (lower case) and their parameters."""
        size, limits = extensions.get("size", "").strip(), extensions.get("limits", "")
        mail_limit = MAIL_LIMIT.search(limits)
        return cls(
            relay=relay,
            pipelining="pipelining" in extensions,
            smtputf8="smtputf8" in extensions,
            dsn="dsn" in extensions,
            size_limit=int(size) if size.isdecimal() and len(size) <= SIZE_DIGITS else 0,
            mail_limit=int(mail_limit.group(1)) if mail_limit else 0,
        )

    def refusal(self, message: ComposedMessage) -> Outcome | None:
        """Why the message cannot be put to this server at all; None when it can."""
        sender, recipient = message.envelope_sender, message.recipient
        if UNSAFE.search(f"{sender}{recipient}"):
            return bad_envelope(relay=self.relay)
        if _needs_smtputf8(message) and not self.smtputf8:
            return no_smtputf8(relay=self.relay)
        if 0 < self.size_limit < len(message.data):
            return too_large(len(message.data), limit=self.size_limit, relay=self.relay)
        return None

    def commands(self, message: ComposedMessage) -> bytes:
        """MAIL, RCPT and DATA of the message, each with its line end."""
        sender, recipient = message.envelope_sender, message.recipient
        options = " SMTPUTF8 BODY=8BITMIME" if _needs_smtputf8(message) else ""
        if not self.dsn:
            return f"MAIL FROM:<{sender}>{options}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode()
        return (
            f"MAIL FROM:<{sender}>{options} RET=HDRS{_envid(sender)}\r\n"
            f"RCPT TO:<{recipient}> NOTIFY=FAILURE,DELAY{_orcpt(recipient)}\r\n"
            "DATA\r\n"
        ).encode()


def octets_on_wire(message: ComposedMessage) -> bytes:
    """The message as DATA carries it, without the last dot: CRLF only, leading dots doubled.

    A lone CR or LF would let a text end the message early on servers that take it for a line end.
    """
    if message.is_wire_ready:
        return message.data
    clean = LINE_ENDING.sub(b"\r\n", message.data)
    if not clean.endswith(b"\r\n"):
        clean += b"\r\n"
    return LEADING_DOT.sub(b"..", clean)


def _needs_smtputf8(message: ComposedMessage) -> bool:
    return message.needs_smtputf8 or not message.recipient.isascii()


def _envid(sender: str) -> str:
    """The delivery's token, which comes back in every report on it, even on ones that lose VERP."""
    token = sender.rpartition("@")[0]
    if not token or not token.isascii() or len(token) > ENVID_OCTETS:
        return ""
    return f" ENVID={_xtext(token)}"


def _orcpt(recipient: str) -> str:
    """The address as we wrote to it; in the form of RFC 6533 where ASCII cannot hold it."""
    if recipient.isascii():
        told = f" ORCPT=rfc822;{_xtext(recipient)}"
    else:
        told = f" ORCPT=utf-8;{''.join(map(_utf8_xtext, recipient))}"
    return told if len(told) <= ORCPT_OCTETS else ""


def _xtext(text: str) -> str:
    """What xtext writes as +XX (RFC 3461 section 4); the rest of an address stands for itself."""
    return text.replace("+", "+2B").replace("=", "+3D")


def _utf8_xtext(sign: str) -> str:
    return sign if sign.isascii() and sign not in "+=\\" else f"\\x{{{ord(sign):02X}}}"
