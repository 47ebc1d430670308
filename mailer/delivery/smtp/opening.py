"""Why no conversation with a relay could be opened: the outcome, in words that say what to mend."""

import re
import socket
import ssl

import aiosmtplib

from mailer.delivery.outcome import Blame, Outcome, OutcomeKind, Phase, from_reply, lost
from mailer.delivery.refusal import Reason
from mailer.delivery.smtp.login import NoToken
from mailer.settings.sections import RelaySettings

#: What OpenSSL calls the ways in which a certificate fails (x509_vfy.h), in our words.
CERTIFICATE_TROUBLES: dict[int, str] = {
    9: "is not valid yet: compare the clocks, or have it renewed",
    10: "has expired: have it renewed",
    23: "was revoked: have it renewed",
    62: "is for another name: put the name that it is for into host",
    64: "is for another name: put the name that it is for into host",
} | dict.fromkeys(
    (2, 18, 19, 20, 21, 27),
    "is not trusted: no authority that this machine knows has signed it",
)
#: What the system or a library says, and what we make of it; the first that fits wins. Where a
#: name has several addresses, asyncio tells their errors in one text.
TROUBLES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"connection refused|connect call failed|errno 111\b", re.IGNORECASE),
        "{place} refuses the connection: see that it runs, and that the port is right",
    ),
    (
        re.compile(r"unreachable|no route to host", re.IGNORECASE),
        "there is no way to {place}: look into the network, and the firewall",
    ),
    (
        re.compile(r"STARTTLS extension not supported", re.IGNORECASE),
        "{place} does not offer STARTTLS: set the tls and the port that it has",
    ),
    (
        re.compile(r"wrong.version.number|record layer failure|http request", re.IGNORECASE),
        '{place} does not begin with TLS: set tls = "starttls", or the port that does',
    ),
    (
        re.compile(r"\bssl\b|\btls", re.IGNORECASE),
        "{place} and we find no TLS in common ({error})",
    ),
    (
        re.compile(r"disconnect|connection (lost|reset|closed)|unexpected eof", re.IGNORECASE),
        "{place} hung up before it was ready for mail",
    ),
)


def opening_outcome(
    broken: Exception, settings: RelaySettings, *, relay: str, seconds: float
) -> Outcome:
    """The outcome for all that wait when a conversation could not be opened in so many seconds."""
    if isinstance(broken, NoToken):
        return Outcome(
            OutcomeKind.DEFERRED,
            Phase.AUTH,
            text=str(broken),
            reason=Reason.AUTHENTICATION,
            blames=Blame.RELAY,
            relay=relay,
        )
    if isinstance(broken, aiosmtplib.SMTPResponseException):
        phase = Phase.CONNECT
        if isinstance(broken, aiosmtplib.SMTPAuthenticationError):
            phase = Phase.AUTH
        elif isinstance(broken, aiosmtplib.SMTPHeloError):
            phase = Phase.EHLO
        return from_reply(phase, broken.code, broken.message, relay=relay)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    place = f"{host}:{settings.port}"
    return lost(Phase.CONNECT, in_words(broken, place=place, seconds=seconds), relay=relay)


def in_words(broken: BaseException, *, place: str, seconds: float) -> str:
    """What is wrong at `place`, which is host:port, and what to do."""
    causes = _causes(broken)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            trouble = CERTIFICATE_TROUBLES.get(
                cause.verify_code, f"cannot be verified: {cause.verify_message}"
            )
            return f"the certificate of {place} {trouble}"
        if isinstance(cause, (socket.gaierror, UnicodeError)):
            return (
                f"no address is known for {place}: see that host is right, and that the DNS answers"
            )
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return f"{place} was not ready for mail within {seconds:g} seconds"
    error = " ".join(str(causes[-1]).split()) or type(causes[-1]).__name__
    known = (told for pattern, told in TROUBLES if any(pattern.search(str(c)) for c in causes))
    return next(known, "{place}: {error}").format(place=place, error=error)


def _causes(broken: BaseException) -> list[BaseException]:
    """The error, and each that it came from."""
    causes = [broken]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    return causes
