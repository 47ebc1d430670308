"""The sections of the settings, each with what it may hold; config/default.toml explains them."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(gt=0)]
#: Zero is a value of its own: no share, or no limit.
Weight = Annotated[int, Field(ge=0)]
#: The most bytes that any office may attach to a message.
MOST_ATTACHED = 20_000_000


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


class FileSettings(Section):
    largest_bytes: Count
    release_bytes: Count
    #: What is taken into memory for a message is bounded whatever is set.
    message_bytes: Annotated[int, Field(ge=0, le=MOST_ATTACHED)]
    logo_bytes: Count
    largest_pixels: Count


class PrivacySettings(Section):
    regulation: str
    authority: str


class RetentionSettings(Section):
    unused_contact_months: Weight
    ended_role_months: Weight
    raw_mail_days: Weight
    event_details_months: Weight
    history_months: Weight
    import_months: Weight
    unused_file_days: Weight


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
