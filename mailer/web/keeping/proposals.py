"""Who may be there twice, kept while the address book stands as it was searched: in a book of a
million the search takes minutes, and a page does not wait for it.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer import clock, database
from mailer.contacts.keeping.duplicates import Pair, find_duplicates
from mailer.models import ContactOperation, DifferentPeople, Journalist

#: So many pairs are kept; what is decided makes room for the next search.
KEPT = 500
#: A page waits so long for a search, and then says that it goes on.
PATIENCE_SECONDS = 0.15
#: A search that took longer is not done anew by itself when the book has changed.
QUICK_SECONDS = 5.0


@dataclass(frozen=True)
class Search:
    """What one search found."""

    pairs: tuple[Pair, ...]
    count: int
    searched_at: datetime
    took_seconds: float
    #: The last operation that it saw.
    operation_id: int


class Proposals:
    """The last search of this process, and the one that goes on; one at a time."""

    def __init__(
        self, engine: sa.Engine, search: Callable[[sa.Engine], Search] | None = None
    ) -> None:
        """Each search is one call of `search`, by default of `search_book`."""
        self._engine = engine
        self._search = search or search_book
        self._lock = threading.Lock()
        self._running: Future[Search] | None = None
        self._last: Search | None = None

    def look(self, session: Session, *, anew: bool = False) -> tuple[Search | None, bool]:
        """The last search, and whether another goes on; one is begun when it is worth it.

        Raises what a search ended with, such as Unreachable.
        """
        with self._lock:
            if self._running is None and (anew or self._is_worth_it(session)):
                self._running = self._begun()
            running = self._running
        if running is not None:
            with suppress(TookTooLong):
                self._collect(running, patience_seconds=PATIENCE_SECONDS)
        return self._last, self._running is not None

    def wait(self) -> None:
        """Until no search goes on."""
        if (running := self._running) is not None:
            self._collect(running, patience_seconds=None)

    def _begun(self) -> Future[Search]:
        """A search in a thread of its own, which does not keep the process from ending."""
        coming: Future[Search] = Future()

        def run() -> None:
            try:
                coming.set_result(self._search(self._engine))
            except Exception as failed:  # noqa: BLE001 – whoever looks next is told
                coming.set_exception(failed)

        threading.Thread(target=run, name="duplicates", daemon=True).start()
        return coming

    def _is_worth_it(self, session: Session) -> bool:
        last = self._last
        if last is None:
            return True
        return last.took_seconds < QUICK_SECONDS and last.operation_id != last_operation(session)

    def _collect(self, running: Future[Search], *, patience_seconds: float | None) -> None:
        """Keep what the search has found. Raises TimeoutError while it goes on."""
        try:
            found = running.result(timeout=patience_seconds)
        finally:
            if running.done():
                with self._lock:
                    self._running = None if self._running is running else self._running
        self._last = found


def search_book(engine: sa.Engine) -> Search:
    """Search the whole address book."""
    started = time.monotonic()
    with database.reading(engine) as session:
        operation_id = last_operation(session)
        found = find_duplicates(session, limit=KEPT)
    took = time.monotonic() - started
    return Search(found.pairs, found.count, clock.now(), took, operation_id)


def last_operation(session: Session) -> int:
    """The number of the last thing that was done to the address book."""
    return session.exec(select(sa.func.max(col(ContactOperation.id)))).one() or 0


def still_open(session: Session, pairs: tuple[Pair, ...]) -> list[Pair]:
    """Those of the pairs about whom nobody has decided since."""
    numbers = {half.id for pair in pairs for half in (pair.first, pair.second)}
    there = set(session.exec(select(Journalist.id).where(col(Journalist.id).in_(numbers))))
    rows = session.exec(
        select(DifferentPeople.first_id, DifferentPeople.second_id).where(
            col(DifferentPeople.first_id).in_(numbers)
        )
    )
    decided = set(rows)
    return [
        pair
        for pair in pairs
        if {pair.first.id, pair.second.id} <= there
        and (pair.first.id, pair.second.id) not in decided
    ]
