"""One kept SMTP connection: opened once, then one message after another.

The body is written and drained before the last dot is: a connection that breaks while the body is
on its way has certainly not handed the message over, and one that breaks later may have.
"""

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib import SMTPResponse

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import (
    Blame,
    Outcome,
    OutcomeKind,
    Phase,
    from_reply,
    lost,
    no_smtputf8,
    too_large,
)
from mailer.delivery.refusal import Reason
from mailer.settings import RelaySettings

#: How long a server may take to say goodbye before we just hang up.
QUIT_SECONDS = 5
RCPT_ACCEPTED = frozenset({250, 251})
LINE_ENDING = re.compile(rb"\r\n|\r|\n")
LEADING_DOT = re.compile(rb"(?m)^\.")


class RelayUnusable(Exception):
    """No conversation could be opened; `outcome` says why, for every message that waits."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


@dataclass
class Conversation:
    """A connection to the relay, opened when it is needed and kept while it works."""

    relay: RelaySettings
    helo_name: str
    tls_context: ssl.SSLContext | None = None
    #: Whether a message has been begun on this very connection.
    has_served: bool = False
    phase: Phase = Phase.CONNECT
    _smtp: aiosmtplib.SMTP | None = None
    _writer: asyncio.StreamWriter | None = None

    def is_open(self) -> bool:
        """Whether the connection stands, as far as we have heard."""
        return self._smtp is not None and self._smtp.is_connected

    async def open(self) -> None:
        """Connect, secure, introduce ourselves and log in. Raises RelayUnusable."""
        self._hang_up()
        self.has_served, self.phase = False, Phase.CONNECT
        smtp = client(self.relay, helo_name=self.helo_name, tls_context=self.tls_context)
        self._smtp = smtp
        try:
            await smtp.connect(timeout=self.relay.connect_timeout_seconds)
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
            self._writer = _writer(smtp)
        except (aiosmtplib.SMTPException, OSError) as broken:
            self._hang_up()
            raise RelayUnusable(_opening_outcome(broken)) from broken

    async def hand_over(self, message: ComposedMessage) -> Outcome:
        """Hand one message over on the open connection; nothing but an outcome comes of it."""
        smtp = self._smtp
        if smtp is None:
            return lost(Phase.CONNECT, "there is no connection")
        try:
            return _unfit(message, smtp) or await self._transaction(message, smtp)
        except (aiosmtplib.SMTPException, OSError) as broken:
            self._hang_up()
            return lost(self.phase, _told(broken))
        except ValueError:
            # aiosmtplib refuses control characters, which would smuggle in other commands.
            self._hang_up()
            return Outcome(
                OutcomeKind.REJECTED,
                self.phase,
                text="the envelope holds characters that no SMTP command may have",
                reason=Reason.SYNTAX,
                blames=Blame.CONTENT,
            )

    async def close(self) -> None:
        """Say goodbye and hang up."""
        if self._smtp is not None and self._smtp.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await self._smtp.quit(timeout=QUIT_SECONDS)
        self._hang_up()
        await asyncio.sleep(0)  # the loop closes its end of the connection in its next round

    async def _transaction(self, message: ComposedMessage, smtp: aiosmtplib.SMTP) -> Outcome:
        options = [b"SMTPUTF8", b"BODY=8BITMIME"] if message.needs_smtputf8 else []
        sender, recipient = message.envelope_sender.encode(), message.recipient.encode()
        reply = await self._say(smtp, Phase.MAIL, b"MAIL", b"FROM:<%b>" % sender, *options)
        if reply.code != 250:
            return await self._refused(smtp, reply)
        self.has_served = True
        reply = await self._say(smtp, Phase.RCPT, b"RCPT", b"TO:<%b>" % recipient)
        if reply.code not in RCPT_ACCEPTED:
            return await self._refused(smtp, reply)
        reply = await self._say(smtp, Phase.DATA, b"DATA")
        if reply.code != 354:
            return await self._refused(smtp, reply)
        await self._write(octets_on_wire(message.data))
        reply = await self._say(smtp, Phase.AFTER_DOT, b".")
        return from_reply(Phase.AFTER_DOT, reply.code, reply.message)

    async def _say(self, smtp: aiosmtplib.SMTP, phase: Phase, *words: bytes) -> SMTPResponse:
        self.phase = phase
        patience = self.relay.reply_timeout_seconds
        if phase is Phase.AFTER_DOT:
            patience = self.relay.final_dot_timeout_seconds
        return await smtp.execute_command(*words, timeout=patience)

    async def _write(self, octets: bytes) -> None:
        """Write the body and wait until all of it has left for the network."""
        if self._writer is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        async with asyncio.timeout(self.relay.reply_timeout_seconds):
            self._writer.write(octets)
            await self._writer.drain()

    async def _refused(self, smtp: aiosmtplib.SMTP, reply: SMTPResponse) -> Outcome:
        outcome = from_reply(self.phase, reply.code, reply.message)
        # After 421 the connection is closed; else the next message needs a clean slate.
        if smtp.is_connected:
            try:
                await smtp.rset()
            except (aiosmtplib.SMTPException, OSError):
                self._hang_up()
        return outcome

    def _hang_up(self) -> None:
        # At once: a close in good order waits for a peer that may be gone.
        if self._writer is not None:
            self._writer.transport.abort()
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = self._writer = None


def client(
    relay: RelaySettings, *, helo_name: str, tls_context: ssl.SSLContext | None
) -> aiosmtplib.SMTP:
    """An unconnected client for that relay. Raises ValueError for settings that cannot be."""
    return aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        username=relay.username or None,
        password=relay.password.get_secret_value() or None,
        local_hostname=helo_name,
        timeout=relay.reply_timeout_seconds,
        use_tls=relay.tls == "implicit",
        start_tls=relay.tls == "starttls",
        tls_context=tls_context,
    )


def octets_on_wire(data: bytes) -> bytes:
    """The message as DATA carries it, without the last dot: CRLF only, leading dots doubled.

    A lone CR or LF would let a text end the message early on servers that take it for a line end.
    """
    clean = LINE_ENDING.sub(b"\r\n", data)
    if not clean.endswith(b"\r\n"):
        clean += b"\r\n"
    return LEADING_DOT.sub(b"..", clean)


def _writer(smtp: aiosmtplib.SMTP) -> asyncio.StreamWriter:
    transport, protocol = smtp.transport, smtp.protocol
    if not isinstance(transport, asyncio.WriteTransport) or protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    # So that drain() waits for the last octet, not for some room in the buffer. Not high=0: the
    # transports of TLS would pause when they are empty, and never go on.
    transport.set_write_buffer_limits(high=1, low=0)
    return asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())


def _unfit(message: ComposedMessage, smtp: aiosmtplib.SMTP) -> Outcome | None:
    if message.needs_smtputf8 and not smtp.supports_extension("smtputf8"):
        return no_smtputf8()
    # RFC 1870: no number, or zero, is no limit.
    announced = smtp.esmtp_extensions.get("size", "").strip()
    limit = int(announced) if announced.isdecimal() else 0
    if limit and len(message.data) > limit:
        return too_large(len(message.data), limit=limit)
    return None


def _opening_outcome(broken: Exception) -> Outcome:
    if isinstance(broken, aiosmtplib.SMTPResponseException):
        phase = Phase.CONNECT
        if isinstance(broken, aiosmtplib.SMTPAuthenticationError):
            phase = Phase.AUTH
        elif isinstance(broken, aiosmtplib.SMTPHeloError):
            phase = Phase.EHLO
        return from_reply(phase, broken.code, broken.message)
    return lost(Phase.CONNECT, _told(broken))


def _told(broken: Exception) -> str:
    return str(broken) or type(broken).__name__
