"""The command line as an administrator uses it, in a fresh folder."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from mailer.cli import main
from mailer.settings import Settings

#: Typer puts the commands together anew for each line, which takes longer than most of them work.
PUT_TOGETHER = cache(typer.main.get_command)
CONTACTS = """\
email,given_name,family_name,desk,outlet,media_type,outlet_languages,outlet_country,beats
redaktion@havnebladet.example,,,Redaktionen,Havnebladet,daily,da,DK,crime
claire@phare.example,Claire,Martin,,Le Phare,weekly,fr,FR,crime
"""
RELEASE = """\
---
reference: 31a26
kind: release
language: en
title: Twelve harbours agree on a code of conduct
place: Luxembourg
date: 2026-11-23
beats: [crime]
contacts:
  - {key: anna.keller, name: Anna Keller, role: Press officer, phone: "+352 99 00 00 12"}
---
Twelve harbours **agreed** on a code. Read [the code](https://harbour.example/code).
"""

ELSEWHERE = """\
email,given_name,family_name,outlet,media_type,outlet_languages,outlet_country,beats,zone
tom@sun.example,Tom,Reed,The Sun Post,daily,en,US,crime,America/New_York
yoko@asa.example,Yoko,Sato,Asa,daily,en,JP,crime,
bob@nowhere.example,Bob,Doe,US Paper,daily,en,US,crime,
"""


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


Command = Callable[..., Answer]


@pytest.fixture
def mailer(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Runs `mailer WORDS` in the folder of this test."""
    monkeypatch.setattr(typer.main, "get_command", PUT_TOGETHER)

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["mailer", *words])
        capsys.readouterr()
        exit_code = main()
        told = capsys.readouterr()
        return Answer(exit_code, told.out, told.err)

    return run


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a contacts file, a release and an office."""
    (tmp_path / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    (tmp_path / "release.md").write_text(RELEASE, encoding="utf-8")
    example = Path(__file__).parent.parent.parent / "config" / "office.example.toml"
    (tmp_path / "office.toml").write_bytes(example.read_bytes())
    return tmp_path


@pytest.fixture(scope="session")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the home of the first test with `ready` is kept for all others."""
    return tmp_path_factory.mktemp("ready") / "home"


@pytest.fixture
def ready(mailer: Command, files: Path, settings: Settings, ready_home: Path) -> Command:
    """The same, with an office, contacts and a release in the database."""
    if ready_home.exists():
        shutil.copytree(ready_home, settings.home, dirs_exist_ok=True)
        return mailer
    for words in (
        ("db", "upgrade"),
        ("office", "save", "office.toml"),
        ("contacts", "import", "contacts.csv"),
        ("releases", "import", "release.md"),
    ):
        answer = mailer(*words)
        assert answer.exit_code == 0, answer.err
    shutil.copytree(settings.home, ready_home)
    return mailer


@pytest.fixture
def abroad(ready: Command, files: Path) -> Command:
    """With journalists in New York, Tokyo and somewhere in the United States."""
    (files / "abroad.csv").write_text(ELSEWHERE, encoding="utf-8")
    assert ready("contacts", "import", "abroad.csv").exit_code == 0
    return ready
