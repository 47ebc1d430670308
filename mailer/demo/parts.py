"""The running parts of the demo, watched: whoever waits for something learns at once when a part
has ended, when we were asked to stop, or when it takes too long, with the last lines of its log.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_connection

from mailer.errors import MailerError
from mailer.processes import Family, StopRequest

POLL_SECONDS = 0.1
LAST_LINES = 8
HTTP_OK = 200


@dataclass(frozen=True)
class Parts:
    """The family of child processes, what they log, and the wish to stop."""

    family: Family
    logs: Path
    stop: StopRequest

    def wait(self, condition: Callable[[], bool], *, doing: str, seconds: float, part: str) -> None:
        """Wait until the condition holds. Raises MailerError when it does not in that time."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.breathe(doing=doing)
            if time.monotonic() > deadline:
                raise self.failure(f"{doing} took longer than {seconds:.0f} seconds", part=part)

    def breathe(self, *, doing: str, seconds: float = POLL_SECONDS) -> None:
        """Let a moment pass. Raises MailerError when a part has ended or we were asked to stop."""
        if self.stop():
            raise MailerError(f"stopped while {doing}")
        if (ended := self.family.ended()) is not None:
            raise self.failure(f"the part {ended} ended while {doing}", part=ended)
        time.sleep(seconds)

    def failure(self, what: str, *, part: str) -> MailerError:
        """The error that says so, with the last lines that the part has logged."""
        try:
            text = (self.logs / f"{part}.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        lines = text.splitlines()[-LAST_LINES:]
        told = "\n".join([f"the last lines of its log ({part}):", *lines]) if lines else ""
        return MailerError(f"{what}; {told}" if told else what)


def answers_http(port: int) -> bool:
    """Whether our web server on that port is well."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTP_OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def answers_smtp(port: int) -> bool:
    """Whether a mail server greets on that port."""
    try:
        with create_connection(("127.0.0.1", port), timeout=5) as connection:
            greeting = connection.recv(4)
            connection.sendall(b"QUIT\r\n")
            return greeting.startswith(b"220")
    except OSError:
        return False
