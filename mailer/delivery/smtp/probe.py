"""One relay really asked, as a worker would, up to the envelope sender; no message is begun.

Each step is timed. What goes wrong ends it, and the steps after it stay untried.
"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

import aiosmtplib

from mailer.compose.message import ComposedMessage
from mailer.delivery.smtp.certificate import Certificate, certificate_of
from mailer.delivery.smtp.conversation import client
from mailer.delivery.smtp.envelope import Offer
from mailer.delivery.smtp.login import NoToken, TokenCommand
from mailer.delivery.smtp.opening import in_words
from mailer.delivery.smtp.secrets import said, secrets_of, without
from mailer.settings.sections import RelaySettings

#: How long a server may take to say goodbye.
QUIT_SECONDS = 2.0
OK = 250
#: aiosmtplib's code for what is no reply at all.
NO_REPLY = -1
MALFORMED = "Malformed SMTP response line: "


class Step(StrEnum):
    """The steps, in their order."""

    #: With the handshake where TLS is implicit, and the greeting.
    CONNECT = "connect"
    TLS = "tls"
    EHLO = "ehlo"
    LOGIN = "login"
    SENDER = "sender"


@dataclass
class Answers:
    """What a relay answered."""

    #: How many seconds each step took that was well.
    seconds: dict[Step, float] = field(default_factory=dict)
    greeting: str = ""
    certificate: Certificate | None = None
    #: The keywords of its EHLO in lower case, with their parameters.
    offers: dict[str, str] = field(default_factory=dict)
    #: The step that went wrong, and how.
    failed: Step | None = None
    trouble: str = ""


class Probe:
    """One conversation, to be had once."""

    def __init__(
        self,
        relay: RelaySettings,
        *,
        helo_name: str,
        sender: str,
        tls_context: ssl.SSLContext | None = None,
        token: TokenCommand | None = None,
    ) -> None:
        """Nothing is connected yet. Without a sender that step is left out."""
        self._relay, self._sender, self._token = relay, sender, token
        self._smtp = client(relay, helo_name=helo_name, tls_context=tls_context, token=token)
        self._step = Step.CONNECT
        self._answers = Answers()

    async def carry_out(self) -> Answers:
        """All steps, in the time that the settings leave for the opening and for one reply."""
        seconds = self._relay.connect_timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                await self._open()
            if self._sender:
                async with asyncio.timeout(min(seconds, self._relay.reply_timeout_seconds)):
                    await self._timed(Step.SENDER, self._offer_sender)
        except (aiosmtplib.SMTPException, OSError, NoToken, ValueError) as broken:
            self._step = self._step_of(broken)
            self._answers.failed, self._answers.trouble = self._step, self._told(broken)
        finally:
            await self._hang_up()
        return self._answers

    async def _open(self) -> None:
        await self._timed(Step.CONNECT, self._connect)
        if self._relay.tls == "starttls":
            await self._timed(Step.TLS, self._smtp.starttls)
        if self._relay.tls != "none":
            self._answers.certificate = certificate_of(self._smtp)
        await self._timed(Step.EHLO, self._smtp.ehlo)
        offers = self._smtp.esmtp_extensions
        self._answers.offers = {word: self._clean(more) for word, more in offers.items()}
        if self._relay.username:
            await self._timed(Step.LOGIN, self._log_in)

    async def _timed(self, step: Step, take: Callable[[], Awaitable[object]]) -> None:
        self._step, began = step, time.monotonic()
        await take()
        self._answers.seconds[step] = time.monotonic() - began

    async def _connect(self) -> None:
        # One step at a time, where a worker lets the library take all of them at once.
        greeting = await self._smtp.connect(
            start_tls=False,
            username=None,
            password=None,
            oauth_token_generator=None,
            timeout=self._relay.connect_timeout_seconds,
        )
        self._answers.greeting = self._clean(greeting.message)

    async def _log_in(self) -> None:
        if self._token is None:
            password = self._relay.password.get_secret_value()
            await self._smtp.login(self._relay.username, password)
        elif "xoauth2" not in self._smtp.server_auth_methods:
            raise aiosmtplib.SMTPException("XOAUTH2 is not offered")
        else:
            await self._smtp.auth_xoauth2(self._relay.username, await self._token.fresh())

    async def _offer_sender(self) -> None:
        """MAIL as a message would have it, taken back at once."""
        offer = Offer.from_extensions(self._answers.offers, relay="")
        message = ComposedMessage(
            self._sender, recipient="", message_id="", data=b"", needs_smtputf8=False
        )
        await self._expect_ok(offer.commands(message).splitlines()[0])
        await self._expect_ok(b"RSET")

    async def _expect_ok(self, command: bytes) -> None:
        reply = await self._smtp.execute_command(command)
        if reply.code != OK:
            raise aiosmtplib.SMTPResponseException(reply.code, reply.message)

    async def _hang_up(self) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            if self._answers.failed in (None, Step.LOGIN, Step.SENDER):
                async with asyncio.timeout(QUIT_SECONDS):
                    await self._smtp.execute_command(b"QUIT")
        # A close in good order waits for a peer that may be gone. Transports of uvloop are of no
        # class that asyncio knows, though they do the same.
        if self._smtp.transport is not None:
            cast(asyncio.Transport, self._smtp.transport).abort()
        self._smtp.close()
        await asyncio.sleep(0)  # the loop closes its end of the connection in its next round

    def _step_of(self, broken: BaseException) -> Step:
        """The step that went wrong: implicit TLS begins with the connection itself."""
        cause: BaseException | None = broken
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return Step.TLS
            cause = cause.__cause__
        return self._step

    def _told(self, broken: Exception) -> str:
        """What went wrong, without anything secret."""
        return self._clean(self._raw(broken))

    def _raw(self, broken: Exception) -> str:
        relay, step = self._relay, self._step
        host = f"[{relay.host}]" if ":" in relay.host else relay.host
        place = f"{host}:{relay.port}"
        if isinstance(broken, NoToken):
            return str(broken)
        if isinstance(broken, aiosmtplib.SMTPResponseException):
            if broken.code == NO_REPLY:
                return f"{place} speaks no SMTP: {_nonsense(broken.message)}"
            return f"it answered {broken.code} {broken.message}"
        if isinstance(broken, TimeoutError) and step is not Step.CONNECT:
            return f"{place} did not answer in time"
        if step is Step.LOGIN and type(broken) is aiosmtplib.SMTPException:
            offered = self._answers.offers.get("auth", "").strip().upper() or "no login at all"
            return f"it offers {offered}, and none of it is what the settings want"
        return in_words(broken, place=place, seconds=relay.connect_timeout_seconds)

    def _clean(self, text: str) -> str:
        token = self._token.last if self._token else ""
        return said(without(secrets_of(self._relay, token=token), text))


def _nonsense(message: str) -> str:
    if not message.startswith(MALFORMED):
        return "its answer has no end"
    return f"it says {message.removeprefix(MALFORMED).strip()!r}"
