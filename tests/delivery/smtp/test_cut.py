"""A stop in the middle of a conversation: what is hung up at once, what is waited for, and what is
known of each message then.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailer.compose.message import ComposedMessage
from mailer.delivery.outcome import Outcome, OutcomeKind, Phase
from mailer.delivery.smtp.steps import Cut
from mailer.delivery.transport.relay import SMTPTransport
from mailer.delivery.transport.relays import Relay, Relays
from tests.delivery.conftest import KAREN, LARS, MARIA, Diary, RelayFor, kinds, message
from tests.rawsmtpd import BODY, DEAF, DOT, PATIENCE_SECONDS, RawServer

PIPELINED, PLAIN = ("PIPELINING",), ("8BITMIME",)
EITHER_WAY = pytest.mark.parametrize("offers", [PIPELINED, PLAIN], ids=["pipelined", "lock-step"])
LOGIN = {"username": "press", "password": "harbour"}
THREE = [message(one) for one in (KAREN, LARS, MARIA)]
#: Too much for the buffers in between: its dot has not left while the server reads nothing.
LARGE = message(KAREN, body=("line " * 190 + "\r\n") * 12_000)
#: Far less than a server may take for an answer, and far more than a hang-up takes.
AT_ONCE_SECONDS = 5.0


class Stop:
    """Cuts a `send` short at the moment at which a server comes to a step."""

    def __init__(self, step: str, relay: RelayFor, *, says: str | None = DEAF) -> None:
        """There it says nothing more; or the usual, once it is let go."""
        self._step, self._relay, self._says = step, relay, says
        self._is_there = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._may_go = threading.Event()
        self.diary = Diary()

    def choose(self, step: str) -> str | None:
        """What the server says."""
        if step != self._step:
            return None
        self._loop.call_soon_threadsafe(self._is_there.set)
        if self._says is None:
            self._may_go.wait(PATIENCE_SECONDS)
        return self._says

    async def cut(
        self, server: RawServer, messages: list[ComposedMessage], *cuts: Cut, **given: object
    ) -> list[Outcome | None]:
        """What became of the messages."""
        one = SMTPTransport(self._relay(server.port, **given), helo_name="office.example")
        transport = Relays([Relay(one)])
        sending = asyncio.ensure_future(transport.send(messages, journal=self.diary))
        await self._is_there.wait()
        for cut in cuts:
            transport.cut_short(cut)
        self._may_go.set()
        async with asyncio.timeout(AT_ONCE_SECONDS):
            # As a worker does, until it is over.
            while not (await asyncio.wait({sending}, timeout=0.1))[0]:
                transport.cut_short(cuts[-1])
        return await sending


@contextmanager
def stopped_at(
    step: str, relay: RelayFor, *, says: str | None = DEAF, offers: tuple[str, ...] = PIPELINED
) -> Iterator[tuple[Stop, RawServer]]:
    """A stop at that step, and its server."""
    stop = Stop(step, relay, says=says)
    with RawServer(offers=(*offers, "STARTTLS", "AUTH LOGIN"), choose=stop.choose) as server:
        yield stop, server


@EITHER_WAY
@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("GREETING", {}),
        ("EHLO", {}),
        ("STARTTLS", {"tls": "starttls"}),
        ("AUTH", LOGIN),
        ("MAIL", {}),
        ("RCPT", {}),
        ("DATA", {}),
    ],
)
def test_where_no_body_is_out_it_hangs_up_at_once_and_all_is_held_back(
    runner: asyncio.Runner,
    relay: RelayFor,
    offers: tuple[str, ...],
    step: str,
    given: dict[str, object],
) -> None:
    async def carry_out() -> None:
        with stopped_at(step, relay, offers=offers) as (stop, server):
            outcomes = await stop.cut(server, THREE, Cut.UNBEGUN, Cut.UNBEGUN, **given)
            assert kinds(outcomes) == [None] * 3
            assert stop.diary.entries == []
            assert server.recipients == []

    runner.run(carry_out())


def test_a_handshake_that_never_comes_is_hung_up_at_once(
    runner: asyncio.Runner, relay: RelayFor
) -> None:
    async def carry_out() -> None:
        # It never speaks, and implicit TLS begins with our word.
        with stopped_at("GREETING", relay) as (stop, server):
            outcomes = await stop.cut(server, THREE, Cut.UNBEGUN, tls="implicit")
            assert kinds(outcomes) == [None] * 3

    runner.run(carry_out())


@EITHER_WAY
def test_a_reset_after_a_refusal_is_not_waited_for(
    runner: asyncio.Runner, relay: RelayFor, offers: tuple[str, ...]
) -> None:
    async def carry_out() -> None:
        with stopped_at("RSET", relay, offers=offers) as (stop, server):
            server.tell("RCPT", "550 5.1.1 no such user", times=1)
            server.tell("DATA", "503 5.5.1 nobody", times=1)
            outcomes = await stop.cut(server, THREE, Cut.UNBEGUN)
            assert kinds(outcomes) == ["rejected", None, None]

    runner.run(carry_out())


@EITHER_WAY
@pytest.mark.parametrize("cut", [Cut.UNBEGUN, Cut.UNFINISHED])
def test_a_body_that_is_out_is_waited_for_and_nothing_is_begun_behind_it(
    runner: asyncio.Runner, relay: RelayFor, offers: tuple[str, ...], cut: Cut
) -> None:
    async def carry_out() -> None:
        with stopped_at(DOT, relay, says=None, offers=offers) as (stop, server):
            outcomes = await stop.cut(server, THREE, cut)
            assert kinds(outcomes) == ["accepted", None, None]
            assert server.recipients == [KAREN]
            assert stop.diary.begun_numbers == {0}

    runner.run(carry_out())


@EITHER_WAY
def test_a_worker_that_ends_does_not_wait_for_it_and_says_that_it_is_in_doubt(
    runner: asyncio.Runner, relay: RelayFor, offers: tuple[str, ...]
) -> None:
    async def carry_out() -> None:
        with stopped_at(DOT, relay, offers=offers) as (stop, server):
            outcomes = await stop.cut(server, THREE, Cut.UNBEGUN, Cut.IN_DOUBT)
            assert kinds(outcomes) == ["unknown", None, None]
            assert outcomes[0]
            assert outcomes[0].phase is Phase.AFTER_DOT
            assert stop.diary.outcomes == {0: outcomes[0]}

    runner.run(carry_out())


@pytest.mark.parametrize("cut", [Cut.UNFINISHED, Cut.IN_DOUBT])
def test_a_body_whose_dot_has_not_left_is_held_back_and_the_journal_knows(
    runner: asyncio.Runner, relay: RelayFor, cut: Cut
) -> None:
    async def carry_out() -> None:
        with stopped_at(BODY, relay) as (stop, server):
            outcomes = await stop.cut(server, [LARGE, *THREE], Cut.UNBEGUN, cut)
            assert kinds(outcomes) == [None] * 4
            assert server.taken == []
            assert stop.diary.entries == [("begun", 0), ("answered", 0)]
            told = stop.diary.outcomes[0]
            assert (told.kind, told.phase) == (OutcomeKind.DEFERRED, Phase.DATA)

    runner.run(carry_out())


def test_a_goodbye_in_the_middle_of_a_wave_is_not_waited_for(
    runner: asyncio.Runner, relay: RelayFor
) -> None:
    async def carry_out() -> None:
        with stopped_at("QUIT", relay) as (stop, server):
            began = asyncio.get_running_loop().time()
            outcomes = await stop.cut(server, THREE, Cut.UNBEGUN, messages_per_connection=1)
            assert kinds(outcomes) == ["accepted", None, None]
            assert asyncio.get_running_loop().time() - began < 1

    runner.run(carry_out())


def test_a_connection_that_rests_is_kept(runner: asyncio.Runner, relay: RelayFor) -> None:
    async def carry_out() -> None:
        with RawServer() as server:
            transport = SMTPTransport(relay(server.port), helo_name="office.example")
            for cut in Cut:
                assert kinds(await transport.send(THREE)) == ["accepted"] * 3
                transport.cut_short(cut)
            assert server.connections == 1
            await transport.close()

    runner.run(carry_out())
