"""The home of the demo: settings, keys, tables and sample data as an office of its own has them,
in a throw-away folder, so that nothing real is ever touched.
"""

import json
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mailer import accounts, clock, database
from mailer.audience.criteria import parse
from mailer.audience.selection import select
from mailer.contacts.importing import import_contacts
from mailer.demo.crowd import write_crowd
from mailer.demo.plot import SAMPLE, read_plot
from mailer.errors import BadInput
from mailer.migrations.upgrading import upgrade
from mailer.models import OfficerRole
from mailer.releases.editions.drafting import import_release, read_release
from mailer.releases.offices import read_office, save_office
from mailer.settings import Settings, load
from mailer.tokens import Keyring

LOOPBACK = "127.0.0.1"
OFFICER = "demo@europeanstates.example"
#: A greylisting server is asked again after seconds: nobody watches a demo for six minutes.
RETRY_MINUTES = [0.05]


@dataclass(frozen=True)
class Ports:
    """Where the parts of the demo listen, all on loopback."""

    web: int
    relay: int
    bounces: int


@dataclass(frozen=True)
class Home:
    """The folder, the settings that were read from it, and who may sign in."""

    folder: Path
    config: Path
    settings: Settings
    password: str
    officer: str = OFFICER

    @property
    def logs(self) -> Path:
        """Where each part writes what it has to say."""
        return self.folder / "logs"

    @property
    def mail(self) -> Path:
        """Where the relay keeps what it took."""
        return self.folder / "mail"

    @property
    def keyring(self) -> Keyring:
        """The keys of this home."""
        return Keyring(self.settings.signing_keys)


def open_folder(chosen: Path | None) -> Path:
    """A new temporary folder, or the chosen one, which must be new or empty.

    Raises BadInput for a folder with something in it: a demo never writes into a real office.
    """
    if chosen is None:
        return Path(tempfile.mkdtemp(prefix="press-mailer-demo-"))
    if chosen.exists() and (not chosen.is_dir() or any(chosen.iterdir())):
        raise BadInput(f"{chosen} is not an empty folder: name a new one for the demo")
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen.resolve()


def remove_folder(folder: Path) -> None:
    """Throw the home away."""
    shutil.rmtree(folder, ignore_errors=True)


def free_ports(number: int) -> list[int]:
    """So many ports on which nobody listens now, all different."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def forget_environment() -> None:
    """Drop settings of a real office from the environment: they would be laid over the demo's."""
    for name in [name for name in os.environ if name.startswith("MAILER_")]:
        del os.environ[name]


def furnish(folder: Path, *, ports: Ports) -> Home:
    """Write the settings and the keys into the folder and make the tables."""
    config = folder / "mailer.toml"
    config.write_text(_toml(_settings(ports)), encoding="utf-8")
    secret = folder / "secrets.toml"
    secret.touch(mode=0o600)
    secret.write_text(_toml({"secrets": {"keys": {"1": secrets.token_hex(32)}}}), encoding="utf-8")
    home = Home(folder, config, load(config), password=secrets.token_urlsafe(9))
    home.logs.mkdir()
    home.settings.home.mkdir(exist_ok=True)
    engine = database.connect(home.settings.database_url)
    upgrade(engine)
    engine.dispose()
    return home


def _settings(ports: Ports) -> dict[str, dict[str, Any]]:
    return {
        "web": {"port": ports.web, "public_url": f"http://{LOOPBACK}:{ports.web}"},
        "mail": {"domain": "press.europeanstates.example"},
        "relay": {"host": LOOPBACK, "port": ports.relay},
        "bounces": {
            "domain": "bounce.press.europeanstates.example",
            "listen_port": ports.bounces,
        },
        "delivery": {"retry_minutes": RETRY_MINUTES},
        # The demo's journalists have no mail servers, and nothing of it leaves this machine.
        "throttle": {"look_up_mx": False},
        "scheduler": {"tick_seconds": 0.25},
    }


def _toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """The sections as TOML; numbers, strings and lists are written there as in JSON."""
    lines: list[str] = []
    for section, values in sections.items():
        lines.append(f"[{section}]")
        for name, value in values.items():
            written = _inline(value) if isinstance(value, Mapping) else json.dumps(value)
            lines.append(f"{name} = {written}")
        lines.append("")
    return "\n".join(lines)


def _inline(table: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in table.items()) + " }"


def fill(home: Home, engine: sa.Engine, *, recipients: int | None) -> int:
    """Save the office, its contacts, its releases and a press officer, by the same ways as an
    office's own data; the number of contacts. With `recipients` a crowd is added until the
    audience has that size.

    Raises BadInput when the people of the story alone are more than `recipients`.
    """
    with database.writing(engine) as session:
        office = save_office(session, read_office(SAMPLE / "office.toml"))
        contacts = SAMPLE / "contacts.csv"
        imported = import_contacts(
            session, contacts, keyring=home.keyring, source="a sample list of invented newsrooms"
        )
        for folder in sorted((SAMPLE / "releases").iterdir()):
            import_release(session, read_release(folder), office=office)
        accounts.add_officer(
            session,
            email=home.officer,
            name="Demo Officer",
            password=home.password,
            role=OfficerRole.ADMINISTRATOR,
        )
    more = _add_crowd(home, engine, recipients=recipients) if recipients is not None else 0
    return imported.counts["new"] + more


def _add_crowd(home: Home, engine: sa.Engine, *, recipients: int) -> int:
    with database.writing(engine) as session:
        audience = select(session, parse(read_plot().audience), at=clock.now())
        missing = recipients - len(audience.recipients)
        if missing < 0:
            raise BadInput(
                f"the story itself has {len(audience.recipients)} recipients:"
                " give --recipients a larger number, or leave it out"
            )
        if missing:
            crowd = write_crowd(home.folder / "crowd.csv", number=missing)
            import_contacts(
                session, crowd, keyring=home.keyring, source="a crowd of invented newsrooms"
            )
    return missing
