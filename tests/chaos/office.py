"""A press office under fire: its home, its contacts, its relay, and its parts as real processes."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from mailer import clock, database, valkey
from mailer.audience.criteria import parse
from mailer.audience.finding.counting import count
from mailer.distribution import lifecycle
from mailer.distribution.options import Options
from mailer.distribution.telling import overview
from mailer.distribution.telling.overview import Progress
from mailer.errors import MailerError, Unreachable
from mailer.migrations.upgrading import upgrade
from mailer.models import DistributionStatus
from mailer.models import Office as OfficeRow
from mailer.processes import end_with_parent
from mailer.releases.editions import load_by_id
from mailer.settings import Settings, load
from tests import factories
from tests.chaos import people
from tests.chaos.databases import Database
from tests.chaos.recorder import Recorder
from workers.broker import make_broker, nudge

POLL_SECONDS = 0.01
DEADLINE_SECONDS = 120.0
WORKERS = 2
#: Quick to find out what is wrong; the lease still outlasts the longest wait for an answer.
QUICK: Mapping[str, Mapping[str, Any]] = {
    "relay": {
        "connections": 4,
        "connect_timeout_seconds": 2,
        "reply_timeout_seconds": 3,
        "final_dot_timeout_seconds": 3,
    },
    "delivery": {
        "wave_size": 50,
        "batch_size": 200,
        "lease_seconds": 5,
        "turn_seconds": 1,
        "retry_minutes": [0.01],
    },
    "throttle": {"look_up_mx": False},
    "scheduler": {"tick_seconds": 0.2},
}


class StillBusy(Exception):
    """Something did not come to its end in time."""


@dataclass
class Office:
    """What a round plays with."""

    config: Path
    settings: Settings
    engine: sa.Engine
    database: Database
    relay: Recorder
    log: Path
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    queue: valkey.EmbeddedValkey | None = None
    #: Parts that ended although nobody told them to, and with which code; not those which did so
    #: because the database or the queue could not be reached when they started.
    ended: list[str] = field(default_factory=list)

    # ------------------------------------------------------------ the parts

    @property
    def workers(self) -> list[str]:
        """The names of the workers."""
        return [f"worker{number}" for number in range(WORKERS)]

    @property
    def lines(self) -> int:
        """Sender threads of one worker: those of the settings and the one for what is urgent."""
        return self.settings.worker.threads + 1

    @property
    def in_flight(self) -> int:
        """Messages that one worker can be handing over at a time: one on each connection."""
        return self.lines * self.settings.relay.connections

    def start(self, name: str) -> None:
        """Start that part: worker0, worker1, scheduler, scheduler2."""
        kind = name.rstrip("0123456789")
        with self.log.open("ab") as log:
            self.parts[name] = subprocess.Popen(
                [sys.executable, "-m", "workers", kind, "--config", str(self.config)],
                env={k: v for k, v in os.environ.items() if not k.startswith("MAILER_")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,
            )

    def start_all(self) -> None:
        """Start the queue's server and all parts that do not run."""
        if self.queue is None:
            self.queue = valkey.start(self.settings)
        for name in [*self.workers, "scheduler"]:
            self.look_after(name)

    def look_after(self, name: str) -> None:
        """Start that part if it does not run, as systemd does."""
        part = self.parts.get(name)
        if part is not None and part.poll() is None:
            return
        if part is not None and part.returncode != Unreachable.exit_code:
            self.ended.append(f"{name} ended with {part.returncode}")
        self.start(name)

    def kill(self, name: str) -> None:
        """End it with kill -9."""
        part = self.parts.pop(name, None)
        if part is not None:
            part.kill()
            part.wait()

    def end(self, name: str) -> None:
        """Ask it to end, and wait until it has."""
        part = self.parts.pop(name)
        part.send_signal(signal.SIGTERM)
        try:
            part.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired as late:
            part.kill()
            part.wait()
            raise StillBusy(f"{name} did not end after SIGTERM") from late
        # One that was just starting knows no better way to end yet.
        if part.returncode not in {0, -signal.SIGTERM}:
            self.ended.append(f"{name} ended with {part.returncode} after SIGTERM")

    def kill_queue(self) -> None:
        """End the queue's server with kill -9, if it is ours."""
        if self.queue is not None and self.queue.child is not None:
            self.queue.child.kill()
            self.queue.child.wait()
        self.queue = None

    def close(self) -> None:
        """Kill whatever runs."""
        for name in list(self.parts):
            self.kill(name)
        self.kill_queue()
        self.engine.dispose()

    # ------------------------------------------------------------ releases and distributions

    def schedule(self, criteria: str = people.EVERYONE, *, is_urgent: bool = False) -> int:
        """A new release to them, due now; the number of the distribution."""
        with database.writing(self.engine) as session:
            sender = session.exec(select(OfficeRow)).one()
            release = factories.release(session, sender, reference=f"c-{secrets.token_hex(4)}")
            distribution = lifecycle.schedule(
                session,
                load_by_id(session, release.id or 0),
                criteria=criteria,
                at=clock.now(),
                by="chaos",
                waive_because="a release of the chaos run",
                options=Options(is_urgent=is_urgent),
                expect=count(session, parse(criteria), at=clock.now()),
            ).distribution
            return distribution.id or 0

    def nudge(self, distribution_id: int) -> None:
        """Put one more task for it into the queue."""
        broker = make_broker(self.settings)
        nudge(broker, distribution_id, is_urgent=False)
        broker.close()

    def progress(self, distribution_id: int) -> Progress | None:
        """How far it is; None while the database cannot be asked."""
        try:
            with database.reading(self.engine) as session:
                return overview.progress(session, distribution_id)
        except Unreachable:
            return None

    def is_over(self, distribution_id: int) -> bool:
        """Whether everything in it has come to an end. Raises StillBusy when it never will."""
        told = self.progress(distribution_id)
        if told is not None and told.status is DistributionStatus.PAUSED and told.note:
            raise StillBusy(f"it was stopped: {told.note}")
        return told is not None and told.is_over and not told.unfinished

    def wait_until(
        self, is_true: Callable[[], bool], *, doing: str, seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Look again and again. Raises StillBusy when it takes too long."""
        deadline = time.monotonic() + seconds
        while not is_true():
            if time.monotonic() > deadline:
                raise StillBusy(f"{doing}: not within {seconds:.0f} s")
            time.sleep(POLL_SECONDS)

    def command(self, *words: str) -> dict[str, Any]:
        """What `mailer WORDS --json` says."""
        done = subprocess.run(
            [sys.executable, "-m", "mailer", "--config", str(self.config), *words, "--json"],
            env={k: v for k, v in os.environ.items() if not k.startswith("MAILER_")},
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise MailerError(f"mailer {' '.join(words)}: {done.stderr.strip()}")
        said: dict[str, Any] = json.loads(done.stdout)
        return said


def write_home(
    folder: Path, *, url: str, port: int, sections: Mapping[str, Mapping[str, Any]]
) -> Path:
    """The settings in that folder; those of `sections` are laid over what every home has."""
    config = folder / "mailer.toml"
    merged: dict[str, dict[str, Any]] = {"relay": {"host": "127.0.0.1", "port": port}}
    for section, values in sections.items():
        merged.setdefault(section, {}).update(values)
    config.write_text(f'home = "home"\n{_toml(merged)}')
    secret = folder / "secrets.toml"
    secret.touch(mode=0o600)
    secret.write_text(
        f'[database]\nurl = "{url}"\n[secrets]\nkeys = {{ 1 = "{secrets.token_hex(32)}" }}\n'
    )
    (folder / "home").mkdir(exist_ok=True)
    return config


def _toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    lines: list[str] = []
    for section, values in sections.items():
        lines.append(f"[{section}]")
        for name, value in values.items():
            lines.append(f"{name} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + " }"
    return json.dumps(value)


@contextmanager
def office(
    folder: Path,
    base: Database,
    relay: Recorder,
    *,
    recipients: int,
    urgent: int = 0,
    sections: Mapping[str, Mapping[str, Any]] = QUICK,
) -> Iterator[Office]:
    """An office with so many contacts whose parts do not run yet; killed in the end."""
    config = write_home(folder, url=base.url, port=relay.port, sections=sections)
    settings = load(config)
    engine = database.connect(settings.database_url)
    upgrade(engine)
    with database.writing(engine) as session:
        factories.office(session)
        people.fill(session, number=recipients, urgent=urgent)
    opened = Office(config, settings, engine, base, relay, log=folder / "parts.log")
    try:
        yield opened
    finally:
        opened.close()
