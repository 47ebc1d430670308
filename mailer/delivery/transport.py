"""Hands messages to the office's relay over kept SMTP connections, and says what it answered.

Each connection carries one message at a time; several work side by side. Pipelining belongs into
`conversation`, which is the wire; a limit of the rate belongs before `send`, which is the wave.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from mailer.addresses import a_label
from mailer.compose.message import ComposedMessage
from mailer.delivery.conversation import Conversation, RelayUnusable, client
from mailer.delivery.outcome import Blame, Outcome, Phase, lost
from mailer.errors import SettingsError
from mailer.settings import RelaySettings, Settings

#: Asked with the number of a message just before its first octet goes out.
MayBegin = Callable[[int], bool]


def always(_number: int) -> bool:
    """Nothing holds a message back."""
    return True


class Transport(Protocol):
    """Takes messages and gives one outcome for each, in the same order; it never raises."""

    async def send(
        self, messages: Sequence[ComposedMessage], *, may_begin: MayBegin = always
    ) -> list[Outcome | None]:
        """Hand the messages over; None for one that was held back, of which nothing went out."""
        ...

    async def close(self) -> None:
        """Say goodbye on all kept connections."""
        ...


@dataclass
class _Wave:
    """Messages that wait for a free connection, and what became of the others."""

    waiting: deque[tuple[int, ComposedMessage]]
    may_begin: MayBegin
    outcomes: dict[int, Outcome | None] = field(default_factory=dict)
    #: Why a connection could not be used; it falls to those that no connection took.
    trouble: Outcome = field(default_factory=lambda: lost(Phase.CONNECT, "not connected"))


class SMTPTransport:
    """The relay of the settings. It belongs to the event loop in which it is first used."""

    def __init__(
        self, relay: RelaySettings, *, helo_name: str, tls_context: ssl.SSLContext | None = None
    ) -> None:
        """Nothing is connected yet. Raises SettingsError for settings that cannot be."""
        if tls_context is None and relay.tls != "none":
            tls_context = ssl.create_default_context()
        try:
            client(relay, helo_name=helo_name, tls_context=tls_context)
        except ValueError as wrong:
            raise SettingsError(f"the settings in [relay] cannot be used: {wrong}") from wrong
        self._conversations = [
            Conversation(relay, helo_name=helo_name, tls_context=tls_context)
            for _ in range(relay.connections)
        ]

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The transport to the relay that the settings name."""
        helo_name = settings.relay.helo_name or settings.mail.domain
        return cls(settings.relay, helo_name=a_label(helo_name))

    async def send(
        self, messages: Sequence[ComposedMessage], *, may_begin: MayBegin = always
    ) -> list[Outcome | None]:
        """Hand the messages over; a relay that cannot be used defers all that wait, at once."""
        wave = _Wave(deque(enumerate(messages)), may_begin)
        busy = self._conversations[: len(messages)]
        await asyncio.gather(*(_work(conversation, wave) for conversation in busy))
        left: dict[int, Outcome | None] = {number: wave.trouble for number, _ in wave.waiting}
        outcomes = left | wave.outcomes
        return [outcomes[number] for number in range(len(messages))]

    async def close(self) -> None:
        """Say goodbye on all connections."""
        await asyncio.gather(*(conversation.close() for conversation in self._conversations))


async def _work(conversation: Conversation, wave: _Wave) -> None:
    """Take messages from the wave until none waits, or the relay cannot be used."""
    while wave.waiting:
        if not conversation.is_open():
            try:
                await conversation.open()
            except RelayUnusable as refused:
                wave.trouble = refused.outcome
                return
            continue  # while we connected, another connection may have taken the rest
        number, message = wave.waiting.popleft()
        if not wave.may_begin(number):
            wave.outcomes[number] = None
            continue
        was_kept = conversation.has_served
        outcome = await conversation.hand_over(message)
        refused_at_once = outcome.blames is Blame.RELAY and outcome.phase is Phase.MAIL
        if refused_at_once and was_kept and not conversation.is_open():
            # A kept connection was closed in the meantime, which servers may do when it is idle
            # or has carried enough: that is no answer to this message.
            wave.waiting.appendleft((number, message))
            continue
        wave.outcomes[number] = outcome
        if refused_at_once and not was_kept:
            wave.trouble = outcome
            return
