"""A press office for journeys: the doors that people use, which are the command line, the pages and
the links in its mail; and behind them a scheduler, a worker and a relay, all of them real.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import redis
import sqlalchemy as sa
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker
from starlette.testclient import TestClient

from mailer import accounts
from mailer.compose.letter import Identity
from mailer.database import writing
from mailer.settings import Settings
from mailer.web.app import create_app
from tests.cli.conftest import Command
from tests.smtpd import SMTPServer
from workers.broker import CALM, URGENT
from workers.deliver import Sender, declare
from workers.scheduler import Scheduler

DEADLINE_MILLISECONDS = 60_000
#: How often the queue is asked whether it is empty: the library looks ten times a second.
LOOK_MILLISECONDS = 20
EXAMPLE = Path(__file__).parent.parent.parent / "config" / "office.example.toml"
RELEASE = """\
---
reference: {reference}
kind: {kind}
language: en
title: {title}
place: Luxembourg
date: 2026-11-23
beats: [{beats}]
contacts:
  - {{key: anna.keller, name: Anna Keller, role: Press officer, phone: "+352 99 00 00 12"}}
---
Twelve harbours **agreed** on a code. Read [the code](https://harbour.example/code).
"""


@dataclass(frozen=True)
class PressOffice:
    """Its doors, and its parts."""

    mailer: Command
    #: The browser of a press officer who is signed in, and that of a journalist.
    desk: TestClient
    reader: TestClient
    relay: SMTPServer
    engine: sa.Engine
    settings: Settings
    folder: Path
    scheduler: Scheduler
    broker: RedisBroker
    worker: Worker

    def command(self, *words: str) -> Any:
        """What a command that does its work answers, as a document."""
        answer = self.mailer(*words, "--json")
        assert answer.exit_code == 0, answer.err or answer.out
        return json.loads(answer.out)

    def take(self, rows: str, *, name: str = "contacts.csv") -> Any:
        """Import a contact file with that text; its report."""
        (self.folder / name).write_text(rows, encoding="utf-8")
        return self.command("contacts", "import", name)

    def write(
        self, reference: str, *, kind: str = "release", title: str = "", beats: str = "crime"
    ) -> str:
        """Write a release, and bring it in; its reference."""
        title = title or f"Twelve harbours agree on code {reference}"
        text = RELEASE.format(reference=reference, kind=kind, title=title, beats=beats)
        (self.folder / "release.md").write_text(text, encoding="utf-8")
        self.command("releases", "import", "release.md")
        return reference

    def schedule(self, reference: str, audience: str) -> int:
        """Decide that it goes now; the number of the distribution."""
        words = ("distributions", "schedule", reference, "--audience", audience)
        return int(self.command(*words)["distribution_id"])

    def work(self) -> None:
        """Let the parts do what is due, until nothing is."""
        self.scheduler.tick()
        self.broker.join(CALM, interval=LOOK_MILLISECONDS, timeout=DEADLINE_MILLISECONDS)
        self.worker.join()
        self.scheduler.tick()

    def work_urgent(self) -> None:
        """The same with what goes ahead of all other traffic."""
        self.scheduler.tick()
        self.broker.join(URGENT, interval=LOOK_MILLISECONDS, timeout=DEADLINE_MILLISECONDS)
        self.worker.join()
        self.scheduler.tick()

    def send(self, reference: str, audience: str) -> int:
        """Schedule it, and let it go out; the number of the distribution."""
        number = self.schedule(reference, audience)
        self.work()
        return number

    def deliveries(self, distribution: int) -> dict[str, dict[str, Any]]:
        """The deliveries of a distribution by address, as the command line lists them."""
        answer = self.mailer("deliveries", "list", str(distribution), "--json")
        assert answer.exit_code == 0, answer.err
        return {one["email"]: one for one in map(json.loads, answer.out.splitlines())}

    def received(self, address: str) -> list[EmailMessage]:
        """What the relay took for that address, in order."""
        return [
            message_from_bytes(one.data, policy=policy.default)
            for one in self.relay.received
            if one.recipient == address
        ]


@contextmanager
def open_office(
    mailer: Command,
    engine: sa.Engine,
    settings: Settings,
    relay: SMTPServer,
    client: redis.Redis,
    *,
    folder: Path,
) -> Iterator[PressOffice]:
    """An office with its parts running, and nobody in its address book."""
    (folder / "office.toml").write_bytes(EXAMPLE.read_bytes())
    answer = mailer("office", "save", "office.toml")
    assert answer.exit_code == 0, answer.err
    broker = RedisBroker(client=client, middleware=[])  # type: ignore[no-untyped-call]
    sender = Sender(settings, engine, client)
    declare(broker, sender)
    worker = Worker(broker, worker_threads=1, worker_timeout=50)
    app = create_app(settings)
    with TestClient(app, follow_redirects=False) as desk:
        _sign_in(desk, engine)
        worker.start()
        yield PressOffice(
            mailer=mailer,
            desk=desk,
            reader=TestClient(app, follow_redirects=False),
            relay=relay,
            engine=engine,
            settings=settings,
            folder=folder,
            scheduler=Scheduler(settings, engine, Identity.from_settings(settings), broker),
            broker=broker,
            worker=worker,
        )
        worker.stop()
        sender.close()


def _sign_in(desk: TestClient, engine: sa.Engine) -> None:
    with writing(engine) as session:
        officer = accounts.add_officer(
            session, "marie@harbour.example", name="Marie Duval", password="a quiet harbour"
        )
        secret = accounts.open_session(session, officer.id or 0, hours=12)
    desk.cookies.set("press_session", secret)
