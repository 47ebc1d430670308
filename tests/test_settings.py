"""Settings: complete defaults, overridden by files and the environment; errors name them."""

import tomllib
from pathlib import Path

import pytest

from mailer.errors import SettingsError
from mailer.settings import DEFAULTS, Settings, load


@pytest.fixture(autouse=True)
def _alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the test itself sets."""
    monkeypatch.delenv("MAILER_HOME")
    monkeypatch.delenv("MAILER_SECRETS__KEYS")


def written(path: Path, text: str, *, mode: int = 0o644) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_every_default_has_a_comment_that_explains_it() -> None:
    lines = DEFAULTS.read_text(encoding="utf-8").splitlines()
    settings_lines = [line for line in lines if "=" in line and not line.startswith("#")]
    assert all("#" in line for line in settings_lines)


def test_the_defaults_are_exactly_the_settings() -> None:
    sections = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    for name, field in Settings.model_fields.items():
        described = getattr(field.annotation, "model_fields", None)
        if described is not None:
            assert set(sections[name]) == set(described), name
    assert set(sections) == set(Settings.model_fields)


def test_a_file_overrides_a_default_and_the_environment_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "m.toml", '[relay]\nhost = "smtp.office.example"\nport = 587\n')
    monkeypatch.setenv("MAILER_RELAY__PORT", "2525")
    assert (load(file).relay.host, load(file).relay.port) == ("smtp.office.example", 2525)


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "an office"
    folder.mkdir()
    assert load(written(folder / "m.toml", "")).home == folder / "var"


def test_sqlite_in_home_is_used_unless_a_database_is_named(tmp_path: Path) -> None:
    assert load().database_url == f"sqlite:///{tmp_path / 'var' / 'mailer.db'}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[relay]\nhots = "x"\n', "relay.hots is not a setting"),
        ("[relay]\nport = 99999\n", "relay.port is wrong"),
        ('[relay]\ntls = "maybe"\n', "relay.tls is wrong"),
        ('[web]\npublic_url = "press.example.org"\n', "web.public_url is wrong"),
        ('[relay]\npassword = "x"\n', "relay.password must not stand in"),
        ('[database]\nurl = "postgresql://a:b@host/c"\n', "database.url holds a password"),
        ("[relay\n", "cannot read the settings file"),
        ("[delivery]\nretry_minutes = []\n", "delivery.retry_minutes is wrong"),
    ],
)
def test_a_wrong_file_is_told_by_the_name_of_the_setting(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        load(written(tmp_path / "m.toml", text))


def test_a_wrong_environment_variable_is_told_by_its_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAILER_RELAY__PORT", "many")
    with pytest.raises(SettingsError, match=r"relay\.port is wrong"):
        load()


def test_an_unreadable_environment_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_SECRETS__KEYS", "{not json")
    with pytest.raises(SettingsError, match=r"secrets"):
        load()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no settings file"):
        load(tmp_path / "nowhere.toml")


def test_secrets_are_read_from_a_file_that_only_the_owner_can_read(tmp_path: Path) -> None:
    file = written(tmp_path / "m.toml", "")
    secret = written(tmp_path / "secrets.toml", f'[secrets]\nkeys = {{ 3 = "{"ab" * 32}" }}\n')
    with pytest.raises(SettingsError, match="chmod 600"):
        load(file)
    secret.chmod(0o600)
    assert load(file).signing_keys == {3: b"\xab" * 32}


def test_missing_keys_are_told_when_they_are_needed() -> None:
    with pytest.raises(SettingsError, match=r"secrets\.keys is missing"):
        _ = load().signing_keys


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_SECRETS__KEYS__1", "abcd")
    with pytest.raises(SettingsError, match=r"secrets\.keys"):
        load()


def test_a_secret_is_not_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_RELAY__PASSWORD", "open sesame")
    assert "sesame" not in repr(load())


def test_a_further_relay_is_as_the_first_by_default_but_names_its_own_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A password under a misspelt name must not make a relay of this machine.
    monkeypatch.setenv("MAILER_RELAYS__SPRAE__PASSWORD", "sesame")
    monkeypatch.setenv("MAILER_RELAYS__SPARE__PASSWORD", "sesame")
    file = written(tmp_path / "m.toml", '[relays.spare]\nhost = "b.example"\nport = 465\n')
    settings = load(file)
    spare, misspelt = settings.relays["spare"], settings.relays["sprae"]
    assert (spare.host, spare.port, spare.weight) == ("b.example", 465, settings.relay.weight)
    assert spare.password.get_secret_value() == "sesame"
    assert misspelt.host == ""
