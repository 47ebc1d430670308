"""The settings: config/default.toml documents each one, a file and the environment override it.

Order, the later wins: default.toml, your file, secrets.toml beside it (mode 0600), environment
variables MAILER_SECTION__NAME.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as SettingsSourceError

from mailer.errors import SettingsError

PACKAGE = Path(__file__).parent
#: A wheel carries templates and config inside the package; a checkout has them beside it.
BUNDLED = PACKAGE / "_bundled"
ROOT = BUNDLED if BUNDLED.is_dir() else PACKAGE.parent
TEMPLATES = ROOT / "templates"
DEFAULTS = ROOT / "config" / "default.toml"

USUAL_PLACES = (Path("mailer.toml"), Path("/etc/press-mailer/mailer.toml"))
#: Settings that may stand in secrets.toml or the environment, never in a readable file.
SECRET_SETTINGS = (("relay", "password"), ("secrets", "keys"))

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]
#: Zero is a value of its own: no share, or no limit.
Weight = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """One section of the settings: nothing in it is optional, and nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(Section):
    url: str


class BrokerSettings(Section):
    url: str


class WebSettings(Section):
    host: str
    port: Port
    public_url: str
    trusted_proxies: list[str]
    session_hours: Count

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
            raise ValueError("write it like https://press.example.org")
        return value.rstrip("/")


class MailSettings(Section):
    domain: str


class RelaySettings(Section):
    host: str
    port: Port
    tls: Literal["none", "starttls", "implicit"]
    auth: Literal["password", "xoauth2"]
    username: str
    password: SecretStr
    token_command: list[str]
    helo_name: str
    weight: Weight
    connections: Count
    messages_per_connection: Count
    rate_per_minute: Weight
    connect_timeout_seconds: Seconds
    reply_timeout_seconds: Seconds
    final_dot_timeout_seconds: Seconds


class BounceSettings(Section):
    domain: str
    listen_host: str
    listen_port: Port
    max_bytes: Count


class TrackingSettings(Section):
    enabled: bool


class DkimSettings(Section):
    domain: str
    keys: dict[str, Path]


class DeliverySettings(Section):
    wave_size: Count
    wave_seconds: Seconds
    batch_size: Count
    turn_seconds: Seconds
    lease_seconds: Seconds
    retry_minutes: Annotated[list[Seconds], Field(min_length=1)]
    useful_hours: Seconds
    unknown: Literal["hold", "resend"]


class ThrottleSettings(Section):
    rate_per_minute: Weight
    provider_rate_per_minute: Weight
    look_up_mx: bool
    providers: dict[str, list[str]]
    provider_rates: dict[str, Weight]


class SchedulerSettings(Section):
    tick_seconds: Seconds


class WorkerSettings(Section):
    threads: Count


class SecretSettings(Section):
    keys: dict[int, SecretStr]

    @field_validator("keys")
    @classmethod
    def _are_long_hexadecimal(cls, keys: dict[int, SecretStr]) -> dict[int, SecretStr]:
        for number, key in keys.items():
            if not 1 <= number <= 255 or len(key.get_secret_value()) < 64:
                raise ValueError("each key is 1 to 255 = at least 64 hexadecimal digits")
            bytes.fromhex(key.get_secret_value())
        return keys


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
    return _checked(_with_whole_relays(layers), folder=folder)


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


def _with_whole_relays(layers: dict[str, Any]) -> dict[str, Any]:
    """A further relay is what it says, and the default relay in what it leaves out."""
    usual, further = _read(DEFAULTS)["relay"], layers["relays"]
    if not isinstance(further, dict):
        return layers
    whole = {
        name: _merged(usual, own) if isinstance(own, dict) else own for name, own in further.items()
    }
    return layers | {"relays": whole}


def _refuse_secrets(own: dict[str, Any], *, path: Path) -> None:
    for name, relay in own.get("relays", {}).items():
        if isinstance(relay, dict) and relay.get("password"):
            raise SettingsError(
                f"relays.{name}.password must not stand in {path}: move it to secrets.toml"
                f" (mode 0600) or to MAILER_RELAYS__{name.upper()}__PASSWORD"
            )
    for section, name in SECRET_SETTINGS:
        if own.get(section, {}).get(name):
            raise SettingsError(
                f"{section}.{name} must not stand in {path}: move it to secrets.toml (mode 0600)"
                f" or to MAILER_{section.upper()}__{name.upper()}"
            )
    for section in ("database", "broker"):
        if urlsplit(str(own.get(section, {}).get("url", ""))).password:
            raise SettingsError(
                f"{section}.url holds a password in {path}: move it to secrets.toml (mode 0600)"
                f" or to MAILER_{section.upper()}__URL"
            )


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
