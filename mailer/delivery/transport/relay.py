"""Hands messages over to an SMTP server on kept connections, and says what it answered.

Several connections work side by side on the messages of one `send`; each is a `conversation`, and
its wire a `pipeline`. A limit of the rate belongs before `send`, which is the wave.
"""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Protocol, Self

from mailer.addresses import a_label
from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome
from mailer.delivery.smtp.conversation import Conversation, client
from mailer.delivery.smtp.load import NO_JOURNAL, Journal, Load, MayBegin, always
from mailer.delivery.smtp.login import TokenCommand
from mailer.delivery.smtp.steps import Cut
from mailer.errors import BadInput, SettingsError
from mailer.settings import Settings
from mailer.settings.sections import RelaySettings

__all__ = ("NO_JOURNAL", "Cut", "Journal", "MayBegin", "SMTPTransport", "Transport", "always")

#: What we call the relay in [relay].
USUAL_NAME = "relay"


class Transport(Protocol):
    """Takes messages and gives one outcome for each, in the same order.

    It raises nothing but what `may_begin` or the journal raised, once all has come to an end.
    """

    @property
    def troubles(self) -> Sequence[Outcome]:
        """What relays said last that take nothing from us, while others may have stepped in."""
        ...

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        """Hand the messages over; None for one that was held back, of which nothing went out."""
        ...

    def cut_short(self, cut: Cut) -> None:
        """Let a `send` that is under way begin nothing more, and hang up as the cut says.

        What is hung up before its last dot was out is held back. It may be asked again and again.
        """
        ...

    async def close(self) -> None:
        """Say goodbye on all kept connections."""
        ...


class SMTPTransport:
    """One relay. It belongs to the event loop in which it is first used."""

    def __init__(
        self,
        relay: RelaySettings,
        *,
        helo_name: str,
        name: str = USUAL_NAME,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        """Nothing is connected yet. Raises SettingsError for settings that cannot be."""
        if tls_context is None and relay.tls != "none":
            tls_context = ssl.create_default_context()
        token = token_of(relay, name=name)
        try:
            client(relay, helo_name=helo_name, tls_context=tls_context, token=token)
        except (ValueError, BadInput) as wrong:
            section = section_of(name)
            raise SettingsError(f"the settings in {section} cannot be used: {wrong}") from wrong
        self._conversations = [
            Conversation(
                relay, name=name, helo_name=helo_name, tls_context=tls_context, token=token
            )
            for _ in range(relay.connections)
        ]
        self._load: Load | None = None

    @classmethod
    def from_settings(cls, settings: Settings, *, name: str = USUAL_NAME) -> Self:
        """The relay of that name. Raises SettingsError."""
        relay = settings.relay if name == USUAL_NAME else settings.relays[name]
        return cls(relay, helo_name=helo_name_of(relay, settings, name=name), name=name)

    async def send(
        self,
        messages: Sequence[ComposedMessage],
        *,
        may_begin: MayBegin = always,
        journal: Journal = NO_JOURNAL,
    ) -> list[Outcome | None]:
        """Hand the messages over; a relay that cannot be used defers all that wait, at once."""
        load = self._load = Load(messages, may_begin=may_begin, journal=journal)
        # Those that stand come first: a single message opens no other.
        ready = sorted(self._conversations, key=lambda one: not one.is_open)[: len(messages)]
        while load.waiting and ready:
            went_on = await asyncio.gather(*(one.work(load) for one in ready))
            # What a lost connection put back is taken by one that still stands.
            ready = [one for one, can in zip(ready, went_on, strict=True) if can]
        return load.conclude()

    @property
    def troubles(self) -> Sequence[Outcome]:
        """One relay alone: what it refuses stands in the outcomes."""
        return ()

    def cut_short(self, cut: Cut) -> None:
        """Hold back what waits, and hang up as the cut says."""
        if self._load is not None:
            self._load.stop()
        for conversation in self._conversations:
            conversation.cut_short(cut)

    async def close(self) -> None:
        """Say goodbye on all connections."""
        await asyncio.gather(*(one.close() for one in self._conversations))


def helo_name_of(relay: RelaySettings, settings: Settings, *, name: str) -> str:
    """The name that we say to that relay. Raises SettingsError."""
    try:
        return a_label(relay.helo_name or settings.mail.domain)
    except BadInput as wrong:
        raise SettingsError(f"helo_name in {section_of(name)} cannot be used: {wrong}") from wrong


def section_of(name: str) -> str:
    """The section of the settings in which the relay of that name stands."""
    return "[relay]" if name == USUAL_NAME else f"[relays.{name}]"


def token_of(relay: RelaySettings, *, name: str) -> TokenCommand | None:
    """What gives the access tokens of that relay, if it wants any. Raises SettingsError."""
    if relay.auth != "xoauth2":
        return None
    if not relay.token_command or not relay.username:
        raise SettingsError(
            f"xoauth2 in {section_of(name)} needs a username, and a token_command that prints an"
            " access token"
        )
    # The rest of the opening needs its time too.
    return TokenCommand(relay.token_command, timeout_seconds=relay.connect_timeout_seconds / 2)
