"""One connection to the relay: opened when it is needed, and kept while it works.

aiosmtplib connects, secures, introduces us and logs in; the `pipeline` then takes the wire over.
"""

import asyncio
import ssl
from typing import cast

import aiosmtplib

from mailer.addresses import a_label
from mailer.delivery.outcome import Outcome, Phase, lost
from mailer.delivery.smtp.envelope import Offer
from mailer.delivery.smtp.load import Load
from mailer.delivery.smtp.login import NoToken, TokenCommand
from mailer.delivery.smtp.opening import opening_outcome
from mailer.delivery.smtp.pipeline import Pipeline
from mailer.delivery.smtp.secrets import secrets_of, without
from mailer.delivery.smtp.steps import Cut, Trust
from mailer.settings.sections import RelaySettings


class RelayUnusable(Exception):
    """No conversation could be opened; `outcome` says why, for every message that waits."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


class Conversation:
    """A kept connection, and the messages that go over it."""

    def __init__(
        self,
        relay: RelaySettings,
        *,
        name: str,
        helo_name: str,
        tls_context: ssl.SSLContext | None = None,
        token: TokenCommand | None = None,
    ) -> None:
        """Nothing is connected yet."""
        self._relay, self._name, self._helo_name = relay, name, helo_name
        self._tls_context, self._token = tls_context, token
        self._trust = Trust.EAGER
        self._pipeline: Pipeline | None = None
        #: A connection that is being opened; and whether we gave that up.
        self._opening: asyncio.Task[Pipeline] | None = None
        self._is_cut = self._is_leaving = False

    @property
    def is_open(self) -> bool:
        """Whether the connection stands, as far as we have heard."""
        return self._pipeline is not None and not self._pipeline.is_over

    async def work(self, load: Load) -> bool:
        """Take messages until none waits; False when the relay cannot be used for now."""
        try:
            return await self._work(load)
        except asyncio.CancelledError:
            self.hang_up()
            raise
        except Exception as fault:  # noqa: BLE001 – the others must come to an end first
            load.fail(fault)
            self.hang_up()
            return False

    async def close(self) -> None:
        """Say goodbye and hang up."""
        if self._pipeline is not None:
            self._is_leaving = True
            await self._pipeline.quit()
            self._is_leaving = False
        self.hang_up()
        await asyncio.sleep(0)  # the loop closes its end of the connection in its next round

    def cut_short(self, cut: Cut) -> None:
        """Hang up unless more of a message is out than the cut allows; what rests is kept."""
        if self._opening is not None:
            # Tried at each call: a wait that ends at that very moment does not hear of it.
            self._is_cut = True
            self._opening.cancel()
        if self._pipeline is None:
            return
        if self._is_leaving:
            self._pipeline.abort()
        else:
            self._pipeline.cut_short(cut)

    def hang_up(self) -> None:
        """Close at once: a close in good order waits for a peer that may be gone."""
        if self._pipeline is not None:
            self._pipeline.abort()
        self._pipeline = None

    async def _work(self, load: Load) -> bool:
        while load.has_some_to_begin():
            if self._pipeline is None or self._pipeline.is_over:
                try:
                    self._pipeline = await self._open()
                except RelayUnusable as refused:
                    load.trouble = refused.outcome
                    return False
                continue  # while we connected, another connection may have taken the rest
            pipeline = self._pipeline
            await pipeline.serve(load)
            if pipeline.is_over:
                self._trust = min(self._trust, pipeline.reliance.trust)
            if pipeline.is_spent:
                await self.close()
            if pipeline.trouble is not None:
                load.trouble = pipeline.trouble
                return False
        if self._pipeline is not None:
            self._pipeline.is_kept = True
        return True

    async def _open(self) -> Pipeline:
        """Connect, secure, introduce ourselves and log in. Raises RelayUnusable."""
        smtp = client(
            self._relay,
            helo_name=self._helo_name,
            tls_context=self._tls_context,
            token=self._token,
        )
        self._is_cut = False
        self._opening = asyncio.ensure_future(self._opened(smtp))
        try:
            return await self._opening
        except asyncio.CancelledError:
            if not self._is_cut:
                raise
            raise RelayUnusable(lost(Phase.CONNECT, "we had to stop", relay=self._name)) from None
        except (aiosmtplib.SMTPException, OSError, NoToken, ValueError) as broken:
            seconds = self._relay.connect_timeout_seconds
            outcome = opening_outcome(broken, self._relay, relay=self._name, seconds=seconds)
            token = self._token.last if self._token else ""
            told = without(secrets_of(self._relay, token=token), outcome.text)
            raise RelayUnusable(outcome._replace(text=told)) from broken
        finally:
            self._opening = None

    async def _opened(self, smtp: aiosmtplib.SMTP) -> Pipeline:
        seconds = self._relay.connect_timeout_seconds
        try:
            # One limit for all of it: a relay that connects and is silent then is of no use either.
            async with asyncio.timeout(seconds):
                await smtp.connect(timeout=seconds)
                if smtp.is_ehlo_or_helo_needed:
                    await smtp.ehlo()
            return self._taken_over(smtp)
        except BaseException:
            # A close in good order waits for a peer that may be gone.
            if smtp.transport is not None:
                cast(asyncio.Transport, smtp.transport).abort()
            smtp.close()
            raise

    def _taken_over(self, smtp: aiosmtplib.SMTP) -> Pipeline:
        transport = smtp.transport
        if transport is None or transport.is_closing():
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        offer = Offer.from_extensions(smtp.esmtp_extensions, relay=self._name)
        # Those of uvloop are of no class that asyncio knows, though they do the same.
        transport = cast(asyncio.Transport, transport)
        pipeline = Pipeline(transport, relay=self._relay, offer=offer, trust=self._trust)
        transport.set_protocol(pipeline)
        return pipeline


def client(
    relay: RelaySettings,
    *,
    helo_name: str,
    tls_context: ssl.SSLContext | None,
    token: TokenCommand | None = None,
) -> aiosmtplib.SMTP:
    """An unconnected client for that relay.

    Raises ValueError or BadInput for settings that cannot be.
    """
    return aiosmtplib.SMTP(
        hostname=relay.host if relay.host.isascii() else a_label(relay.host),
        port=relay.port,
        username=relay.username or None,
        password=None if token else relay.password.get_secret_value() or None,
        oauth_token_generator=token.fresh if token else None,
        local_hostname=helo_name,
        timeout=relay.reply_timeout_seconds,
        use_tls=relay.tls == "implicit",
        start_tls=relay.tls == "starttls",
        tls_context=tls_context,
    )
