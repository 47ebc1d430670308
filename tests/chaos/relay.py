"""The recording SMTP server as a process: `python -m tests.chaos.relay PORT LOG`.

It says its port, then reads manners from standard input, a line each, and says `ok`
when they hold, and how many answers of its own are still to come.
"""

import asyncio
import socket
import sys
from pathlib import Path

import uvloop

from tests.chaos.conversation import Conversation, Relay
from tests.chaos.log import LogWriter
from tests.chaos.manners import Manners

LOOPBACK = "127.0.0.1"
BACKLOG = 512


class Listener:
    """Takes connections, or refuses them, always on the same port."""

    def __init__(self, relay: Relay, *, port: int) -> None:
        self._relay = relay
        self._port = port
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Listen; the port."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, self._port))
        self._port = int(listening.getsockname()[1])
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Conversation(self._relay), sock=listening, backlog=BACKLOG
        )
        return self._port

    @property
    def waiting(self) -> int:
        """How many answers are still to come."""
        return self._relay.waiting

    async def behave(self, manners: Manners) -> None:
        """Behave like this from now on."""
        self._relay.manners = manners
        if manners.listening and self._server is None:
            await self.open()
        elif not manners.listening and self._server is not None:
            self._server.close()
            self._server = None
            for conversation in list(self._relay.connections):
                conversation.abort()


async def serve(port: int, log: Path) -> None:
    """Serve until standard input ends."""
    listener = Listener(Relay(LogWriter(log)), port=port)
    print(await listener.open(), flush=True)
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        await listener.behave(Manners.load(line))
        print("ok", listener.waiting, flush=True)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
