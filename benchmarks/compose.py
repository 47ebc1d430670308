"""Microseconds for a message: rendered in full, and spliced from its skeleton, in each language.
Milliseconds for its print.
"""

import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from benchmarks import engine, stage
from mailer import clock, database
from mailer.compose.covers.greetings import Person, greeting
from mailer.compose.letter import Identity, Letter, write_letter
from mailer.compose.message import compose
from mailer.compose.printing import press
from mailer.compose.printing.document import document_of
from mailer.compose.skeleton import Compositor
from mailer.delivery.claims import Claimed
from mailer.distribution.fanout import fan_out
from mailer.models import AttachmentKind, Delivery, Distribution
from mailer.releases.editions import FullRelease, load_by_id
from mailer.releases.files.carried import CarriedFile, HeldFile
from mailer.settings import load
from tests.chaos.office import write_home

REPETITIONS = 5
#: Messages of each language: in full so many, spliced so many.
IN_FULL, SPLICED = 20, 500
#: A document of so many bytes, in so many messages, which are all in memory at once.
DOCUMENT, WITH_DOCUMENT = 200_000, 500


def run(*, repetitions: int = REPETITIONS) -> dict[str, Any]:
    """Medians for each language, unsigned, and for each way of signing over all languages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        number = SPLICED * len(stage.SENTENCES)
        with stage.sqlite(folder, recipients=number) as ready:
            base = database.connect(ready.url)
            full, wave = _wave(base, ready, folder)
            base.dispose()
        identities = {
            dkim: _identity(folder, keys) for dkim, keys in engine.write_keys(folder).items()
        }
    languages = [
        _language(language, ones, full, identities["none"], repetitions=repetitions)
        for language, ones in sorted(_by_language(wave).items())
    ]
    signed = [
        {"dkim": dkim, "spliced_us": _spliced(wave, full, identity, repetitions=repetitions)}
        for dkim, identity in identities.items()
    ]
    carrying = with_document(full)
    attached = [
        {
            "dkim": dkim,
            "octets": DOCUMENT,
            "spliced_us": _spliced(
                wave[:WITH_DOCUMENT], carrying, identity, repetitions=repetitions
            ),
        }
        for dkim, identity in identities.items()
    ]
    return {"rows": languages, "signed": signed, "attached": attached}


def with_document(full: FullRelease) -> FullRelease:
    """The same release with a document that each message carries."""
    held = HeldFile(1, b"%PDF-1.7\n" + random.Random(1).randbytes(DOCUMENT))
    file = CarriedFile(
        attachment_id=1,
        file_id=1,
        name="annex.pdf",
        language="",
        kind=AttachmentKind.DOCUMENT,
        media_type="application/pdf",
        size=DOCUMENT,
    )
    return replace(full, files=(file,), held={1: held})


def _identity(folder: Path, keys: dict[str, str]) -> Identity:
    config = write_home(folder, url="sqlite://", port=25, sections={"dkim": {"keys": keys}})
    return Identity.from_settings(load(config))


def _wave(base: sa.Engine, ready: stage.Stage, folder: Path) -> tuple[FullRelease, list[Claimed]]:
    """Everybody of the stage as a worker claims them."""
    settings = load(folder / "mailer.toml")
    with database.writing(base) as session:
        distribution = session.get_one(Distribution, ready.distribution_id)
        fan_out(
            session,
            distribution,
            identity=Identity.from_settings(settings),
            at=clock.now(),
            batch_size=settings.delivery.batch_size,
            throttle=settings.throttle,
        )
        full = load_by_id(session, distribution.release_id)
        columns = [col(getattr(Delivery, name)) for name in Claimed._fields]
        rows = session.execute(sa.select(*columns).order_by(col(Delivery.position)))
        return full, [Claimed._make(row) for row in rows]


def _by_language(wave: Sequence[Claimed]) -> dict[str, list[Claimed]]:
    found: defaultdict[str, list[Claimed]] = defaultdict(list)
    for one in wave:
        found[one.cover_language].append(one)
    return found


def _greeted(wave: Sequence[Claimed]) -> list[Claimed]:
    """The same, each reader greeted by a name of her own."""
    return [
        one._replace(
            greeting=greeting(
                one.cover_language, Person(given_name=f"Anna {one.id}", family_name="Keller")
            )
        )
        for one in wave
    ]


def _language(
    language: str,
    wave: Sequence[Claimed],
    full: FullRelease,
    identity: Identity,
    *,
    repetitions: int,
) -> dict[str, Any]:
    letters = [write_letter(one, full, identity=identity, at=clock.now()) for one in wave[:IN_FULL]]
    octets = len(compose(letters[0]).data)
    times = []
    for _ in range(repetitions):
        began = time.perf_counter()
        for letter in letters:
            compose(letter)
        times.append((time.perf_counter() - began) / len(letters) * 1e6)
    return {
        "language": language,
        "octets": octets,
        "full_us": round(statistics.median(times), 1),
        "spliced_us": _spliced(wave, full, identity, repetitions=repetitions),
        "greeted_us": _spliced(_greeted(wave), full, identity, repetitions=repetitions),
        "print_ms": _print(letters[0], repetitions=repetitions),
    }


def _print(letter: Letter, *, repetitions: int) -> float | None:
    """The press remembers what it has set, so each print has another title; None without it."""
    if not press.is_there():
        return None
    document, times = document_of(letter), []
    for number in range(repetitions):
        began = time.perf_counter()
        press.print_document(document | {"title": f"{document['title']} {number}"})
        times.append((time.perf_counter() - began) * 1e3)
    return round(statistics.median(times), 1)


def _spliced(
    wave: Sequence[Claimed], full: FullRelease, identity: Identity, *, repetitions: int
) -> float:
    """The skeletons are made before: once for a release, however many get it."""
    compositor = Compositor(identity)
    compositor.set_wave(wave, full, at=clock.now())
    times = []
    for _ in range(repetitions):
        began = time.perf_counter()
        made = compositor.set_wave(wave, full, at=clock.now())
        times.append((time.perf_counter() - began) / len(wave) * 1e6)
        if defects := [one for one in made if isinstance(one, str)]:
            raise RuntimeError(f"{len(defects)} messages were not composed: {defects[0]}")
    return round(statistics.median(times), 1)
