"""What the SMTP server answered, as a value: accepted, deferred, rejected or unknown, and why.

The first digit of the basic code decides whether there is another attempt; the enhanced code
(RFC 3463) and the words only say why (RFC 5321, 4.2.1). What nobody can know is `unknown`.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from mailer.delivery import refusal
from mailer.delivery.legibility import legible
from mailer.delivery.refusal import BounceClass, Reason


class OutcomeKind(StrEnum):
    """What became of one hand-over."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """How far the conversation was when the answer came, or when it broke off."""

    CONNECT = "connect"
    EHLO = "ehlo"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    AFTER_DOT = "after_dot"


class Blame(StrEnum):
    """Where the trouble lies: on the recipient's side, with our own relay, or in the message."""

    RECIPIENT = "recipient"
    RELAY = "relay"
    CONTENT = "content"


class Outcome(NamedTuple):
    """The answer to one hand-over, with the server's words whole."""

    kind: OutcomeKind
    phase: Phase
    code: int | None = None
    #: The enhanced code, such as 5.1.1, where the server gave one.
    enhanced: str | None = None
    text: str = ""
    #: None when there is nothing to explain.
    reason: Reason | None = None
    #: None when the message was accepted, or nobody can tell whether it was.
    blames: Blame | None = None
    #: The name of the relay that answered, as the settings call it.
    relay: str = ""

    @property
    def bounce_class(self) -> BounceClass | None:
        """What the refusal says of the address; None where nothing was refused."""
        if self.kind not in {OutcomeKind.DEFERRED, OutcomeKind.REJECTED}:
            return None
        is_lasting = self.kind is OutcomeKind.REJECTED
        return refusal.bounce_class(self.reason or Reason.UNDEFINED, is_lasting=is_lasting)


#: Until MAIL is accepted the server has heard nothing of the recipient or of the text.
SESSION_PHASES = frozenset({Phase.CONNECT, Phase.EHLO, Phase.AUTH, Phase.MAIL})
CLOSING = 421
#: It closes, does not understand us, or wants a login: about the session whenever it is said.
SESSION_CODES = frozenset({CLOSING, 500, 501, 502, 503, 504, 530, 534, 535, 538, 555})
#: 501 and 555 may also refuse an address that looks odd; then the enhanced code says so.
ABOUT_AN_ADDRESS = re.compile(r"[45]\.1\.")
CONTENT_REASONS = frozenset(
    {Reason.CONTENT, Reason.TOO_LARGE, Reason.SYNTAX, Reason.NO_SMTPUTF8, Reason.LOOP}
)
ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", re.ASCII)
#: What an accepted message is answered with nearly always, so that no pattern has to be tried.
USUAL = "2.0.0"
#: RFC 3463 code of an outcome that we decide ourselves because the server lacks SMTPUTF8.
NO_UTF8_STATUS = "5.6.7"
TOO_LARGE_STATUS = "5.3.4"


def from_reply(phase: Phase, code: int, text: str, *, relay: str = "") -> Outcome:
    """The outcome that a server's reply in that phase stands for.

    A reply about the session (a closing server, a refused login or envelope sender) defers the
    message and leaves the recipient untouched: no address is rejected for trouble of our own.
    """
    text = legible(text)
    enhanced = _enhanced(text)
    if phase is Phase.AFTER_DOT and 200 <= code < 300:
        return Outcome(OutcomeKind.ACCEPTED, phase, code, enhanced, text, relay=relay)
    if not 400 <= code < 600:
        return lost(phase, f"the server answered {code} {text}".strip(), code=code, relay=relay)
    reason = refusal.read(text, status=enhanced, code=code)
    if _is_about_session(phase, code, enhanced) or reason is Reason.RELAYING:
        kind, blames = OutcomeKind.DEFERRED, Blame.RELAY
    else:
        kind = OutcomeKind.DEFERRED if code < 500 else OutcomeKind.REJECTED
        blames = _blame(phase, reason)
    return Outcome(kind, phase, code, enhanced, text, reason, blames, relay)


def lost(phase: Phase, text: str, *, code: int | None = None, relay: str = "") -> Outcome:
    """The outcome of a conversation that broke off: safe to repeat until the last dot is sent.

    After the dot the server may have the message although we never heard so (RFC 1047).
    """
    text = legible(text)
    if phase is Phase.AFTER_DOT:
        return Outcome(OutcomeKind.UNKNOWN, phase, code, None, text, Reason.NETWORK, relay=relay)
    return Outcome(
        OutcomeKind.DEFERRED, phase, code, None, text, Reason.NETWORK, Blame.RELAY, relay
    )


def broken_off(phase: Phase, text: str, *, code: int | None, relay: str) -> Outcome:
    """The outcome of a message in flight at the end of a conversation; the server may have said a
    code in parting.
    """
    if code is None:
        return lost(phase, text, relay=relay)
    return from_reply(phase, code, text, relay=relay)


def no_smtputf8(*, relay: str = "") -> Outcome:
    """The address needs SMTPUTF8 (RFC 6531) and the server does not offer it: no one's bounce."""
    return Outcome(
        OutcomeKind.REJECTED,
        Phase.EHLO,
        enhanced=NO_UTF8_STATUS,
        text="the relay does not offer SMTPUTF8, which this address needs",
        reason=Reason.NO_SMTPUTF8,
        blames=Blame.CONTENT,
        relay=relay,
    )


def too_large(size: int, *, limit: int, relay: str = "") -> Outcome:
    """The server announced a limit (RFC 1870) that the message exceeds, so it was not sent."""
    return Outcome(
        OutcomeKind.REJECTED,
        Phase.EHLO,
        enhanced=TOO_LARGE_STATUS,
        text=f"the message has {size} bytes, the relay takes {limit}",
        reason=Reason.TOO_LARGE,
        blames=Blame.CONTENT,
        relay=relay,
    )


def bad_envelope(*, relay: str = "") -> Outcome:
    """An address holds what would end a command early and smuggle in another: it goes nowhere."""
    return Outcome(
        OutcomeKind.REJECTED,
        Phase.MAIL,
        text="the envelope holds characters that no SMTP command may have",
        reason=Reason.SYNTAX,
        blames=Blame.CONTENT,
        relay=relay,
    )


def _enhanced(text: str) -> str | None:
    if text.startswith(USUAL):
        return USUAL
    found = ENHANCED.match(text)
    return found.group(1) if found else None


def _is_about_session(phase: Phase, code: int, enhanced: str | None) -> bool:
    if phase in SESSION_PHASES or code == CLOSING:
        return True
    if phase is Phase.AFTER_DOT or (enhanced and ABOUT_AN_ADDRESS.match(enhanced)):
        return False
    return code in SESSION_CODES


def _blame(phase: Phase, reason: Reason) -> Blame:
    if reason in CONTENT_REASONS or (phase is Phase.AFTER_DOT and reason is Reason.UNDEFINED):
        return Blame.CONTENT
    return Blame.RECIPIENT
