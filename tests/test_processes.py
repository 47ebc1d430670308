"""Child processes are started in order, ended in the reverse order, and outlive nobody."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.processes import Family, Part

WAIT_SECONDS = 20
ENDS_SLOWLY = """
import signal, sys, time
def end(*_):
    print("end", sys.argv[1], flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", sys.argv[1], flush=True)
time.sleep(60)
"""


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def waiting(name: str) -> Part:
    return Part(name, (sys.executable, "-c", ENDS_SLOWLY, name))


def test_the_last_started_is_ended_first(tmp_path: Path) -> None:
    family = Family(environment={}, log_folder=tmp_path)
    family.start([waiting("web"), waiting("worker")])
    logs = {name: tmp_path / f"{name}.log" for name in ("web", "worker")}
    until(lambda: all("up" in log.read_text() for log in logs.values()))
    family.stop()
    assert [log.read_text().split() for log in logs.values()] == [
        ["up", "web", "end", "web"],
        ["up", "worker", "end", "worker"],
    ]
    assert logs["worker"].stat().st_mtime_ns <= logs["web"].stat().st_mtime_ns


def test_a_part_that_ends_by_itself_is_named(tmp_path: Path) -> None:
    family = Family(environment={}, log_folder=tmp_path)
    family.start([waiting("web"), Part("worker", (sys.executable, "-c", "raise SystemExit(3)"))])
    assert family.wait(until=lambda: False) == "worker"
    family.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that a parent died")
def test_a_killed_parent_leaves_no_child_behind(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                f"""
                import sys, time
                from pathlib import Path
                from mailer import logs
                from mailer.processes import Family, Part
                logs.configure()
                family = Family(environment={{}}, log_folder=Path({str(tmp_path)!r}))
                family.start([Part("web", (sys.executable, "-c", {ENDS_SLOWLY!r}, "web"))])
                print(family.children["web"].pid, flush=True)
                time.sleep(60)
                """
            ),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    until(lambda: "up" in (tmp_path / "web.log").read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"
