"""The order of hand-over: no newsroom gets a burst, and nobody is first by the alphabet.

The audience comes shuffled. In each round every newsroom has its turn once, and a newsroom is what
receives mail under one domain.
"""

from array import array
from zlib import crc32

#: From this round on, rounds run together: what is left then are a few large domains, and to take
#: their addresses as they come mixes them well enough.
TELLING_ROUNDS = 64
#: Newsrooms whose rounds are counted apart. Two that share a count take turns a little later; in
#: return the memory for it is the same for a hundred addresses and for a million.
SLOTS = 2**18


class Interleaving:
    """Gives each address of a shuffled audience its round."""

    def __init__(self) -> None:
        self._turns = array("L", bytes(SLOTS * array("L").itemsize))

    def round_of(self, domain: str) -> int:
        """The round in which the next address of that domain has its turn."""
        slot = crc32(domain.encode()) % SLOTS
        turn = self._turns[slot]
        self._turns[slot] = turn + 1
        if turn < TELLING_ROUNDS:
            return turn
        return TELLING_ROUNDS + turn.bit_length() - TELLING_ROUNDS.bit_length()
