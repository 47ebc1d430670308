"""Servers that take mail and throw it away: Postfix's smtp-sink, and a light one of our own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOPBACK = "127.0.0.1"
BACKLOG = 1024
START_SECONDS = 20.0
#: Debian keeps them where only the administrator's PATH leads.
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
MISSING = (
    "smtp-source and smtp-sink are missing (Debian: apt-get install postfix): no limit, no ratio"
)


def program(name: str) -> str | None:
    """Where that program of Postfix is; None without it."""
    return shutil.which(name, path=PLACES)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Postfix's sink on the port that is given. Raises FileNotFoundError without Postfix."""
    found = program("smtp-sink")
    if found is None:
        raise FileNotFoundError(MISSING)
    port = free_port()
    # It refuses to run as root.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _running([found, *user, f"{LOOPBACK}:{port}", str(BACKLOG)], port=port):
        yield port


@contextmanager
def light_sink() -> Iterator[int]:
    """Our own sink, which looks for nothing but the end of each message."""
    port = free_port()
    with _running([sys.executable, "-m", "benchmarks.light_sink", str(port)], port=port):
        yield port


@contextmanager
def _running(command: list[str], *, port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _await(process, port=port)
        yield
    finally:
        process.kill()
        process.wait()


def _await(process: subprocess.Popen[bytes], *, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not start")
