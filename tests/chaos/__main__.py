"""`python -m tests.chaos -n 50`: rounds of chaos, then the table; 1 if anything is wrong."""

import argparse
import json
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import structlog

from tests.chaos import databases, scenarios
from tests.chaos.office import office
from tests.chaos.recorder import recorder
from tests.chaos.rounds import Round, deal, play
from tests.chaos.scene import FAULTS, Deck
from tests.chaos.tally import Tally

KINDS = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}
RECIPIENTS = 2_000


def main(words: list[str] | None = None) -> int:
    """Play, and print what came of it; the exit code."""
    chosen = _arguments(words)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if chosen.scenario:
        return scenarios.main(chosen.scenario, kinds=KINDS[chosen.database], as_json=chosen.json)
    say = _say_nothing if chosen.json else _say
    say(f"seed {chosen.seed}")
    rounds: list[Round] = []
    kinds = KINDS[chosen.database]
    for turn, kind in enumerate(kinds):
        number = chosen.rounds // len(kinds) + (turn < chosen.rounds % len(kinds))
        rounds += run(kind, number, chosen=chosen, first=len(rounds) + 1)
    table = {kind: _sum([r for r in rounds if r.database == kind]) for kind in kinds}
    is_right = len(rounds) == chosen.rounds and all(one.is_right for one in rounds)
    if chosen.json:
        print(json.dumps(_document(rounds, table, chosen=chosen, is_right=is_right)))
    else:
        print(_table(rounds, table))
    return 0 if is_right else 1


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("-n", "--rounds", type=int, default=50, help="in all")
    parser.add_argument("--database", choices=KINDS, default="both")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--recipients", type=int, default=RECIPIENTS, help="of each round")
    parser.add_argument("--fault", action="append", choices=FAULTS, help="only this one")
    parser.add_argument("--scenario", choices=scenarios.SCENARIOS, help="instead of rounds")
    parser.add_argument("--keep", type=Path, help="an empty folder in which everything stays")
    parser.add_argument("--json", action="store_true", help="one JSON document, nothing else")
    return parser.parse_args(words)


def run(kind: str, number: int, *, chosen: argparse.Namespace, first: int) -> list[Round]:
    """So many rounds on one kind of database, one after the other on the same office."""
    say = _say_nothing if chosen.json else _say
    random = Random(f"{chosen.seed} {kind}")
    deck = Deck(random, tuple(chosen.fault or FAULTS))
    played: list[Round] = []
    with ExitStack() as ending:
        folder = chosen.keep or Path(
            ending.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        )
        folder = folder / kind
        folder.mkdir(parents=True)
        base = ending.enter_context(getattr(databases, kind)(folder))
        relay = ending.enter_context(recorder(folder / "relay.log"))
        opened = ending.enter_context(office(folder, base, relay, recipients=chosen.recipients))
        opened.start_all()
        for turn in range(number):
            one = play(
                opened,
                deal(deck, random),
                number=first + turn,
                random=random,
                size=chosen.recipients,
            )
            say(one.line())
            played.append(one)
            if one.is_stuck:
                break
    return played


def _say(text: str) -> None:
    print(text, flush=True)


def _say_nothing(text: str) -> None:
    pass


def _sum(rounds: list[Round]) -> Tally:
    return sum((one.tally for one in rounds), Tally())


def _table(rounds: list[Round], table: dict[str, Tally]) -> str:
    columns = ("accepted", "recorded", "unknown", "ended", "doubled", "lost", "false")
    lines = ["", f"{'':12}{'rounds':>8}" + "".join(f"{name:>10}" for name in columns)]
    for kind, told in [*table.items(), ("together", sum(table.values(), Tally()))]:
        number = sum(kind in {one.database, "together"} for one in rounds)
        figures = "".join(f"{getattr(told, name):>10}" for name in columns)
        lines.append(f"{kind:12}{number:>8}{figures}")
    right = sum(one.is_right for one in rounds)
    lines.append(f"\n{right} of {len(rounds)} rounds as they should be")
    return "\n".join(lines)


def _document(
    rounds: list[Round], table: dict[str, Tally], *, chosen: argparse.Namespace, is_right: bool
) -> dict[str, Any]:
    return {
        "seed": chosen.seed,
        "rounds": len(rounds),
        "right": sum(one.is_right for one in rounds),
        "is_right": is_right,
        "table": sum(table.values(), Tally()).as_dict(),
        "databases": {kind: told.as_dict() for kind, told in table.items()},
        "played": [one.as_dict() for one in rounds],
    }


if __name__ == "__main__":
    sys.exit(main())
