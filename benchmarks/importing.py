"""Importing: an export of a hundred thousand rows with all the dirt of real ones, taken into an
empty address book, taken again, and taken back; each in a process of its own, for its memory.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from benchmarks import growth
from mailer import database
from mailer.contacts import suppressions
from mailer.contacts.importing import ImportReport, import_contacts
from mailer.contacts.keeping.undoing import operation_of_import, undo
from mailer.migrations.upgrading import upgrade
from mailer.models import ContactImport, Journalist, SuppressionReason
from mailer.tokens import Keyring
from tests import factories
from tests.contacts.importing import cision

ROWS = 100_000
KEYRING = Keyring({1: bytes(range(32))})
#: What a file may bring that is known already.
NO_NEWS = {"unchanged", "duplicate", "suppressed", "unusable"}
#: One step: what it is called, how long it took by the clock and by the processor, and its memory.
Row = dict[str, Any]


def run(*, rows: int = ROWS, databases: Sequence[str] = growth.DATABASES) -> dict[str, Any]:
    """Seconds, and seconds of our own process's CPU, of each step; megabytes at the peak."""
    made, told = cision.make(rows), []
    for kind in databases:
        with tempfile.TemporaryDirectory() as name, growth.place(kind, Path(name)) as url:
            path = Path(name) / "export.csv"
            path.write_text(made.text, encoding="utf-8")
            _prepare(url, made.suppressed)
            steps = (
                _apart(_first, url, path, dict(made.counts)),
                _apart(_second, url, path),
                _apart(_undone, url),
            )
        told += [{"database": kind, **step} for step in steps]
    return {"lines": rows, "megabytes": round(len(made.text.encode()) / 1e6, 1), "rows": told}


def _prepare(url: str, suppressed: Sequence[str]) -> None:
    """An empty database of an office that some of them have left."""
    engine = database.connect(url)
    upgrade(engine)
    left = dict.fromkeys(suppressed, SuppressionReason.UNSUBSCRIBED)
    with database.writing(engine) as session:
        factories.office(session)
        suppressions.suppress_many(session, left, keyring=KEYRING, source="a link")
    engine.dispose()


def _apart(step: Callable[..., Row], *given: Any) -> Row:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        return pool.submit(step, *given).result()


def _first(url: str, path: Path, expected: dict[str, int]) -> Row:
    report, row = _timed(url, "first import", lambda session: _take(session, path))
    assert {fate: number for fate, number in report.counts.items() if number} == expected
    return row


def _second(url: str, path: Path) -> Row:
    report, row = _timed(url, "second import", lambda session: _take(session, path))
    assert not report.changes
    assert {fate for fate, number in report.counts.items() if number} <= NO_NEWS
    return row


def _undone(url: str) -> Row:
    """The first import taken back: nobody is left."""

    def take_back(session: Session) -> int:
        first = session.exec(select(ContactImport.id).order_by(col(ContactImport.id))).first()
        number = operation_of_import(session, first or 0)
        undone = undo(session, number, keyring=KEYRING, source="benchmark")
        assert not undone.conflict_count
        return int(session.scalar(sa.select(sa.func.count(col(Journalist.id)))) or 0)

    left, row = _timed(url, "undo", take_back)
    assert left == 0
    return row


def _take(session: Session, path: Path) -> ImportReport:
    return import_contacts(session, path, keyring=KEYRING)


def _timed(url: str, step: str, work: Callable[[Session], Any]) -> tuple[Any, Row]:
    """What came of it, and what it cost until it was committed."""
    engine = database.connect(url)
    before = _peak_mb()
    began, spent = time.perf_counter(), _cpu_seconds()
    with database.writing(engine) as session:
        done = work(session)
    row = {
        "step": step,
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(_cpu_seconds() - spent, 1),
        "peak_mb": _peak_mb(),
        "peak_mb_before": before,
    }
    engine.dispose()
    return done, row


def _cpu_seconds() -> float:
    """What this process took and those that it started and that have ended."""
    return sum(os.times()[:4])


def _peak_mb() -> int:
    """The most memory this process ever had; what its parent had is not in it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024
