"""Keeps what logs us in out of all that is told: a server may repeat what it was given."""

from base64 import b64encode
from collections.abc import Iterable

from mailer.delivery.legibility import legible
from mailer.settings.sections import RelaySettings

HIDDEN = "…"
SAID_CHARACTERS = 200


def secrets_of(relay: RelaySettings, *, token: str = "") -> tuple[str, ...]:
    """The password or token of a relay, plain and as the ways to log in carry it, the longest
    first (RFC 4616, RFC 4954; XOAUTH2 is Google's and Microsoft's).
    """
    password, name = relay.password.get_secret_value(), relay.username
    found: set[str] = set()
    if password:
        found |= {password, _coded(password), _coded(f"\0{name}\0{password}")}
        found.add(_coded(f"{name}\0{name}\0{password}"))
    if token:
        found |= {token, _coded(token), _coded(f"user={name}\1auth=Bearer {token}\1\1")}
    # What a server repeats may have been made legible before it is looked at for secrets.
    found |= {legible(secret) for secret in found}
    return tuple(sorted(found, key=len, reverse=True))


def without(secrets: Iterable[str], text: str) -> str:
    """The text with the secrets taken out."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def said(text: str) -> str:
    """What a server said, for a terminal: one line, short, and no control characters."""
    line = " ".join(legible(text).split())
    return line if len(line) <= SAID_CHARACTERS else f"{line[:SAID_CHARACTERS]}{HIDDEN}"


def _coded(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
