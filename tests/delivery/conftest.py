"""What the tests of the wire share: messages, relay settings, a journal that remembers, TLS."""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Sequence

import pytest
import trustme
import uvloop

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome
from mailer.delivery.smtp.load import NO_JOURNAL, Journal, MayBegin, always
from mailer.delivery.transport.relay import SMTPTransport
from mailer.settings import Settings
from mailer.settings.sections import RelaySettings

KAREN, LARS, MARIA, NILS = (
    f"{name}@havnebladet.example" for name in ("karen", "lars", "maria", "nils")
)
RelayFor = Callable[..., RelaySettings]


def message(recipient: str, *, body: str = "Hello", utf8: bool = False) -> ComposedMessage:
    """A message to that address."""
    return ComposedMessage(
        envelope_sender=f"b+{recipient.partition('@')[0]}@bounce.press.example.org",
        recipient=recipient,
        message_id="<1@press.example.org>",
        data=f"Subject: test\r\n\r\n{body}\r\n".encode(),
        needs_smtputf8=utf8,
    )


def kinds(outcomes: Sequence[Outcome | None]) -> list[str | None]:
    """The outcomes in a word each; None for what was held back."""
    return [outcome and outcome.kind.value for outcome in outcomes]


class Diary:
    """A journal that keeps everything in memory."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, int]] = []
        self.outcomes: dict[int, Outcome] = {}

    @property
    def begun_numbers(self) -> set[int]:
        """The messages whose bodies were given to the network."""
        return {number for word, number in self.entries if word == "begun"}

    def begun(self, number: int) -> None:
        self.entries.append(("begun", number))

    def answered(self, number: int, outcome: Outcome) -> None:
        self.entries.append(("answered", number))
        self.outcomes[number] = outcome


@pytest.fixture
def relay(settings: Settings) -> RelayFor:
    """The settings of a relay on that port, one connection unless told otherwise."""

    def settings_for(port: int, **given: object) -> RelaySettings:
        values = settings.relay.model_dump() | {"port": port, "connections": 1} | given
        return RelaySettings(**values)

    return settings_for


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The event loop that a worker uses."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as running:
        yield running


@pytest.fixture
def wire(runner: asyncio.Runner, relay: RelayFor) -> Iterator[Callable[..., "Sender"]]:
    """Opens transports to that port that are closed after the test."""
    opened: list[Sender] = []

    def open_to(port: int, *, trusting: ssl.SSLContext | None = None, **given: object) -> Sender:
        settings = relay(port, **given)
        transport = SMTPTransport(settings, helo_name="office.example", tls_context=trusting)
        opened.append(Sender(runner, transport))
        return opened[-1]

    yield open_to
    for sender in opened:
        sender.close()


class Sender:
    """A transport in its loop, for tests that are not in one."""

    def __init__(self, runner: asyncio.Runner, transport: SMTPTransport) -> None:
        self._runner, self._transport = runner, transport

    def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        """Hand the messages over."""
        return self._runner.run(
            self._transport.send(messages, may_begin=may_begin, journal=journal)
        )

    def close(self) -> None:
        """Say goodbye."""
        self._runner.run(self._transport.close())


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority of this run, which nobody else trusts."""
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    """What a server needs to prove that it is localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts the authority of this run."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
