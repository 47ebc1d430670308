"""The demo as a newcomer types it: a process of its own, with all its parts."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest

DEMO = (sys.executable, "-m", "mailer", "demo", "--json")
FIGURES = {
    "deferred_then_sent": 1,
    "rejected": 1,
    "bounced": 1,
    "opened": 4,
    "clicked": 2,
    "unsubscribed": 1,
    "machine_opened": 1,
    "autoreplied": 1,
    "withheld": 1,
    "edition_languages": 3,
}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def place() -> Iterator[Path]:
    """The newcomer's folder for temporary files; the path of pytest's own is too long for one."""
    with TemporaryDirectory(prefix="newcomer-") as name:
        yield Path(name)


@pytest.fixture
def environment(place: Path) -> dict[str, str]:
    """A newcomer's, with leftovers of a real office in it that the demo must not touch."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILER_")}
    real = {"MAILER_DATABASE__URL": f"sqlite:///{place}/real.db", "TMPDIR": str(place)}
    return kept | real


@dataclass(frozen=True)
class Demo:
    """A demo that goes on serving."""

    process: subprocess.Popen[str]
    result: dict[str, Any]

    def page(self, url: str) -> tuple[int, str]:
        """The status and the text of a page."""
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=20)
        connection.request("GET", parts.path or "/")
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.fixture
def serving(environment: dict[str, str], place: Path, tmp_path: Path) -> Iterator[Demo]:
    """A demo whose story is over and whose pages are there."""
    log = (tmp_path / "stderr").open("w")
    with (
        log,
        subprocess.Popen(
            DEMO, env=environment, cwd=place, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        document = ""
        for line in process.stdout:
            document += line
            if line.rstrip() == "}":
                break
        try:
            assert document, (tmp_path / "stderr").read_text(encoding="utf-8")
            yield Demo(process, json.loads(document))
        finally:
            process.terminate()
            process.wait()


def test_it_tells_its_story_and_serves_its_pages_until_it_is_told_to_end(
    serving: Demo, place: Path
) -> None:
    result = serving.result
    assert (result["went_as_told"], result["differences"]) == (True, [])
    assert result | FIGURES == result
    assert result["sent"] == result["recipients"] - result["rejected"] >= 60
    assert result["cover_languages"] >= 25
    urls = result["urls"]
    status, inbox = serving.page(urls["inbox"])
    assert status == 200
    assert f"{result['sent']} messages" in inbox
    first = re.search(r'href="/messages/(\d+)', inbox)
    assert first is not None
    status, message = serving.page(f"{urls['inbox']}messages/{first.group(1)}/html")
    assert (status, "europeanstates.example" in message) == (200, True)
    assert serving.page(urls["press_office"])[0] in {200, 302, 303, 307}
    children = children_of(serving.process.pid)
    assert len(children) >= 4

    serving.process.send_signal(signal.SIGTERM)

    assert serving.process.wait(60) == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert list(place.iterdir()) == [], "the throw-away home is still there"


def children_of(parent: int) -> list[int]:
    """The processes that the process has started (the fourth field of stat is the parent)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            found += [int(path.parent.name)] if int(fields[1]) == parent else []
    return found
