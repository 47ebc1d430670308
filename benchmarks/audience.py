"""Audience: how many addresses a line finds, and a page of fifty of them, in the largest address
book; beside a plain count of the role table in the same run, so that the ratios hold anywhere.
And the list of contacts: what its first page takes, and a search that finds many, few or nobody.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from benchmarks import growth
from mailer import database
from mailer.audience import paging
from mailer.audience.criteria import parse
from mailer.audience.finding.counting import count
from mailer.contacts import media_lists
from mailer.migrations.upgrading import upgrade
from mailer.models import Desk, MediaListEntry, MediaType, Outlet, Role
from mailer.web.people import find_people
from tests import factories

SIZE, TIMES, MILLISECONDS, PAGE = 1_000_000, 5, 1000, 51
#: One contact of so many stands on the list, covers energy, and one outlet is a wire.
LISTED, ENERGY, WIRES = 20, 100, 500
LINES = (
    "everyone",
    "language:fr",
    "language:da,fr country:DK,FR outlet:daily",
    "beat:crime -country:DE",
    "beat:energy",
    "outlet:daily",
    "outlet:wire",
    'list:"Ports"',
    'everyone -list:"Ports"',
)
SEARCHES = ("", "karen", "holm 12345", "outlet 4711", "nobodyhere")


def run(*, recipients: int = SIZE, databases: tuple[str, ...] = growth.DATABASES) -> dict[str, Any]:
    """Milliseconds, medians, and how often a plain count would go into them."""
    rows: list[dict[str, Any]] = []
    searches: list[dict[str, Any]] = []
    for kind in databases:
        with tempfile.TemporaryDirectory() as folder, growth.place(kind, Path(folder)) as url:
            fresh = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=fresh) as pool:
                found = pool.submit(measure, url, recipients).result()
        rows += [{"database": kind, **row} for row in found["rows"]]
        searches += [{"database": kind, **row} for row in found["searches"]]
    return {"contacts": recipients, "rows": rows, "searches": searches}


def measure(url: str, size: int) -> dict[str, list[dict[str, Any]]]:
    """The figures for each line and search, in an empty database that is filled first."""
    engine = database.connect(url)
    upgrade(engine)
    with database.writing(engine) as session:
        growth.fill(session, size)
        _add_desks(session)
        _add_list(session, size)
        _add_few(session)
    with database.writing(engine) as session:
        session.execute(sa.text("ANALYZE"))
    with database.reading(engine) as session:
        rows = [_asked(session, line, size=size) for line in LINES]
        searches = [_searched(session, words) for words in SEARCHES]
    engine.dispose()
    return {"rows": rows, "searches": searches}


def _searched(session: Session, words: str) -> dict[str, Any]:
    found = find_people(session, words, limit=PAGE)
    spent = _median(lambda: find_people(session, words, limit=PAGE))
    return {"search": words or "(none)", "shown": len(found), "page_ms": spent}


def _asked(session: Session, line: str, *, size: int) -> dict[str, Any]:
    rule, at = parse(line), factories.NOW
    plain = sa.select(sa.func.count()).select_from(Role).where(col(Role.ended_on).is_(None))
    yardstick = _median(lambda: session.execute(plain).scalar_one())
    number = count(session, rule, at=at)
    counted = _median(lambda: count(session, rule, at=at))

    def page_after(number: int) -> float:
        return _median(lambda: paging.page(session, rule, at=at, size=50, after=number))

    first_page = page_after(0)
    return {
        "criteria": line,
        "addresses": number,
        "count_ms": counted,
        "first_page_ms": first_page,
        "late_page_ms": page_after(size - size // 10),
        "plain_count_ms": yardstick,
        "count_ratio": round(counted / yardstick, 1),
        "page_ratio": round(first_page / yardstick, 2),
    }


def _median(ask: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - began)
    return round(statistics.median(spent) * MILLISECONDS, 1)


def _add_desks(session: Session) -> None:
    """Each outlet has a desk, at the address of one of its reporters."""
    like = Desk(outlet_id=0, name="News", address_id=0, first_seen_at=factories.NOW)
    number = col(Outlet.id)
    growth.insert(session, like, sa.select(number), outlet_id=number, address_id=number)


def _add_list(session: Session, size: int) -> None:
    """A list with many on it."""
    ports = media_lists.save_list(session, "Ports")
    like = MediaListEntry(list_id=ports.id or 0)
    number = col(Role.id)
    chosen = sa.select(number).where(number % LISTED == 0, number <= size)
    growth.insert(session, like, chosen, role_id=number)


def _add_few(session: Session) -> None:
    """Some whom few criteria find: what a page of them costs depends on how far it must look."""
    energy = col(Role.id) % ENERGY == 1
    session.execute(sa.update(Role).where(energy).values(beats=["energy", "crime"]))
    wire = col(Outlet.id) % WIRES == 1
    session.execute(sa.update(Outlet).where(wire).values(media_type=MediaType.WIRE))
