"""Access tokens for relays that log us in by OAuth 2 (XOAUTH2): a command of the office prints one.

The token is given to the relay and to nobody else: it stands in no log and in no error.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence

#: Connections that open together share a token; a command that is slow is not run for each.
FRESH_SECONDS = 30.0


class NoToken(Exception):
    """The command gave no token; says what to look at."""


class TokenCommand:
    """The command, and the token that it printed last."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        timeout_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """It is run when a token is wanted, not before."""
        self._command, self._timeout_seconds, self._clock = command, timeout_seconds, clock
        self._lock = asyncio.Lock()
        self._token, self._fresh_until = "", 0.0

    @property
    def last(self) -> str:
        """The token that was printed last, so that it can be kept out of what is told."""
        return self._token

    async def fresh(self) -> str:
        """A token of this moment. Raises NoToken."""
        async with self._lock:
            if self._clock() >= self._fresh_until:
                self._token = await self._run()
                self._fresh_until = self._clock() + FRESH_SECONDS
            return self._token

    async def _run(self) -> str:
        """Run the command without a shell; one that nobody waits for any more is ended."""
        command = self._started()
        printed = asyncio.get_running_loop().run_in_executor(None, self._printed, command)
        try:
            # Whoever gives up waiting leaves the thread to see the end of the command.
            return await asyncio.shield(printed)
        finally:
            _end(command)

    def _started(self) -> "subprocess.Popen[bytes]":
        try:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as broken:
            raise NoToken(f"token_command cannot be run: {broken.strerror}") from None

    def _printed(self, command: "subprocess.Popen[bytes]") -> str:
        try:
            printed, _ = command.communicate(timeout=self._timeout_seconds)
        except subprocess.TimeoutExpired:
            _end(command)
            command.communicate()
            raise NoToken(
                f"token_command printed no token within {self._timeout_seconds:g} seconds"
            ) from None
        if command.returncode != 0:
            raise NoToken(
                f"token_command ended with status {command.returncode}: run it by hand to see why"
            )
        token = printed.decode("ascii", "replace").strip()
        if not token.isprintable() or not token.isascii() or not token or " " in token:
            raise NoToken("token_command printed something that is not one access token")
        return token


def _end(command: "subprocess.Popen[bytes]") -> None:
    """End what it has started too: that would hold our end of its output open."""
    if command.poll() is None:
        os.killpg(command.pid, signal.SIGKILL)
