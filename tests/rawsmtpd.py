"""An SMTP server that goes wrong octet by octet, where a real server's library would not let it.

It keeps what it has read to the last dot; that is the truth about what was handed over.
"""

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

#: Instead of a reply: the connection is torn down (RST), or closed in good order (FIN).
CUT, CLOSE = "cut", "close"
#: Instead of a reply: nothing, and nothing is read any more either.
DEAF = "deaf"
#: Instead of a reply: a line that never ends, or a reply that never comes to its last line.
ENDLESS_LINE, ENDLESS_REPLY = "endless line", "endless reply"
#: Before the usual reply: what has been sent ahead is thrown away.
SWALLOW = "swallow"
FOR_EVER = 1_000_000
PATIENCE_SECONDS = 10
#: Where DATA was answered and the body has begun to come.
BODY = "BODY"
DOT = "DOT"


@dataclass(frozen=True)
class Taken:
    """A message that was read to its last dot."""

    mail: str
    rcpt: str
    data: bytes
    is_acknowledged: bool

    @property
    def recipient(self) -> str:
        """The address in RCPT."""
        return self.rcpt.partition("<")[2].partition(">")[0]


class Gone(Exception):
    """The connection has come to its end."""


class RawServer:
    """The server; use it as a context manager. Steps are the verbs, BODY and DOT."""

    def __init__(
        self,
        *,
        offers: tuple[str, ...] = ("PIPELINING", "ENHANCEDSTATUSCODES"),
        dribbles: bool = False,
        tls: ssl.SSLContext | None = None,
        choose: Callable[[str], str | None] | None = None,
    ) -> None:
        self.offers, self.dribbles, self._tls = offers, dribbles, tls
        self.taken: list[Taken] = []
        #: Every line that was read, but for bodies.
        self.lines: list[str] = []
        #: Commands that were followed by others before they were answered.
        self.ahead: list[str] = []
        #: So many bodies are not answered before the next envelope has come.
        self.eager_bodies = 0
        self.connections = 0
        self._choose = choose
        self._told: defaultdict[str, list[list[str | int]]] = defaultdict(list)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        acceptor = threading.Thread(target=self._accept, daemon=True)
        acceptor.start()
        self._threads.append(acceptor)
        return self

    def __exit__(self, *raised: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    @property
    def recipients(self) -> list[str]:
        """Whose messages were read to the last dot, with a recipient, in order."""
        return [one.recipient for one in self.taken if one.rcpt]

    def tell(self, step: str, reply: str, *, times: int = FOR_EVER, after: int = 0) -> None:
        """Answer so at that step, so many times, after so many usual answers."""
        self._told[step].append([reply, times, after])

    def next_reply(self, step: str, usual: str) -> str:
        """What is said at this step."""
        with self._lock:
            if self._choose and (chosen := self._choose(step)):
                return chosen
            for told in self._told[step]:
                reply, times, after = told
                if int(after) > 0:
                    told[2] = int(after) - 1
                    return usual
                if int(times) > 0:
                    told[1] = int(times) - 1
                    return str(reply)
        return usual

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(Gone, OSError):
            connection.settimeout(PATIENCE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._sockets.append(connection)
            _Conversation(self, connection).carry_on()
        connection.close()


class _Conversation:
    def __init__(self, server: RawServer, connection: socket.socket) -> None:
        self._server, self._connection = server, connection
        self._read = b""
        self._mail = self._rcpt = ""

    def carry_on(self) -> None:
        self._say("GREETING", "220 raw.example")
        while True:
            line = self._line().decode().rstrip("\r\n")
            self._server.lines.append(line)
            verb = line.partition(" ")[0].upper()
            if self._read:
                self._server.ahead.append(verb)
            self._take(verb, line)

    def _take(self, verb: str, line: str) -> None:
        match verb:
            case "MAIL" | "RCPT" | "DATA":
                self._step(verb, line)
            case "QUIT":
                self._say(verb, "221 2.0.0 bye")
            case "RSET":
                self._mail = self._rcpt = ""
                self._say(verb, "250 2.0.0 forgotten")
            case "EHLO":
                words = ["raw.example", *self._server.offers]
                self._say(verb, "\r\n".join([f"250-{word}" for word in words] + ["250 HELP"]))
            case "AUTH":
                self._say(verb, "235 2.7.0 welcome")
            case _:
                self._say(verb, "500 5.5.2 what?")

    def _step(self, verb: str, line: str) -> None:
        """A step of the transaction, if it comes in its turn."""
        turn = {"MAIL": not self._mail, "RCPT": self._mail, "DATA": self._rcpt}[verb]
        usual = "354 go on" if verb == "DATA" else "250 2.1.0 go on"
        said = self._say(verb, usual if turn else "503 5.5.1 not now")
        if verb == "MAIL" and said.startswith("250"):
            self._mail, self._rcpt = line, ""
        elif verb == "RCPT" and said.startswith("250"):
            self._rcpt = line
        elif verb == "DATA" and said.startswith("354"):
            self._body()

    def _body(self) -> None:
        if (told := self._server.next_reply(BODY, "")) != "":
            self._fill()  # some of it
            self._utter(told)
        data = self._until_dot()
        mail, rcpt, self._mail, self._rcpt = self._mail, self._rcpt, "", ""
        if self._server.eager_bodies and not self._read:
            self._fill()
        self._server.eager_bodies -= 1 if self._server.eager_bodies else 0
        reply = self._server.next_reply(DOT, usual := "250 2.0.0 Ok: queued")
        if reply == SWALLOW:
            self._read, reply = b"", usual
        is_acknowledged = reply.startswith("250")
        if is_acknowledged or reply in {CUT, CLOSE, DEAF, ENDLESS_LINE, ENDLESS_REPLY}:
            self._server.taken.append(Taken(mail, rcpt, data, is_acknowledged=is_acknowledged))
        self._utter(reply)

    def _say(self, step: str, usual: str) -> str:
        told = self._server.next_reply(step, usual)
        if told == SWALLOW:
            self._read, told = b"", usual
        self._utter(told)
        return told

    def _utter(self, reply: str) -> None:
        match reply:
            case "cut":
                # No good order: what was sent and not read yet is lost to the client.
                linger = struct.pack("ii", 1, 0)
                self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                raise Gone
            case "close":
                raise Gone
            case "deaf":
                self._until_closed()
            case "endless line":
                while True:
                    self._connection.sendall(b"250 " + b"and so on " * 400)
            case "endless reply":
                while True:
                    self._connection.sendall(b"250-and so on\r\n" * 100)
        # Where a test wants octets that are no UTF-8, it says so as Python reads them (PEP 383).
        octets = reply.encode("utf-8", "surrogateescape") + b"\r\n"
        size = 1 if self._server.dribbles else len(octets)
        for at in range(0, len(octets), size):
            self._connection.sendall(octets[at : at + size])
        if reply.startswith(("421", "221")):
            raise Gone

    def _until_closed(self) -> None:
        """Wait for the client to go, without reading what it sends."""
        poll = select.poll()
        poll.register(self._connection, select.POLLRDHUP)
        poll.poll(PATIENCE_SECONDS * 1000)
        raise Gone

    def _until_dot(self) -> bytes:
        """The body as it was before its dots were doubled."""
        pieces, end = bytearray(b"\r\n" + self._read), -1
        while (end := pieces.find(b"\r\n.\r\n", max(0, end))) < 0:
            end, self._read = len(pieces) - 4, b""
            self._fill()
            pieces += self._read
        self._read = bytes(pieces[end + 5 :])
        return bytes(pieces[2 : end + 2]).replace(b"\r\n..", b"\r\n.")

    def _line(self) -> bytes:
        while b"\n" not in self._read:
            self._fill()
        line, _, self._read = self._read.partition(b"\n")
        return line + b"\n"

    def _fill(self) -> None:
        more = self._connection.recv(65536)
        if not more:
            raise Gone
        self._read += more
