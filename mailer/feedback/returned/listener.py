"""Takes returned mail over SMTP: the server to which the MX of the bounce domain leads.

It accepts mail only for addresses that we signed (and postmaster), keeps it, says 250, and reads
it afterwards: a crash in between loses nothing.
"""

import asyncio
import contextlib
import logging
import threading
import weakref
from collections.abc import Callable, Sequence

import sqlalchemy as sa
import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.exc import SQLAlchemyError

from mailer import clock, database
from mailer.addresses import a_label
from mailer.errors import BadInput, MailerError, Unreachable
from mailer.feedback.returned.processing import process_one, store, ticket_in
from mailer.settings.sections import BounceSettings
from mailer.tokens import Keyring

logger = structlog.get_logger(__name__)

ACCEPTED = "250 2.0.0 kept"
LATER = "451 4.3.0 not now: try again later"
NOBODY = "550 5.1.1 there is no such address here"
TOO_MANY = "452 4.5.3 too many recipients"
MAX_RECIPIENTS = 100


class TolerantSMTP(SMTP):
    """aiosmtpd's server, for the long lines that real reports hold."""

    line_length_limit = 100_000


class Reception:
    """What the server asks us in a conversation; the names of the methods are aiosmtpd's."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        domain: str,
        keyring: Keyring,
        kept: Callable[[int], None],
    ) -> None:
        self._engine = engine
        self._domain = a_label(domain)
        self._keyring = keyring
        self._kept = kept

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: Sequence[str],
    ) -> str:
        """Accept the addresses that we signed."""
        if not self._is_ours(address):
            return NOBODY
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 go on"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message; only what is committed is acknowledged."""
        raw = envelope.original_content or b""
        try:
            numbers = await asyncio.to_thread(self._store, tuple(envelope.rcpt_tos), raw)
        except Unreachable:
            logger.warning("returned mail put off: the database is away")
            return LATER
        for number in numbers:
            self._kept(number)
        return ACCEPTED

    async def handle_exception(self, error: Exception) -> str:
        """An error of ours is no reason for the other server to give up."""
        logger.error("returned mail put off", error=type(error).__name__)
        return LATER

    def _store(self, recipients: Sequence[str], raw: bytes) -> list[int]:
        with database.writing(self._engine) as session:
            now = clock.now()
            stored = [
                store(session, envelope_recipient=recipient, raw=raw, now=now)
                for recipient in recipients
            ]
            return [message.id for message in stored if message and message.id is not None]

    def _is_ours(self, address: str) -> bool:
        local, _, domain = address.rpartition("@")
        try:
            if a_label(domain) != self._domain:
                return False
        except BadInput:
            return False
        return (
            local.lower() == "postmaster" or ticket_in(address, keyring=self._keyring) is not None
        )


class BounceListener:
    """Listens for returned mail in the running loop until `stop`."""

    def __init__(self, engine: sa.Engine, *, settings: BounceSettings, keyring: Keyring) -> None:
        self._engine = engine
        self._settings = settings
        self._keyring = keyring
        self._kept: asyncio.Queue[int] = asyncio.Queue()
        self._conversations: weakref.WeakSet[TolerantSMTP] = weakref.WeakSet()
        self._server: asyncio.Server | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port on which it listens."""
        if self._server is None:
            raise RuntimeError("it does not listen yet")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises Unreachable when the address cannot be had."""
        # Its log names every recipient.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        host, port = self._settings.listen_host, self._settings.listen_port
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._converse, host, port)
        except OSError as taken:
            message = f"cannot listen for returned mail on {host} port {port}: {taken.strerror}"
            raise Unreachable(f"{message}; free it or set bounces.listen_port") from taken
        self._reader = loop.create_task(self._read_kept())
        logger.info("listening for returned mail", host=host, port=self.port)

    async def stop(self) -> None:
        """Take no more, end the conversations, and act upon what was kept."""
        if self._server is None or self._reader is None:
            return
        self._server.close()
        for conversation in list(self._conversations):
            if conversation.transport is not None:
                conversation.transport.close()
        await self._server.wait_closed()
        await self._kept.join()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    async def drained(self) -> None:
        """Wait until everything that was kept so far is acted upon."""
        await self._kept.join()

    def _converse(self) -> TolerantSMTP:
        reception = Reception(
            self._engine,
            domain=self._settings.domain,
            keyring=self._keyring,
            kept=self._kept.put_nowait,
        )
        conversation = TolerantSMTP(
            reception,
            data_size_limit=self._settings.max_bytes,
            enable_SMTPUTF8=True,
            hostname=self._settings.domain,
            ident="Press Mailer",
            loop=asyncio.get_running_loop(),
        )
        self._conversations.add(conversation)
        return conversation

    async def _read_kept(self) -> None:
        while True:
            number = await self._kept.get()
            try:
                await asyncio.to_thread(process_one, self._engine, number, keyring=self._keyring)
            except (MailerError, SQLAlchemyError) as away:
                # It is kept: the next tick of the scheduler finds it again.
                logger.warning("later", inbound_id=number, error=type(away).__name__)
            finally:
                self._kept.task_done()


def serve(
    engine: sa.Engine,
    *,
    settings: BounceSettings,
    keyring: Keyring,
    stopping: threading.Event,
    on_ready: Callable[[int], None] = lambda _port: None,
) -> None:
    """Listen until `stopping` is set; `on_ready` is told the port. For a door's own thread."""

    async def listen() -> None:
        listener = BounceListener(engine, settings=settings, keyring=keyring)
        await listener.start()
        on_ready(listener.port)
        try:
            await asyncio.to_thread(stopping.wait)
        finally:
            # Also when Ctrl-C ended the loop: the thread that waits must not outlive it.
            stopping.set()
            await listener.stop()

    asyncio.run(listen())
