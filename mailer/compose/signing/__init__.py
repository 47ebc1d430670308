"""The keys that sign our messages: a selector, a domain and a private key each (standards 1.7).

They stand in files that only we can read, never in the database or the settings.
"""

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mailer.addresses import a_label
from mailer.errors import BadInput, SettingsError
from mailer.settings.sections import DkimSettings

#: RFC 8301 section 3.2 asks for 2048 bits; receivers ignore shorter keys more and more.
LEAST_BITS = 2048
#: RFC 6376 section 3.1: labels of a domain name, with dots between them.
SELECTOR = re.compile(
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE
)
PADDING, DIGEST = PKCS1v15(), SHA256()


@dataclass(frozen=True)
class Signer:
    """One key that signs."""

    selector: str
    #: Empty: the domain of the office's From address.
    domain: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @cached_property
    def algorithm(self) -> str:
        """The a= of its signatures (RFC 6376 section 3.3, RFC 8463 section 3)."""
        return "rsa-sha256" if self.is_slow else "ed25519-sha256"

    @cached_property
    def is_slow(self) -> bool:
        """Whether a signature takes so long that it pays to make several at once in threads."""
        return isinstance(self.key, RSAPrivateKey)

    def sign(self, octets: bytes) -> str:
        """The signature in base64; the same octets always give the same one."""
        if isinstance(self.key, RSAPrivateKey):
            signature = self.key.sign(octets, PADDING, DIGEST)
        else:
            signature = self.key.sign(sha256(octets).digest())
        return base64.b64encode(signature).decode("ascii")


def load_signers(settings: DkimSettings) -> tuple[Signer, ...]:
    """The signers that the settings name. Raises SettingsError for a key that cannot be used."""
    domain = _domain(settings.domain)
    return tuple(
        Signer(selector=_selector(name), domain=domain, key=_key(file, setting=f"dkim.keys.{name}"))
        for name, file in settings.keys.items()
    )


def _domain(text: str) -> str:
    try:
        return a_label(text) if text else ""
    except BadInput as wrong:
        raise SettingsError(f"dkim.domain: {wrong}") from wrong


def _selector(name: str) -> str:
    if SELECTOR.fullmatch(name) is None:
        message = f"dkim.keys: {name!r} is no selector"
        raise SettingsError(f"{message}: give it letters, digits and hyphens, such as press-2026")
    return name


def _key(file: Path, *, setting: str) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        key = load_pem_private_key(_text_of(file, setting=setting), password=None)
    except (ValueError, UnsupportedAlgorithm):
        message = f"{setting}: {file} holds no private key in PEM form that can be read"
        raise SettingsError(f"{message}: make one with `openssl genpkey`") from None
    except TypeError:
        message = f"{setting}: the key in {file} has a passphrase"
        raise SettingsError(f"{message}: take it off with `openssl pkey`") from None
    if isinstance(key, Ed25519PrivateKey):
        return key
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError(f"{setting}: {file} holds another kind of key: give RSA or Ed25519")
    if key.key_size < LEAST_BITS:
        message = f"{setting}: the RSA key in {file} has {key.key_size} bits"
        raise SettingsError(f"{message}: make one of {LEAST_BITS}")
    return key


def _text_of(file: Path, *, setting: str) -> bytes:
    try:
        mode, text = file.stat().st_mode, file.read_bytes()
    except OSError as cause:
        message = f"{setting}: cannot read {file} ({cause.strerror})"
        raise SettingsError(f"{message}: put the private key there, or take the line out") from None
    if mode & 0o077:
        raise SettingsError(f"{setting}: others can read {file}: run `chmod 600 {file}`")
    return text
