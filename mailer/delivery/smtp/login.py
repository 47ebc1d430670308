"""Access tokens for relays that log us in by OAuth 2 (XOAUTH2): a command of the office prints one.

The token is given to the relay and to nobody else: it stands in no log and in no error.
"""

import asyncio
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
                self._token = await asyncio.to_thread(self._printed)
                self._fresh_until = self._clock() + FRESH_SECONDS
            return self._token

    def _printed(self) -> str:
        """What the command prints, run without a shell."""
        try:
            done = subprocess.run(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout_seconds,
                check=False,
            )
        except OSError as broken:
            raise NoToken(f"token_command cannot be run: {broken.strerror}") from None
        except subprocess.TimeoutExpired:
            raise NoToken(
                f"token_command printed no token within {self._timeout_seconds:g} seconds"
            ) from None
        if done.returncode != 0:
            raise NoToken(
                f"token_command ended with status {done.returncode}: run it by hand to see why"
            )
        token = done.stdout.decode("ascii", "replace").strip()
        if not token.isprintable() or not token.isascii() or not token or " " in token:
            raise NoToken("token_command printed something that is not one access token")
        return token
