import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailer import accounts, clock, database
from mailer.audience import selection
from mailer.audience.criteria import parse
from mailer.demo.home import (
    Home,
    Ports,
    fill,
    forget_environment,
    free_ports,
    furnish,
    open_folder,
    remove_folder,
)
from mailer.demo.plot import read_plot
from mailer.errors import BadInput
from mailer.releases.editions import load
from mailer.releases.offices import the_office
from mailer.releases.readiness import open_findings
from mailer.settings import Settings
from mailer.settings import load as load_settings

PORTS = Ports(web=8101, relay=8102, bounces=8103)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A furnished home."""
    for name in [name for name in os.environ if name.startswith("MAILER_")]:
        monkeypatch.delenv(name)
    return furnish(open_folder(tmp_path / "a demo"), ports=PORTS)


@pytest.fixture
def engine(home: Home) -> Iterator[sa.Engine]:
    """Its database."""
    engine = database.connect(home.settings.database_url)
    yield engine
    engine.dispose()


def test_the_settings_are_read_from_real_files(home: Home) -> None:
    settings = load_settings(home.config)
    assert (settings.web.port, settings.relay.port, settings.bounces.listen_port) == (
        8101,
        8102,
        8103,
    )
    assert settings.web.public_url == "http://127.0.0.1:8101"
    assert settings.home.is_relative_to(home.folder)
    assert settings.delivery.retry_minutes == [0.05]


def test_nobody_else_can_read_the_keys(home: Home) -> None:
    mode = (home.folder / "secrets.toml").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert len(home.settings.signing_keys[1]) == 32


def test_two_homes_have_different_keys_and_passwords(tmp_path: Path, home: Home) -> None:
    other = furnish(open_folder(tmp_path / "another"), ports=PORTS)
    assert other.settings.signing_keys != home.settings.signing_keys
    assert other.password != home.password


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mailer.toml").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="not an empty folder"):
        open_folder(tmp_path)


def test_a_throw_away_folder_is_thrown_away() -> None:
    folder = open_folder(None)
    (folder / "x").write_text("x", encoding="utf-8")
    remove_folder(folder)
    assert not folder.exists()


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(5))) == 5


def test_settings_of_a_real_office_are_forgotten(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", "postgresql://db.office.example/real")
    forget_environment()
    assert [name for name in os.environ if name.startswith("MAILER_")] == []


def test_the_sample_is_filled_in_as_an_office_would_do_it(home: Home, engine: sa.Engine) -> None:
    assert fill(home, engine, recipients=None) == 71
    with database.reading(engine) as session:
        assert the_office(session).key == "fes"
        found = accounts.find_officer(session, home.officer)
        assert accounts.authenticate(found, password=home.password).email == home.officer
        full = load(session, read_plot().release)
        assert set(full.revisions) == {"en", "fr", "ar"}
        assert [one for one in open_findings(session, full) if one.severity == "block"] == []


def test_a_crowd_fills_the_audience_up_to_the_number(home: Home, engine: sa.Engine) -> None:
    fill(home, engine, recipients=150)
    with database.reading(engine) as session:
        found = selection.select(session, parse(read_plot().audience), at=clock.now())
    assert len(found.recipients) == 150


def test_fewer_than_the_story_needs_is_refused(home: Home, engine: sa.Engine) -> None:
    with pytest.raises(BadInput, match="give --recipients a larger number"):
        fill(home, engine, recipients=10)
