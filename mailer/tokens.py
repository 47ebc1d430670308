"""Signed tokens: what comes back to us in a link or a bounce address is short, bound to one
purpose, and cannot be made by anyone else.

A token is lower-case base32 (some mail servers change the case of local parts) of
key number, id, link number and a keyed BLAKE2b of them with the purpose. It holds no address.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b, sha256

from mailer.errors import BadToken

ID_BYTES = 6
LINK_BYTES = 2
SIGNATURE_BYTES = 10
TOKEN_BYTES = 1 + ID_BYTES + LINK_BYTES + SIGNATURE_BYTES


class Purpose(StrEnum):
    """What a token is good for; one made for another purpose is refused."""

    BOUNCE = "bounce"
    UNSUBSCRIBE = "unsubscribe"
    VIEW = "view"
    OPEN = "open"
    CLICK = "click"
    #: Shared by all recipients of one revision: counts, and nobody can be told apart.
    SHARED_OPEN = "shared-open"
    SHARED_CLICK = "shared-click"
    MESSAGE_ID = "message-id"


@dataclass(frozen=True)
class Claim:
    """What a verified token says: which row, and which of its links (0: none)."""

    row_id: int
    link: int = 0


@dataclass(frozen=True)
class Keyring:
    """Numbered secret keys; the highest number signs, all of them verify."""

    keys: dict[int, bytes]

    def sign(self, purpose: Purpose, row_id: int, *, link: int = 0) -> str:
        """The token for that row, 31 characters."""
        number = max(self.keys)
        payload = _payload(number, row_id, link)
        return _encode(payload + self._signature(number, purpose, payload))

    def verify(self, purpose: Purpose, token: str) -> Claim:
        """What the token says. Raises BadToken unless we signed it for this purpose."""
        raw = _decode(token)
        payload, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
        if payload[0] not in self.keys:
            raise BadToken("the link or bounce address was not made here")
        expected = self._signature(payload[0], purpose, payload)
        if not hmac.compare_digest(expected, signature):
            raise BadToken("the link or bounce address was not made here")
        row_id = int.from_bytes(payload[1 : 1 + ID_BYTES])
        return Claim(row_id=row_id, link=int.from_bytes(payload[1 + ID_BYTES :]))

    def address_hash(self, address: str) -> str:
        """The keyed hash under which a suppression of `address` (normalised) is kept."""
        return self._hashed(max(self.keys), address)

    def address_hashes(self, address: str) -> list[str]:
        """The hashes under every key, old ones too: a suppression outlives key rotation."""
        return [self._hashed(number, address) for number in self.keys]

    def _hashed(self, number: int, address: str) -> str:
        digest = hmac.digest(self.keys[number], b"address:" + address.encode(), sha256)
        return f"{number}:{digest.hex()}"

    def _signature(self, number: int, purpose: Purpose, payload: bytes) -> bytes:
        key, person = self.keys[number], purpose.value.encode()
        return blake2b(payload, key=key[:64], person=person, digest_size=SIGNATURE_BYTES).digest()


def _payload(number: int, row_id: int, link: int) -> bytes:
    return bytes([number]) + row_id.to_bytes(ID_BYTES) + link.to_bytes(LINK_BYTES)


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _decode(token: str) -> bytes:
    padding = "=" * (-len(token) % 8)
    try:
        raw = base64.b32decode(token.upper() + padding)
    except (binascii.Error, ValueError) as broken:
        raise BadToken("the link or bounce address is damaged") from broken
    # Spare bits at the end must be the ones that we would write: one token has one spelling.
    if len(raw) != TOKEN_BYTES or _encode(raw) != token.lower():
        raise BadToken("the link or bounce address is damaged")
    return raw
