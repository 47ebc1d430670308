"""Signed tokens: what comes back to us in a link or a bounce address is short, bound to one
purpose, and cannot be made by anyone else.

A token is lower-case base32 (some mail servers change the case of local parts) of
key number, id, link number and a keyed BLAKE2b of them with the purpose. It holds no address.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from hashlib import blake2b, sha256

from mailer.errors import BadToken, NotFound

ID_BYTES = 6
LINK_BYTES = 2
SIGNATURE_BYTES = 10
TOKEN_BYTES = 1 + ID_BYTES + LINK_BYTES + SIGNATURE_BYTES
#: Letters of a token; each holds five bits.
TOKEN_LETTERS = 31
#: A token is spelled in a lane of so many bytes, a byte for each letter and one to spare.
LANE_BYTES = 32
#: So many tokens are spelled in one go: more would only make the masks long.
SPELLED_AT_ONCE = 64
#: Five bits to their letter, as a table for bytes.translate.
LETTERS = b"abcdefghijklmnopqrstuvwxyz234567" + bytes(224)


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
    #: To a file of a release: one for everybody, and one for who was sent the release.
    FILE = "file"
    MAILED_FILE = "mailed-file"


@dataclass(frozen=True)
class Claim:
    """What a verified token says: which row, and which of its links (0: none)."""

    row_id: int
    link: int = 0


@dataclass(frozen=True)
class Keyring:
    """Numbered secret keys; the highest number signs, all of them verify."""

    keys: dict[int, bytes]

    @cached_property
    def number(self) -> int:
        """The number of the key that signs now."""
        return max(self.keys)

    def sign(self, purpose: Purpose, row_id: int, *, link: int = 0) -> str:
        """The token for that row, 31 characters."""
        return self.sign_many(purpose, (row_id,), link=link)[0]

    def sign_many(
        self, purpose: Purpose, row_ids: Iterable[int], *, link: int = 0, number: int | None = None
    ) -> list[str]:
        """A token for each row, in that order; `number` names an older key that signed once.

        Raises NotFound when that key is no longer there.
        """
        key = self.number if number is None else number
        if key not in self.keys:
            raise NotFound(f"the key {key} is no longer in secrets.keys: put it back")
        head, tail, fresh = bytes([key]), link.to_bytes(LINK_BYTES), self._keyed[key, purpose].copy
        signed = []
        for row_id in row_ids:
            payload = head + row_id.to_bytes(ID_BYTES) + tail
            signature = fresh()
            signature.update(payload)
            signed.append(payload + signature.digest())
        return _spelled(signed)

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
        signature = self._keyed[number, purpose].copy()
        signature.update(payload)
        return signature.digest()

    @cached_property
    def _keyed(self) -> dict[tuple[int, Purpose], blake2b]:
        """The hash of each key and purpose before its first octet: to copy one is cheaper."""
        return {
            (number, purpose): blake2b(
                key=key[:64], person=purpose.value.encode(), digest_size=SIGNATURE_BYTES
            )
            for number, key in self.keys.items()
            for purpose in Purpose
        }


def _spelled(raws: Sequence[bytes]) -> list[str]:
    """Each token in letters: base32 (RFC 4648) in lower case without padding.

    Many at once, because signing is what every message of a distribution waits for: all tokens
    are one large number, whose bits are moved apart in five steps until each byte holds five.
    """
    letters = []
    for start in range(0, len(raws), SPELLED_AT_ONCE):
        chunk = raws[start : start + SPELLED_AT_ONCE]
        # Zeros before a token fill its lane, the eight bits after it the letters that are cut off.
        bits = int.from_bytes(b"".join([bytes(12) + raw + b"\0" for raw in chunk]))
        for shift, upper, lower in _steps(len(chunk)):
            bits = (bits & upper) << shift | bits & lower
        text = bits.to_bytes(LANE_BYTES * len(chunk)).translate(LETTERS).decode("ascii")
        lanes = range(0, len(text), LANE_BYTES)
        letters += [text[lane : lane + TOKEN_LETTERS] for lane in lanes]
    return letters


@lru_cache(maxsize=SPELLED_AT_ONCE)
def _steps(count: int) -> list[tuple[int, int, int]]:
    """How the bits of `count` tokens are halved and moved apart: the shift, and the two halves."""
    steps, bits, lane = [], 5 * LANE_BYTES, 8 * LANE_BYTES
    while bits > 5:
        bits, places = bits // 2, lane // 8
        half, lane = (1 << bits) - 1, lane // 2
        lanes = count * LANE_BYTES // places
        upper, lower = ((mask.to_bytes(places) * lanes) for mask in (half << bits, half))
        steps.append((lane - bits, int.from_bytes(upper), int.from_bytes(lower)))
    return steps


def _decode(token: str) -> bytes:
    padding = "=" * (-len(token) % 8)
    try:
        raw = base64.b32decode(token.upper() + padding)
    except (binascii.Error, ValueError) as broken:
        raise BadToken("the link or bounce address is damaged") from broken
    # Spare bits at the end must be the ones that we would write: one token has one spelling.
    if len(raw) != TOKEN_BYTES or _spelled((raw,)) != [token.lower()]:
        raise BadToken("the link or bounce address is damaged")
    return raw
