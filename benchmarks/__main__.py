"""`python -m benchmarks NAME…`: measures, and prints what it found; all of them without a name."""

import argparse
import inspect
import json
import os
import platform
import sys
from collections.abc import Callable
from typing import Any

import structlog

from benchmarks import audience, compose, engine, growth, importing, inbound, limit, plain

BENCHMARKS: dict[str, Callable[..., dict[str, Any]]] = {
    "limit": limit.run,
    "engine": engine.run,
    "plain": plain.run,
    "compose": compose.run,
    "inbound": inbound.run,
    "growth": growth.run,
    "audience": audience.run,
    "importing": importing.run,
}


def main(words: list[str] | None = None) -> int:
    """Measure; the exit code. 1: something is missing that it takes."""
    chosen = _arguments(words)
    for name in [name for name in os.environ if name.startswith("MAILER_")]:
        del os.environ[name]  # settings of a real office would be laid over ours
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    found: dict[str, dict[str, Any]] = {}
    for name in chosen.names or BENCHMARKS:
        try:
            found[name] = BENCHMARKS[name](**_options(name, chosen))
        except FileNotFoundError as missing:
            print(f"{name}: {missing}", file=sys.stderr)
            return 1
        if not chosen.json:
            print("\n".join(told(name, found[name])), flush=True)
    if chosen.json:
        # One benchmark is its own document; several are keyed by their names.
        print(json.dumps(next(iter(found.values())) if len(found) == 1 else found, default=str))
    return 0


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="one JSON document, nothing else")
    parser.add_argument("--repetitions", type=int, help="of each measurement; medians are told")
    parser.add_argument("--recipients", type=int, help="of each run of engine or plain")
    parser.add_argument("--rows", type=int, help="importing: lines of the file")
    several: dict[str, Any] = {"nargs": "+", "help": "only these"}
    parser.add_argument("--databases", choices=engine.DATABASES, **several)
    parser.add_argument("--dkim", choices=engine.DKIM, **several)
    parser.add_argument("--processes", type=int, **several)
    chosen = parser.parse_args(words)
    if strangers := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(strangers)}: choose from {', '.join(BENCHMARKS)}")
    return chosen


def _options(name: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """What was given and that benchmark takes."""
    takes = inspect.signature(BENCHMARKS[name]).parameters
    return {
        option: value
        for option, value in vars(chosen).items()
        if option in takes and value is not None
    }


def told(name: str, found: dict[str, Any]) -> list[str]:
    """The document for a reader: scalars on lines of their own, rows as a table."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return [f"\n{name} ({machine})", *_told(found, indent="  ")]


def _told(found: dict[str, Any], *, indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in found.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_told(value, indent=indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{indent}{key}:", *_table(value, indent=indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {value}")
    return lines


def _table(rows: list[dict[str, Any]], *, indent: str) -> list[str]:
    columns = [name for name, value in rows[0].items() if not isinstance(value, list)]
    cells = [columns, *([str(row.get(name, "")) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    return [
        indent + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in cells
    ]


if __name__ == "__main__":
    sys.exit(main())
