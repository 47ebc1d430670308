"""Two who change the address book at once, on PostgreSQL: one has begun, the other comes."""

import threading
import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel import Session

from mailer.database import writing

PATIENCE_SECONDS = 30
#: A wait for a row is one for the transaction that has it, which belongs to no database: the one
#: who waits is known by the tables that it has.
_WAITS = sa.text(
    "SELECT count(*) FROM pg_locks WHERE locktype = ANY(:kinds) AND NOT granted"
    " AND pid IN (SELECT pid FROM pg_locks WHERE database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


class Other:
    """Another door, in a thread: what it does in a transaction of its own, and what came of it."""

    def __init__(self, engine: sa.Engine, act: Callable[[Session], object]) -> None:
        self.engine, self.act = engine, act
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with writing(self.engine) as session:
                self.act(session)
        except Exception as failure:  # noqa: BLE001 – told by the one who waits for the end
            self.failure = failure

    def waits(self, *, for_row: bool = False) -> bool:
        """Whether it comes to wait for the lock; False when it is through without."""
        asked = {"kinds": ["tuple", "transactionid"] if for_row else ["advisory"]}
        until = time.monotonic() + PATIENCE_SECONDS
        with self.engine.connect() as connection:
            while self._thread.is_alive() and time.monotonic() < until:
                if connection.execute(_WAITS, asked).scalar_one():
                    return True
        return False

    def ends(self) -> None:
        """Wait until it is through; raises what it raised."""
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()
        if self.failure is not None:
            raise self.failure
