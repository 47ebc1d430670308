"""The limit: how many messages a second smtp-source brings to smtp-sink, ten sessions, 10 KB each.

It works in lock-step and makes nothing, so it is a yardstick for a sender rather than a ceiling.
"""

import statistics
import subprocess
import time
from typing import Any

from benchmarks import sinks

SESSIONS = 10
OCTETS = 10_240


def once(port: int, *, number: int) -> float:
    """Messages a second in one run. Raises FileNotFoundError without Postfix."""
    found = sinks.program("smtp-source")
    if found is None:
        raise FileNotFoundError(sinks.MISSING)
    options = {"-s": SESSIONS, "-m": number, "-l": OCTETS}
    command = [found, "-d", *(str(word) for pair in options.items() for word in pair)]
    command += ["-f", "from@sender.example", "-t", "to@sink.example", f"{sinks.LOOPBACK}:{port}"]
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return number / (time.perf_counter() - began)


def run(*, repetitions: int = 5, number: int = 20_000) -> dict[str, Any]:
    """The median of some runs."""
    with sinks.smtp_sink() as port:
        rates = [once(port, number=number) for _ in range(repetitions)]
    return {"limit": round(statistics.median(rates), 1), "runs": [round(rate, 1) for rate in rates]}
