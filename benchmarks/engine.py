"""The engine from end to end: from the rows to the sink, through the real scheduler and workers.

Measured is from the first claim to the moment at which the last answer was recorded, both as they
stand in the rows. Contacts, release, fan-out and the start of the processes lie outside.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlmodel import Session, col

from benchmarks import limit, sinks, stage
from benchmarks.stage import Stage
from mailer import database
from mailer.models import Delivery, DeliveryStatus, Distribution, DistributionStatus
from mailer.processes import end_with_parent
from tests.chaos.office import write_home

DATABASES = ("sqlite", "postgresql")
DKIM = ("none", "rsa", "ed25519")
PROCESSES = (1, 2)
RECIPIENTS, REPETITIONS = 20_000, 5
DEADLINE_SECONDS = 600.0
POLL_SECONDS = 0.1
READY = b'"worker ready"'
SELECTOR = "bench"


@dataclass(frozen=True)
class Setting:
    """One line of the table."""

    database: str
    dkim: str
    processes: int


@dataclass(frozen=True)
class Measured:
    """What one run gave."""

    messages_per_second: float
    cpu_us: float
    rss_mb: float


@dataclass
class Results:
    """All runs of one sink."""

    limits: list[float] = field(default_factory=list)
    runs: dict[Setting, list[Measured]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Medians, as the JSON has them."""
        top = statistics.median(self.limits) if self.limits else None
        return {
            "limit": top and round(top, 1),
            "rows": [_row(setting, runs, limit=top) for setting, runs in self.runs.items()],
        }


def _row(setting: Setting, runs: Sequence[Measured], *, limit: float | None) -> dict[str, Any]:
    rate = statistics.median(run.messages_per_second for run in runs)
    return {
        "database": setting.database,
        "dkim": setting.dkim,
        "processes": setting.processes,
        "messages_per_second": round(rate, 1),
        "ratio": limit and round(rate / limit, 3),
        "cpu_us": round(statistics.median(run.cpu_us for run in runs), 1),
        "rss_mb": round(max(run.rss_mb for run in runs), 1),
        "runs": [round(run.messages_per_second, 1) for run in runs],
    }


def run(
    *,
    repetitions: int = REPETITIONS,
    recipients: int = RECIPIENTS,
    databases: Sequence[str] = DATABASES,
    dkim: Sequence[str] = DKIM,
    processes: Sequence[int] = PROCESSES,
) -> dict[str, Any]:
    """Every combination so many times, taking turns with each other and with the limit."""
    settings = [Setting(*words) for words in product(databases, dkim, processes)]
    heavy, light = Results(), Results()
    with ExitStack() as ending:
        enter = ending.enter_context
        folder = Path(enter(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        keys = write_keys(folder)
        stages = {
            kind: enter(getattr(stage, kind)(folder / kind, recipients=recipients))
            for kind in databases
        }
        has_limit = sinks.program("smtp-sink") is not None
        for _ in range(repetitions):
            if has_limit:
                _turn(heavy, settings, stages, keys, sink=sinks.smtp_sink)
            two = [one for one in settings if one.processes > 1 or not has_limit]
            _turn(light, two, stages, keys, sink=sinks.light_sink)
    document = heavy.document() | {"light_sink": light.document()}
    return document if has_limit else document | {"missing": sinks.MISSING}


def _turn(
    results: Results,
    settings: Sequence[Setting],
    stages: dict[str, Stage],
    keys: dict[str, dict[str, str]],
    *,
    sink: Any,
) -> None:
    """The limit once, and each of the settings once."""
    if not settings:
        return
    number = next(iter(stages.values())).recipients
    with sink() as port:
        if sinks.program("smtp-source"):
            results.limits.append(limit.once(port, number=number))
        for setting in settings:
            measured = once(setting, stages[setting.database], dkim=keys[setting.dkim], port=port)
            results.runs.setdefault(setting, []).append(measured)
            print(f"{setting}: {measured}", file=sys.stderr, flush=True)


def once(setting: Setting, ready: Stage, *, dkim: dict[str, str], port: int) -> Measured:
    """One run on a copy of the database, in processes of its own."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        url = ending.enter_context(stage.copied(ready, folder))
        sections: dict[str, dict[str, Any]] = {
            "throttle": {"look_up_mx": False},
            "dkim": {"keys": dkim},
        }
        config = write_home(folder, url=url, port=port, sections=sections)
        engine = database.connect(url)
        ending.callback(engine.dispose)
        workers = ending.enter_context(_parts(config, setting.processes, log=folder / "log"))
        began = [cpu_seconds(worker.pid) for worker in workers]
        with database.writing(engine) as session:
            stage.open_fire(session, ready)
        _await_end(engine, ready, log=folder / "log")
        spent = sum(cpu_seconds(worker.pid) for worker in workers) - sum(began)
        with database.reading(engine) as session:
            sent, seconds = _span(session, ready)
        return Measured(
            messages_per_second=sent / seconds,
            cpu_us=spent * 1e6 / sent,
            rss_mb=max(peak_rss_mb(worker.pid) for worker in workers),
        )


@contextmanager
def _parts(config: Path, number: int, *, log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The scheduler and so many workers, all of them ready; they end with the run."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAILER_")}
    try:
        with log.open("wb") as sink:
            started += [
                subprocess.Popen(
                    [sys.executable, "-m", "workers", part, "--config", str(config)],
                    env=environment,
                    stdout=sink,
                    stderr=sink,
                    preexec_fn=end_with_parent,
                )
                for part in ["scheduler", *["worker"] * number]
            ]
        deadline = time.monotonic() + DEADLINE_SECONDS
        while log.read_bytes().count(READY) < number:
            _refuse_ended(started, deadline=deadline, log=log)
            time.sleep(POLL_SECONDS)
        yield started[1:]
    finally:
        for one in reversed(started):
            one.terminate()
            one.wait()


def _refuse_ended(
    started: Sequence[subprocess.Popen[bytes]], *, deadline: float, log: Path
) -> None:
    if any(one.poll() is not None for one in started) or time.monotonic() > deadline:
        raise RuntimeError(f"the parts did not start:\n{log.read_text()[-2000:]}")


def _await_end(engine: sa.Engine, ready: Stage, *, log: Path) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    status = sa.select(col(Distribution.status)).where(
        col(Distribution.id) == ready.distribution_id
    )
    while True:
        with database.reading(engine) as session:
            if session.execute(status).scalar_one() is DistributionStatus.SENT:
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"the run did not end:\n{log.read_text()[-2000:]}")
        time.sleep(POLL_SECONDS)


def _span(session: Session, ready: Stage) -> tuple[int, float]:
    """How many were sent, and in how many seconds. Raises RuntimeError unless all were."""
    sent, first, last = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.min(col(Delivery.first_attempt_at)),
            sa.func.max(col(Delivery.sent_at)),
        ).where(
            col(Delivery.distribution_id) == ready.distribution_id,
            col(Delivery.status) == DeliveryStatus.SENT,
        )
    ).one()
    if sent != ready.recipients:
        raise RuntimeError(f"only {sent} of {ready.recipients} were sent")
    return sent, (last - first).total_seconds()


def write_keys(folder: Path) -> dict[str, dict[str, str]]:
    """The keys for each way of signing, as the settings name them."""
    made: dict[str, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey] = {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    keys: dict[str, dict[str, str]] = {"none": {}}
    for name, key in made.items():
        path = folder / f"{name}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
        keys[name] = {SELECTOR: str(path)}
    return keys


def cpu_seconds(pid: int) -> float:
    """What that process has spent in all its threads, in its own code and in the kernel's."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_rss_mb(pid: int) -> float:
    """The most memory that it ever had."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
