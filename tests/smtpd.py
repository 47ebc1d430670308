"""A relay for tests: a real SMTP server on loopback that keeps a log and misbehaves as it is told.

Its log is the truth about what was handed over, whatever our own rows say.
"""

import asyncio
import ssl
import threading
import warnings
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: Instead of a reply: the connection is torn down.
CUT = "cut"
#: Instead of a reply: the server says nothing more.
SILENCE = "silence"
ANYONE = "*"
FOR_EVER = 1_000_000


@dataclass(frozen=True)
class Received:
    """One message that the server has read to its last dot."""

    sender: str
    recipient: str
    data: bytes
    mail_options: tuple[str, ...] = ()
    #: Whether the client was told 250.
    is_acknowledged: bool = True


@dataclass
class Gate:
    """Lets so many messages through and holds the others before their last reply."""

    passes: int
    is_open: asyncio.Event = field(default_factory=asyncio.Event)


class SMTPServer:
    """The server; use it as a context manager. Replies are told per phase and address.

    Phases: connect, ehlo, mail (the address is the sender), rcpt, data (before the body), body
    (only CUT: after the first lines of it), dot (after the message).
    """

    def __init__(
        self,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        login: tuple[str, str] | None = None,
        utf8: bool = True,
        size_limit: int = 33_000_000,
    ) -> None:
        self.port = port
        self.received: list[Received] = []
        self._arrival = threading.Condition()
        #: Every RCPT that was asked, refused or not.
        self.asked: list[str] = []
        self.connections = 0
        self.quits = 0
        self.resets = 0
        self._answers: defaultdict[tuple[str, str], list[list[Any]]] = defaultdict(list)
        self._tls, self._implicit_tls, self._login = tls, implicit_tls, login
        self._utf8, self._size_limit = utf8, size_limit
        self._gate: Gate | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self.sessions: set[Conversation] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *raised: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def recipients(self) -> list[str]:
        """Whose messages were taken and acknowledged, in order."""
        return [one.recipient for one in self.received if one.is_acknowledged]

    def wait_for(self, number: int) -> None:
        """Until so many messages are here; another server may hand them on in its own time."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.received) >= number, timeout=60)

    def keep(self, received: Received) -> None:
        """Write a message down."""
        with self._arrival:
            self.received.append(received)
            self._arrival.notify_all()

    def answer(self, address: str, phase: str, reply: str, *, times: int = FOR_EVER) -> None:
        """Answer `reply` (or CUT, or SILENCE) to that address in that phase, so many times."""
        self._answers[phase, address].append([reply, times])

    def greylist(self, address: str) -> None:
        """Refuse the address once, as greylisting does."""
        self.answer(address, "rcpt", "451 4.7.1 Greylisted, please come back", times=1)

    def hold_after(self, passes: int) -> None:
        """Acknowledge so many messages, then keep the clients waiting until `release`."""

        async def hold() -> None:
            self._gate = Gate(passes)

        self._call(hold())

    def release(self) -> None:
        """Let everything through again."""

        async def release() -> None:
            if self._gate:
                self._gate.is_open.set()
            self._gate = None

        self._call(release())

    def disconnect_all(self) -> None:
        """Close every connection from our side, as servers do with idle ones."""

        self._call(self._hang_up_all())

    def stop_listening(self) -> None:
        """Refuse new connections from now on."""
        self._call(self._close())

    def next_answer(self, phase: str, address: str) -> str | None:
        """What was told for this moment, if anything; used up if it was told a number of times."""
        for key in ((phase, address), (phase, ANYONE)):
            for told in self._answers.get(key, []):
                if told[1] > 0:
                    told[1] -= 1
                    return str(told[0])
        return None

    async def passed_gate(self) -> None:
        """Wait at the gate, if there is one and it lets no more through."""
        gate = self._gate
        if gate is None:
            return
        if gate.passes > 0:
            gate.passes -= 1
            return
        await gate.is_open.wait()

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(
            self._session,
            host="127.0.0.1",
            port=self.port,
            ssl=self._tls if self._implicit_tls else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _session(self) -> "Conversation":
        with warnings.catch_warnings():
            # It warns of logins without TLS, which is what some tests are about.
            warnings.simplefilter("ignore", UserWarning)
            return Conversation(
                self,
                hostname="relay.example",
                ident="test",
                loop=self._loop,
                data_size_limit=self._size_limit,
                enable_SMTPUTF8=self._utf8,
                tls_context=None if self._implicit_tls else self._tls,
                require_starttls=self._tls is not None and not self._implicit_tls,
                auth_required=self._login is not None,
                auth_require_tls=False,
                authenticator=self._authenticate,
            )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        if not isinstance(given, LoginPassword) or self._login is None:
            return AuthResult(success=False, handled=False)
        login = (given.login.decode(), given.password.decode())
        return AuthResult(success=login == self._login, handled=False)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._hang_up_all()

    async def _hang_up_all(self) -> None:
        sessions = list(self.sessions)
        for session in sessions:
            session.hang_up()
        await asyncio.gather(*(session.gone.wait() for session in sessions))

    def _call(self, coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)


class Conversation(SMTP):
    """One connection, which asks the server what it was told to answer."""

    def __init__(self, log: SMTPServer, **settings: Any) -> None:
        self._log = log
        self.gone = asyncio.Event()
        super().__init__(self, **settings)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            self._log.connections += 1
            self._log.sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._log.sessions.discard(self)
        super().connection_lost(error)
        self.gone.set()

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    async def push(self, status: Any) -> None:
        is_greeting = isinstance(status, str) and status.startswith("220 relay.example")
        told = self._log.next_answer("connect", ANYONE) if is_greeting else None
        await super().push(await self._said(told) or status)
        if told:
            self.hang_up()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        recipient = self.envelope.rcpt_tos[-1] if self.envelope.rcpt_tos else ""
        if told := await self._said(self._log.next_answer("data", recipient)):
            await self.push(told)
        elif self._log.next_answer("body", recipient):
            await self.push("354 go on")
            await self._reader.readline()
            await self._said(CUT)
        else:
            await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        self._log.resets += 1
        await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        self._log.quits += 1
        await super().smtp_QUIT(arg)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, lines: list[str]
    ) -> list[str]:
        if told := await self._said(self._log.next_answer("ehlo", hostname)):
            return [told]
        session.host_name = hostname
        return lines

    async def handle_MAIL(self, *asked: Any) -> str:  # noqa: N802
        _, _, envelope, address, options = asked
        if told := await self._said(self._log.next_answer("mail", address)):
            return told
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 go on"

    async def handle_RCPT(self, *asked: Any) -> str:  # noqa: N802
        _, _, envelope, address, _ = asked
        self._log.asked.append(address)
        if told := await self._said(self._log.next_answer("rcpt", address)):
            return told
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 go on"

    async def handle_DATA(self, *asked: Any) -> str:  # noqa: N802
        envelope: Envelope = asked[2]
        await self._log.passed_gate()
        recipient = envelope.rcpt_tos[-1]
        told = self._log.next_answer("dot", recipient)
        if told is None or told in {CUT, SILENCE}:
            self._log.keep(
                Received(
                    sender=envelope.mail_from or "",
                    recipient=recipient,
                    data=envelope.original_content or b"",
                    mail_options=tuple(envelope.mail_options),
                    is_acknowledged=told is None,
                )
            )
        return await self._said(told) or f"250 2.0.0 Ok: queued as {len(self._log.received):06X}"

    async def _said(self, told: str | None) -> str | None:
        """The reply that was told; a torn or silent connection never comes back from here."""
        if told is None:
            return None
        if told == CUT:
            self.transport.abort()
        if told in {CUT, SILENCE}:
            await asyncio.Event().wait()
        if told.startswith("421"):
            await super().push(told)
            self.hang_up()
            await asyncio.Event().wait()
        return told
