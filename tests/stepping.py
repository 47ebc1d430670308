"""Two transactions of PostgreSQL in a fixed order: the second is begun, and runs until it waits for
what the first has locked.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from mailer.database import writing

Result = TypeVar("Result")
DEADLINE_SECONDS = 30.0
LOOK_SECONDS = 0.01
_WAITING_FOR = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE :number = ANY(pg_blocking_pids(pid))"
)


@dataclass(frozen=True)
class Beside:
    """Begins what happens beside the test."""

    engine: sa.Engine
    threads: ThreadPoolExecutor

    def transact(self, first: Session, step: Callable[[Session], Result]) -> "Future[Result]":
        """The same for a step that is a whole transaction."""

        def transaction() -> Result:
            with writing(self.engine) as session:
                return step(session)

        return self.begin(first, transaction)

    def begin(self, first: Session, step: Callable[[], Result]) -> "Future[Result]":
        """Begin the step; come back when it waits for the first transaction, or has ended."""
        begun = self.threads.submit(step)
        self.until_it_waits(first, begun)
        return begun

    def until_it_waits(self, first: Session, begun: "Future[Result]") -> None:
        """Come back when what was begun waits for that transaction, or has ended."""
        number = first.scalar(sa.text("SELECT pg_backend_pid()"))
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as look:
            while not wait({begun}, LOOK_SECONDS).done:
                if look.scalar(_WAITING_FOR, {"number": number}):
                    break
                assert time.monotonic() < deadline, "it neither ends nor waits for a lock"


@contextmanager
def beside(engine: sa.Engine) -> Iterator[Beside]:
    """Steps of that database; all have ended in the end."""
    with ThreadPoolExecutor(1) as threads:
        yield Beside(engine, threads)
