"""Typing, the longest part of reading a file: the first lines are typed here, and those of a long
file by other processes. They come back in the order in which they were given.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import NamedTuple, Self

from mailer.contacts.importing.columns import Columns
from mailer.contacts.importing.files import Line
from mailer.contacts.importing.rows import TypedLine, type_line
from mailer.contacts.importing.spool import Laid, laid
from mailer.contacts.importing.tabs import Tab
from mailer.contacts.importing.vocabulary import NO_WORDS, Words, words_of
from mailer.errors import BadInput
from mailer.memory import search_rarely
from mailer.processes import end_with_parent

#: A file of so many lines is typed before other processes have started.
ALONE = 5000
#: Lines that are handed over at once, and such stacks that are on their way for each process.
STACK = 250
AHEAD = 2
#: More processes would only wait for the one that reads the file.
MOST = 4


class Numbered(NamedTuple):
    """A line, and its number in the whole file."""

    number: int
    line: Line


@dataclass(frozen=True)
class Typed:
    """What came of a line: its contacts as the spool takes them, or why it cannot be used."""

    number: int
    laid: tuple[Laid, ...] = ()
    notices: tuple[str, ...] = ()
    words: Words = NO_WORDS
    refusal: str = ""


Stack = Sequence[Numbered]
Typing = Callable[[Stack], list[Typed]]


class Typists:
    """Those who type the lines of one file. Used as a context, at whose end they are gone."""

    def __init__(self, *, today: date) -> None:
        self.today = today
        self._taken = 0
        self._number = min(os.cpu_count() or 1, MOST)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def type(self, lines: Iterable[Numbered], columns: Columns, tab: Tab) -> Iterator[Typed]:
        """What came of each line, in their order."""
        typing = partial(_type_all, columns=columns, tab=tab, today=self.today)
        waiting: deque[tuple[Stack, Future[list[Typed]] | None]] = deque()
        for stack in _stacks(lines):
            self._taken += len(stack)
            waiting.append((stack, self._hand_over(stack, typing)))
            if len(waiting) > (AHEAD * self._number if self._pool else 0):
                yield from _typed(*waiting.popleft(), typing)
        while waiting:
            yield from _typed(*waiting.popleft(), typing)

    def _hand_over(self, stack: Stack, typing: Typing) -> Future[list[Typed]] | None:
        """What another process will make of the stack; None where it is typed here."""
        if self._taken <= ALONE or self._number < 2:
            return None
        if self._pool is None:
            # A fork would take our connections and locks along.
            fresh = get_context("spawn")
            self._pool = ProcessPoolExecutor(self._number, fresh, initializer=_begin)
        try:
            return self._pool.submit(typing, stack)
        except BrokenExecutor:
            return None


def _stacks(lines: Iterable[Numbered]) -> Iterator[Stack]:
    lines = iter(lines)
    while stack := list(islice(lines, STACK)):
        yield stack


def _typed(stack: Stack, made: Future[list[Typed]] | None, typing: Typing) -> list[Typed]:
    """What came of the stack; a process that was killed costs time and no line."""
    try:
        return typing(stack) if made is None else made.result()
    except BrokenExecutor:
        return typing(stack)


def _begin() -> None:
    """In the other process: it ends with ours, and who presses Ctrl-C means ours."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    search_rarely()


def _type_all(stack: Stack, *, columns: Columns, tab: Tab, today: date) -> list[Typed]:
    return [_type_one(one, columns=columns, tab=tab, today=today) for one in stack]


def _type_one(one: Numbered, *, columns: Columns, tab: Tab, today: date) -> Typed:
    try:
        line = type_line(one.line, columns, row=one.number, today=today, tab=tab)
    except BadInput as wrong:
        return Typed(one.number, refusal=str(wrong))
    return _as_typed(one.number, line)


def _as_typed(number: int, line: TypedLine) -> Typed:
    return Typed(
        number,
        laid=tuple(map(laid, line.rows)),
        notices=tuple(line.notices),
        words=words_of(line),
    )
