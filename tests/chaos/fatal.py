"""Runs `python -m MODULE …` as it is, and ends it with kill -9 at a moment of one transaction:

    python -m tests.chaos.fatal before batch workers scheduler --config mailer.toml

The transaction is the first that adds a row to the table; the moment is `amid` (the row is there,
more is to come), `before` its commit, or `after` it.
"""

import os
import runpy
import signal
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session


class Moment(StrEnum):
    """When it dies."""

    AMID = "amid"
    BEFORE = "before"
    AFTER = "after"


@dataclass
class Assassin:
    """Listens for the moment."""

    moment: Moment
    table: str
    #: Whether the row is there, and whether the database was told to keep it: a savepoint that is
    #: let go of is told to a session as a commit, too.
    is_near: bool = False
    is_kept: bool = False

    def listen(self) -> None:
        """From now on, on whatever engine the module opens."""
        event.listen(sa.Engine, "after_cursor_execute", self._executed)
        event.listen(sa.Engine, "commit", self._commits)
        event.listen(Session, "after_commit", self._committed)

    def _executed(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(f"INSERT INTO {self.table} "):
            self.is_near = True
            self._strike(Moment.AMID)

    def _commits(self, _connection: Any) -> None:
        self._strike(Moment.BEFORE)
        self.is_kept = self.is_near

    def _committed(self, _session: Any) -> None:
        if self.is_kept:
            self._strike(Moment.AFTER)

    def _strike(self, moment: Moment) -> None:
        if self.is_near and moment is self.moment:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _, when, where, module, *words = sys.argv
    Assassin(Moment(when), where).listen()
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
