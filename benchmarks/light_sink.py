"""`python -m benchmarks.light_sink PORT`: takes every message and only looks for its end.

It leaves the processor to the senders, so that two of them can show what they do together.
"""

import asyncio
import sys
from typing import cast

import uvloop

END = b"\r\n.\r\n"
EHLO = b"250-sink.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
OK, GO_ON, BYE = b"250 2.0.0 Ok\r\n", b"354 go on\r\n", b"221 2.0.0 Bye\r\n"
BACKLOG = 1024


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._is_body = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer all that has come whole, in one write."""
        buffer = self._buffer
        # The end mark may lie across two pieces.
        start = max(0, len(buffer) - len(END) + 1)
        buffer += data
        answers = []
        while (end := buffer.find(END if self._is_body else b"\r\n", start)) >= 0:
            start = 0
            if self._is_body:
                del buffer[: end + len(END)]
                self._is_body = False
                answers.append(OK)
            else:
                answers.append(self._answer(bytes(buffer[:4]).upper()))
                del buffer[: end + 2]
        if answers:
            self._transport.write(b"".join(answers))

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"DATA":
            self._is_body = True
            return GO_ON
        return {b"EHLO": EHLO, b"QUIT": BYE}.get(verb, OK)


async def serve(port: int) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
