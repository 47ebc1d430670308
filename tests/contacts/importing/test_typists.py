"""A long file is typed by several processes, and nobody can see it but by the clock."""

import os
import signal
from collections.abc import Iterator
from datetime import date
from multiprocessing import active_children

import pytest

from mailer.contacts.importing import typists
from mailer.contacts.importing.columns import read_header
from mailer.contacts.importing.files import Line
from mailer.contacts.importing.tabs import NO_TAB
from mailer.contacts.importing.typists import Numbered, Typed, Typists

COLUMNS = read_header(("email", "given_name", "family_name", "beats", "phone", "do_not_contact"))
TODAY = date(2026, 12, 1)
LINES = 120


def lines() -> Iterator[Numbered]:
    for number in range(2, LINES + 2):
        cells = (f"a{number}@havn.example", "Karen", f"Holm {number}", "ports|crime", "+45 1", "")
        if number % 10 == 0:
            cells = (*cells[:5], "perhaps")
        yield Numbered(number, Line(number, cells))


def typed(several: Typists) -> list[Typed]:
    return list(several.type(lines(), COLUMNS, NO_TAB))


@pytest.fixture
def by_one() -> list[Typed]:
    with Typists(today=TODAY) as alone:
        found = typed(alone)
        assert not active_children()
    return found


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if these few lines were many."""
    monkeypatch.setattr(typists, "ALONE", 20)
    monkeypatch.setattr(typists, "STACK", 10)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_a_long_file_says_the_same_typed_by_several(by_one: list[Typed], soon: None) -> None:
    with Typists(today=TODAY) as several:
        assert typed(several) == by_one
        assert active_children()
    assert [one.number for one in by_one] == list(range(2, LINES + 2))
    assert sum(1 for one in by_one if one.refusal) == LINES // 10
    assert not active_children()


def test_a_process_that_is_killed_costs_no_line(by_one: list[Typed], soon: None) -> None:
    with Typists(today=TODAY) as several:
        made = several.type(lines(), COLUMNS, NO_TAB)
        found = [next(made) for _ in range(LINES // 2)]
        for process in active_children():
            os.kill(process.pid or 0, signal.SIGKILL)
        found += made
    assert found == by_one


def test_who_stops_reading_leaves_no_process(soon: None) -> None:
    with Typists(today=TODAY) as several:
        made = several.type(lines(), COLUMNS, NO_TAB)
        for _ in range(LINES // 2):
            next(made)
        assert active_children()
    assert not active_children()
