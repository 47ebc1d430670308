"""Rows of a file that hang together by one another, in chains of any length."""

from array import array
from collections.abc import Iterator


class Together:
    """Which rows hang together, however long the chain: eight octets a row, and about one look."""

    def __init__(self, count: int) -> None:
        """`count` rows, numbered from one, of which none hangs together with another."""
        self._towards = array("q", range(count + 1))

    def join(self, one: int, other: int) -> None:
        """These two hang together, and with them all that hangs together with either."""
        first, second = self._first(one), self._first(other)
        self._towards[max(first, second)] = min(first, second)

    def moved(self) -> Iterator[tuple[int, int]]:
        """The first row of its kind and the row, of each row that is not the first one itself."""
        for at, towards in enumerate(self._towards):
            if towards != at:
                yield self._first(at), at

    def _first(self, at: int) -> int:
        while (towards := self._towards[at]) != at:
            # Halving the way, so that nobody goes it twice.
            self._towards[at] = self._towards[towards]
            at = self._towards[at]
        return at
