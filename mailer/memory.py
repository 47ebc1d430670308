"""Memory: how often Python looks for objects that only hold each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects, then rounds, until the next look at the young, the older and all of them.
RARELY = (100_000, 50, 1000)


@contextmanager
def rarely_searched() -> Iterator[None]:
    """Search seldom while millions of rows go by: hardly any of them hold each other, and to look
    through them again and again takes a quarter of the time.
    """
    before = gc.get_threshold()
    search_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)


def search_rarely() -> None:
    """The same to the end of a process that does nothing else."""
    gc.set_threshold(*RARELY)
