"""Rows of one file that hang together in chains: each by an address with the one before it."""

import tracemalloc

import pytest

from mailer import addresses
from mailer.contacts.importing.contact_row import ContactRow
from mailer.contacts.importing.spool import Spool, laid
from mailer.contacts.importing.together import Together


def chain(count: int) -> Spool:
    """A spool in which row `n` shares a mailbox or a person with the one before it, in turn."""
    spool = Spool()
    for n in range(count):
        email = addresses.parse(f"a{n // 2}@x.example")
        spool.lay(laid(ContactRow(row=n + 2, email=email, link=f"p{(n + 1) // 2}")))
    return spool


def steps(count: int) -> int:
    """How much SQLite does to put a chain of so many rows in order, in thousands of its steps."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    with chain(count) as spool:
        spool._disk.set_progress_handler(step, 1000)
        spool.finish()
        assert spool._disk.execute("SELECT DISTINCT who FROM row").fetchall() == [(1,)]
    return taken


def test_a_chain_four_times_as_long_is_about_four_times_the_work() -> None:
    assert steps(2000) < 6 * steps(500)


def test_a_long_chain_needs_little_memory() -> None:
    with chain(20_000) as spool:
        tracemalloc.start()
        spool.finish()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 2_000_000


@pytest.mark.parametrize("pairs", [[(1, 2), (3, 4), (2, 3)], [(3, 4), (2, 4), (1, 4)]])
def test_all_of_a_chain_go_with_its_first_row(pairs: list[tuple[int, int]]) -> None:
    together = Together(5)
    for one, other in pairs:
        together.join(one, other)
    assert list(together.moved()) == [(1, 2), (1, 3), (1, 4)]
