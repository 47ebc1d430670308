"""The settings: config/default.toml documents each one, a file and the environment override it.

Order, the later wins: default.toml, your file, secrets.toml beside it (mode 0600), environment
variables MAILER_SECTION__NAME.
"""

import os
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as SettingsSourceError

from mailer.errors import SettingsError
from mailer.settings.sections import (
    BounceSettings,
    BrokerSettings,
    DatabaseSettings,
    DeliverySettings,
    DkimSettings,
    FileSettings,
    MailSettings,
    PrivacySettings,
    RelaySettings,
    RetentionSettings,
    SchedulerSettings,
    SecretSettings,
    ThrottleSettings,
    TrackingSettings,
    WebSettings,
    WorkerSettings,
)

PACKAGE = Path(__file__).parent.parent
#: A wheel carries templates and config inside the package; a checkout has them beside it.
BUNDLED = PACKAGE / "_bundled"
ROOT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parent
TEMPLATES = ROOT / "templates"
DEFAULTS = ROOT / "config" / "default.toml"

USUAL_PLACES = (Path("mailer.toml"), Path("/etc/press-mailer/mailer.toml"))
#: Settings that may stand in secrets.toml or the environment, never in a readable file.
SECRET_SETTINGS = (("relay", "password"), ("secrets", "keys"))


class Settings(BaseSettings):
    """All settings, complete and checked; made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix="MAILER_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    home: Path
    database: DatabaseSettings
    broker: BrokerSettings
    web: WebSettings
    mail: MailSettings
    relay: RelaySettings
    relays: dict[str, RelaySettings]
    dkim: DkimSettings
    bounces: BounceSettings
    tracking: TrackingSettings
    delivery: DeliverySettings
    throttle: ThrottleSettings
    files: FileSettings
    privacy: PrivacySettings
    retention: RetentionSettings
    scheduler: SchedulerSettings
    worker: WorkerSettings
    secrets: SecretSettings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The files come in as arguments; the environment is laid over them.
        return env_settings, init_settings

    @field_validator("relays", mode="before")
    @classmethod
    def _with_whole_relays(cls, further: Any) -> Any:
        """A further relay is what it says, and the default relay in what it leaves out.

        But for its host: a password under a misspelt name would make a relay of this machine. Who
        sends refuses one without a host, and names it.
        """
        usual = _read(DEFAULTS)["relay"] | {"host": ""}
        if not isinstance(further, dict):
            return further
        return {
            name: _merged(usual, own) if isinstance(own, dict) else own
            for name, own in further.items()
        }

    @property
    def database_url(self) -> str:
        """Where the tables are; SQLite in `home` unless a URL is set."""
        return self.database.url or f"sqlite:///{self.home / 'mailer.db'}"

    @property
    def signing_keys(self) -> dict[int, bytes]:
        """The numbered keys as bytes. Raises SettingsError when there is none."""
        if not self.secrets.keys:
            raise SettingsError(
                "secrets.keys is missing: run `mailer init`, or set MAILER_SECRETS__KEYS__1"
            )
        return {n: bytes.fromhex(k.get_secret_value()) for n, k in self.secrets.keys.items()}


def load(file: Path | None = None) -> Settings:
    """The settings from `file`, else $MAILER_CONFIG, else the first of the usual places.

    Raises SettingsError naming the setting that is missing, unknown or wrong.
    """
    path = _chosen(file)
    folder = path.parent.resolve() if path else Path.cwd()
    layers = _read(DEFAULTS)
    if path:
        own = _read(path)
        _refuse_secrets(own, path=path)
        layers = _merged(layers, own)
    secrets = folder / "secrets.toml"
    if secrets.exists():
        _refuse_readable(secrets)
        layers = _merged(layers, _read(secrets))
    return _checked(layers, folder=folder)


def _chosen(file: Path | None) -> Path | None:
    named = file or (Path(os.environ["MAILER_CONFIG"]) if "MAILER_CONFIG" in os.environ else None)
    if named is None:
        return next((place for place in USUAL_PLACES if place.exists()), None)
    if not named.is_file():
        raise SettingsError(
            f"there is no settings file {named}: run `mailer init`, or name another"
        )
    return named


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise SettingsError(f"cannot read the settings file {path}: {wrong}") from wrong


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for name, value in above.items():
        under = result.get(name)
        if isinstance(under, dict) and isinstance(value, dict):
            result[name] = _merged(under, value)
        else:
            result[name] = value
    return result


def _refuse_secrets(own: dict[str, Any], *, path: Path) -> None:
    relays = _at(own, ("relays",))
    names = relays if isinstance(relays, dict) else {}
    for place in (*SECRET_SETTINGS, *(("relays", name, "password") for name in names)):
        if _at(own, place):
            raise SettingsError(_moved(place, f"must not stand in {path}"))
    for section in ("database", "broker"):
        if urlsplit(str(_at(own, (section, "url")))).password:
            raise SettingsError(_moved((section, "url"), f"holds a password in {path}"))


def _at(own: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        own = own.get(name) if isinstance(own, dict) else None
    return own


def _moved(place: tuple[str, ...], what: str) -> str:
    variable = "MAILER_" + "__".join(place).upper()
    return f"{'.'.join(place)} {what}: move it to secrets.toml (mode 0600) or to {variable}"


def _refuse_readable(secrets: Path) -> None:
    if secrets.stat().st_mode & 0o077:
        raise SettingsError(f"others can read {secrets}: run chmod 600 on it")


def _checked(layers: dict[str, Any], *, folder: Path) -> Settings:
    try:
        settings = Settings(**layers)
    except (ValidationError, SettingsSourceError) as wrong:
        raise SettingsError(_told(wrong)) from None
    keys = {name: (folder / file).resolve() for name, file in settings.dkim.keys.items()}
    return settings.model_copy(
        update={
            "home": (folder / settings.home).resolve(),
            "dkim": settings.dkim.model_copy(update={"keys": keys}),
        }
    )


def _told(wrong: ValidationError | SettingsSourceError) -> str:
    if isinstance(wrong, SettingsSourceError):
        return f"the environment holds a setting that cannot be read: {wrong}"
    first = wrong.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    what = {"missing": "is missing", "extra_forbidden": "is not a setting"}.get(first["type"])
    return (
        f"the setting {name} {what or 'is wrong: ' + first['msg']}; config/default.toml explains it"
    )
