"""Texts that no database makes shorter."""

import hashlib


def noise(length: int) -> str:
    """Letters that no database makes shorter."""
    rounds = range(length // 64 + 1)
    return "".join(hashlib.sha256(str(one).encode()).hexdigest() for one in rounds)[:length]


def wide(length: int) -> str:
    """The same in letters of four octets each."""
    return "".join(chr(0x20000 + int(noise(length + 3)[at : at + 3], 16)) for at in range(length))
