"""What tests do more quickly than people need it: each saves work that no test is about.

The parts stay the real ones; what is left out is a hash that is slow on purpose, a disk that is
waited for, and what a process that starts thousands of offices would work out anew for each.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.util import LRUCache
from starlette.routing import BaseRoute

from mailer import accounts, database
from mailer.web.templating import make_templates

AS_KEPT = accounts._hasher
PRAGMAS_AS_KEPT = database.SQLITE_PRAGMAS
#: What SQLAlchemy compiles for one test is as good for the next, whose database is another. It
#: keeps a statement together with the dialect, so that all databases of a kind share one.
COMPILED: LRUCache[Any, Any] = LRUCache(2000)
DIALECTS: dict[str, sa.Dialect] = {}
#: FastAPI works out the parameters of a page when an application is first asked for it.
INCLUDED: dict[int, BaseRoute] = {}
_create_engine = sa.create_engine
_include_router = FastAPI.include_router


@pytest.fixture
def passwords_as_kept() -> PasswordHash:
    """How passwords are hashed for people: `_quick_passwords` leaves it alone."""
    return AS_KEPT


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """The same hash as people get, for less work: theirs takes a tenth of a second on purpose."""
    with pytest.MonkeyPatch.context() as patched:
        quick = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
        patched.setattr(accounts, "_hasher", PasswordHash((quick,)))
        yield


@pytest.fixture
def pragmas_as_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite writes as it does for people: `_quick_databases` leaves it alone."""
    monkeypatch.setattr(database, "SQLITE_PRAGMAS", PRAGMAS_AS_KEPT)


@pytest.fixture(autouse=True, scope="session")
def _quick_databases(_sqlite_template: Path) -> Iterator[None]:
    """The same databases for less work: no test cuts the power, and each opens some of its own."""
    with pytest.MonkeyPatch.context() as patched:
        quick = tuple(one.replace("=FULL", "=OFF") for one in PRAGMAS_AS_KEPT)
        patched.setattr(database, "SQLITE_PRAGMAS", quick)
        patched.setattr(sa, "create_engine", _alike)
        yield


def _alike(*words: Any, **given: Any) -> sa.Engine:
    """An engine that knows what engines of its kind have compiled before."""
    engine = _create_engine(*words, **given)
    engine._compiled_cache = COMPILED
    engine.dialect = DIALECTS.get(engine.name, engine.dialect)
    return engine


def is_known(engine: sa.Engine) -> None:
    """Keep the dialect of an engine that has been used: only then it has seen its database."""
    DIALECTS[engine.name] = engine.dialect


def write_lazily(url: str) -> None:
    """The PostgreSQL of a run dies with it: nothing need outlive a power cut."""
    server = database.connect(url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    server.dispose()


@pytest.fixture(autouse=True, scope="session")
def _quick_pages() -> Iterator[None]:
    """The same pages for less work: one process of ours makes one application, a test run makes
    a thousand, with the same templates and the same routes.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mailer.web.app.make_templates", cache(make_templates))
        patched.setattr(FastAPI, "include_router", _include_once)
        yield


def _include_once(app: FastAPI, router: APIRouter) -> None:
    """Our routers have neither prefix nor beginnings of their own, so a page fits everywhere."""
    if id(router) not in INCLUDED:
        first = FastAPI(openapi_url=None)
        _include_router(first, router)
        INCLUDED[id(router)] = first.router.routes[-1]
    app.router.routes.append(INCLUDED[id(router)])
