"""The spool: rows wait in a file until it is known in which order they go, so that a million of
them take no room in memory.
"""

import marshal
from collections import defaultdict
from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

#: So many rows are held before they are written away.
ROWS_IN_MEMORY = 20_000
Key = TypeVar("Key")


class Spool(Generic[Key]):
    """Rows by key: those of one key come back in the order in which they were added."""

    def __init__(self) -> None:
        # Nameless: whatever happens to this process, no file of addresses is left behind.
        self._file = TemporaryFile(prefix="press-mailer-")  # noqa: SIM115 – closed on leaving
        self._waiting: defaultdict[Key, list[Any]] = defaultdict(list)
        self._held = 0
        #: Of each key: where its rows stand in the file.
        self._written: defaultdict[Key, list[tuple[int, int]]] = defaultdict(list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, key: Key, row: tuple[Any, ...]) -> None:
        """Set the row aside. It may hold numbers, texts and None."""
        self._waiting[key].append(row)
        self._held += 1
        if self._held == ROWS_IN_MEMORY:
            self._write_away()

    def rows(self, key: Key) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of that key, some at a time."""
        self._write_away()
        for start, length in self._written[key]:
            self._file.seek(start)
            # Nobody else can write into that file: it has no name.
            yield marshal.loads(self._file.read(length))  # noqa: S302

    def keys(self) -> set[Key]:
        """The keys of all rows."""
        return {*self._written, *self._waiting}

    def _write_away(self) -> None:
        start = self._file.seek(0, 2)
        for key, rows in self._waiting.items():
            written = self._file.write(marshal.dumps(rows))
            self._written[key].append((start, written))
            start += written
        self._waiting.clear()
        self._held = 0
