"""Logging in with an access token that a command of the office prints."""

import asyncio
import base64
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from mailer.delivery.outcome import Blame, OutcomeKind, Phase
from mailer.delivery.smtp.login import FRESH_SECONDS, NoToken, TokenCommand
from mailer.delivery.transport.relay import SMTPTransport
from mailer.errors import SettingsError
from tests.delivery.conftest import KAREN, LARS, RelayFor, Sender, kinds, message
from tests.rawsmtpd import RawServer

TOKEN = "ya29.a0secret"
OFFERS = ("PIPELINING", "AUTH XOAUTH2")
Wire = Callable[..., Sender]


def printing(words: str) -> list[str]:
    """A command that prints these words."""
    return [sys.executable, "-c", f"print({words!r})"]


def failing(status: int) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({TOKEN!r}); sys.exit({status})"]


def test_the_token_logs_us_in(wire: Wire) -> None:
    with RawServer(offers=OFFERS) as server:
        sender = wire(
            server.port, auth="xoauth2", username="press", token_command=printing(f"{TOKEN}\n")
        )
        assert kinds(sender.send([message(KAREN), message(LARS)])) == ["accepted"] * 2
        (login,) = [line for line in server.lines if line.startswith("AUTH")]
    mechanism, _, given = login.removeprefix("AUTH ").partition(" ")
    assert mechanism == "XOAUTH2"
    assert base64.b64decode(given) == f"user=press\x01auth=Bearer {TOKEN}\x01\x01".encode()


def test_a_token_that_the_relay_refuses_blames_the_relay_and_asks_for_a_person(wire: Wire) -> None:
    with RawServer(offers=OFFERS) as server:
        server.tell("AUTH", "535 5.7.8 token expired")
        sender = wire(server.port, auth="xoauth2", username="press", token_command=printing(TOKEN))
        outcomes = sender.send([message(KAREN), message(LARS)])
    assert {(one.kind, one.phase, one.code, one.blames) for one in outcomes if one} == {
        (OutcomeKind.DEFERRED, Phase.AUTH, 535, Blame.RELAY)
    }


def test_a_command_that_fails_is_told_in_plain_words_without_the_token(wire: Wire) -> None:
    with RawServer(offers=OFFERS) as server, structlog.testing.capture_logs() as logged:
        sender = wire(server.port, auth="xoauth2", username="press", token_command=failing(3))
        (outcome,) = sender.send([message(KAREN)])
    assert outcome
    assert (outcome.kind, outcome.phase, outcome.blames) == (
        OutcomeKind.DEFERRED,
        Phase.AUTH,
        Blame.RELAY,
    )
    assert outcome.text == "token_command ended with status 3: run it by hand to see why"
    assert TOKEN not in str(logged)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["/nowhere/token"], "cannot be run: No such file"),
        (printing(""), "something that is not one access token"),
        (printing("two words"), "something that is not one access token"),
        (printing("tökén"), "something that is not one access token"),
        ([sys.executable, "-c", "input(); import time; time.sleep(60)"], "ended with status 1"),
    ],
)
def test_what_prints_no_token_says_what_to_look_at(command: list[str], words: str) -> None:
    with pytest.raises(NoToken, match=words):
        asyncio.run(TokenCommand(command, timeout_seconds=30).fresh())


def test_a_command_that_never_ends_is_stopped() -> None:
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    with pytest.raises(NoToken, match=r"printed no token within 0\.2 seconds"):
        asyncio.run(TokenCommand(command, timeout_seconds=0.2).fresh())


def test_a_command_that_nobody_waits_for_any_more_is_ended_with_all_that_it_started(
    tmp_path: Path,
) -> None:
    pipe = tmp_path / "started"
    os.mkfifo(pipe)
    script = f"sleep 30 & echo $! > {pipe}; wait"
    command = TokenCommand(["/bin/sh", "-c", script], timeout_seconds=30)
    began = time.monotonic()

    async def give_up() -> bool:
        asking = asyncio.ensure_future(command.fresh())
        await asyncio.to_thread(pipe.read_text)
        asking.cancel()
        await asyncio.wait({asking})
        return asking.cancelled()

    # A loop ends when its threads have: here the one that reads what the command prints.
    assert asyncio.run(give_up())
    assert time.monotonic() - began < 20


def test_connections_that_open_together_share_a_token(tmp_path: Path) -> None:
    script, runs = tmp_path / "token", tmp_path / "runs"
    script.write_text(f"#!/bin/sh\necho run >> {runs}\nwc -l < {runs}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    now = 0.0
    command = TokenCommand([str(script)], timeout_seconds=30, clock=lambda: now)

    async def ask() -> list[str]:
        return await asyncio.gather(*(command.fresh() for _ in range(4)))

    with asyncio.Runner() as runner:
        assert runner.run(ask()) == ["1"] * 4
        now = FRESH_SECONDS
        assert runner.run(ask()) == ["2"] * 4


@pytest.mark.parametrize("given", [{"username": ""}, {"token_command": []}])
def test_xoauth2_without_a_name_or_a_command_is_a_settings_error(
    relay: RelayFor, given: dict[str, object]
) -> None:
    wanted = {"auth": "xoauth2", "username": "press", "token_command": ["token"]} | given
    with pytest.raises(SettingsError, match="xoauth2"):
        SMTPTransport(relay(25, **wanted), helo_name="office.example")
