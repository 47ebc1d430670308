"""The relay of the demo: it speaks real SMTP on loopback and behaves to each address as the story
tells, like the world beyond a real one: it takes, lets wait, refuses, returns, answers.
"""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from threading import Event, Thread

import aiosmtplib
import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailer.demo.world.answers import HOST, absence_note, delivery_report, nobody_there
from mailer.demo.world.mailroom import Mailroom, Received
from mailer.errors import Unreachable

log = structlog.get_logger(__name__)

LOOPBACK = "127.0.0.1"
START_SECONDS = 10
#: A report comes back when the sender has long written down that the message was taken.
ANSWER_SECONDS = 3.0
#: A server that returns mail tries again while nobody answers.
ATTEMPTS = 10
GAP_SECONDS = 1.0


class Behaviour(StrEnum):
    """How the world behaves to one address; to all others it is kind."""

    #: 451 at the first try, taken at the second.
    GREYLISTS = "greylists"
    #: 550 5.1.1 at once.
    REFUSES = "refuses"
    #: Taken; a report comes back.
    RETURNS = "returns"
    #: Taken; an absence note comes back.
    IS_AWAY = "is away"


class Relay:
    """An SMTP server in a thread with a loop of its own; what it takes goes to the mailroom."""

    def __init__(
        self,
        mailroom: Mailroom,
        behaviours: Mapping[str, Behaviour],
        *,
        bounce_port: int,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.port = 0
        self._mailroom = mailroom
        self._behaviours = {address.lower(): how for address, how in behaviours.items()}
        self._bounce_port = bounce_port
        self._answer_seconds = answer_seconds
        self._tried: set[str] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self._is_up = Event()
        self._thread = Thread(target=self._run, name="relay", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._enough: asyncio.Event | None = None

    def start(self) -> None:
        """Listen on a free port, which is then in `port`. Raises Unreachable if that fails."""
        self._thread.start()
        if not self._is_up.wait(START_SECONDS) or not self.port:
            raise Unreachable("the demo's relay could not listen on 127.0.0.1")

    def stop(self) -> None:
        """Hang up and end the thread."""
        if self._loop and self._enough and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._enough.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._is_up.set()

    async def _serve(self) -> None:
        self._loop, self._enough = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._receiver, LOOPBACK, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        await self._enough.wait()
        server.close()

    def _receiver(self) -> SMTP:
        return SMTP(self, hostname=HOST, ident="the world", enable_SMTPUTF8=True)

    # ------------------------------------------------------------ what aiosmtpd calls

    async def handle_RCPT(  # noqa: N802 – aiosmtpd looks for these names
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Take the recipient, or say no as the story wants it."""
        how, is_first = self._behaviours.get(address.lower()), address.lower() not in self._tried
        self._tried.add(address.lower())
        if how is Behaviour.REFUSES:
            return nobody_there(address)
        if how is Behaviour.GREYLISTS and is_first:
            return f"451 4.7.1 <{address}>: Greylisted at the first try, come back in a moment"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the message; what the story answers to it comes back later."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            received = self._mailroom.keep(
                envelope_sender=envelope.mail_from or "", recipient=recipient, raw=raw
            )
            self._answer(received, how=self._behaviours.get(recipient.lower()))
        return f"250 2.0.0 Ok: queued as {received.queue_id}"

    # ------------------------------------------------------------ what comes back

    def _answer(self, received: Received, *, how: Behaviour | None) -> None:
        if how in {Behaviour.RETURNS, Behaviour.IS_AWAY}:
            make = delivery_report if how is Behaviour.RETURNS else absence_note
            task = asyncio.create_task(self._send_back(received.envelope_sender, make(received)))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _send_back(self, recipient: str, message: bytes) -> None:
        await asyncio.sleep(self._answer_seconds)
        for _ in range(ATTEMPTS):
            try:
                # An empty envelope sender: nobody answers an answer (RFC 3834, RFC 5321 4.5.5).
                async with aiosmtplib.SMTP(
                    hostname=LOOPBACK, port=self._bounce_port, local_hostname=HOST, start_tls=False
                ) as sender:
                    await sender.sendmail("", [recipient], message)
            except (OSError, aiosmtplib.SMTPException) as away:
                log.warning("returned mail is not taken", error=type(away).__name__)
                await asyncio.sleep(GAP_SECONDS)
            else:
                return
