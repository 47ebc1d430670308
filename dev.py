#!/usr/bin/env python3
"""The developer's door: `python3 dev.py demo` and `python3 dev.py test`, from nothing but Python.

Only the standard library, since it runs before anything is installed. `dev_environment` makes .venv
from the locked requirements and fetches the files of the pages; then this becomes the program that
was asked for, so that signals reach that program. Its own words go to standard error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dev_environment import PYTHON, ROOT, TOOLS, VENV, SetupError, find_uv, npm, prepare, say, step


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        return say(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}", code=1)
    verb, *rest = arguments or ["help"]
    if verb in ("help", "-h", "--help"):
        print("usage: python3 dev.py VERB [options and paths for the program behind it]\n")
        for name, function in VERBS.items():
            print(f"  {name:<7}{str(function.__doc__).splitlines()[0]}")
        print("\nWith MAILER_NO_UV=1 set, pip alone installs.")
        return 0
    if verb not in VERBS:
        return say(f"there is no {verb!r}; choose from {', '.join(VERBS)}", code=2)
    os.environ.pop("VIRTUAL_ENV", None)  # another environment's name must not lead uv astray
    # Dozens of processes are started: without bytecode each compiles all libraries again, 2 s long.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        TOOLS.mkdir(exist_ok=True)
        return VERBS[verb](rest)
    except (SetupError, OSError) as error:
        return say(str(error), code=1)
    except KeyboardInterrupt:
        return say("stopped", code=130)


def setup(_rest: list[str]) -> int:
    """Make .venv with everything in it and fetch the files of the pages."""
    prepare()
    return say("ready: .venv/bin/mailer --help")


def demo(rest: list[str]) -> int:
    """The whole story on this machine (--exit ends after it, --json tells it to programs)."""
    return become([f"{VENV}/bin/mailer", "demo", *rest], folder=Path.cwd())


def test(rest: list[str]) -> int:
    """The tests; paths and pytest's own options pass on."""
    return become(pytest_command(rest))


def check(rest: list[str]) -> int:
    """Format, lint, types, the law of imports, dependencies, tests; names all that failed."""
    prepare()
    lines = ("ruff format --check", "ruff check", "mypy", "lint-imports", "deptry .")
    checks = {line: [f"{VENV}/bin/{line.split()[0]}", *line.split()[1:]] for line in lines}
    checks["pytest"] = pytest_command(rest)
    failed = []
    for name, command in checks.items():
        say(name)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    return say(f"failed: {', '.join(failed)}", code=1) if failed else say("all checks passed")


def chaos(rest: list[str]) -> int:
    """Kill and cut off real processes while they send (-n 50), and compare the books."""
    return become([f"{PYTHON}", "-m", "tests.chaos", *rest])


def bench(rest: list[str]) -> int:
    """Measure (limit engine plain compose inbound growth audience importing; --json)."""
    return become([f"{PYTHON}", "-m", "benchmarks", *rest])


def become(command: list[str], *, folder: Path = ROOT) -> int:
    prepare()
    os.chdir(folder)
    os.execv(command[0], command)


def lock(rest: list[str]) -> int:
    """Remake requirements/*.lock and package-lock.json (--upgrade takes newer versions)."""
    uv = find_uv()
    options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--python-version=3.11"]
    options += ["--custom-compile-command", "python3 dev.py lock", *rest]
    product = ["pyproject.toml", "--extra", "local", "--extra", "postgres", "--extra", "pdf"]
    development = [*product, "--group", "dev", "--constraint", "requirements/runtime.lock"]
    sources = {"runtime": product, "dev": development, "npm": ["--group", "npm"]}
    for name, source in sources.items():
        target = ["--output-file", f"requirements/{name}.lock"]
        step(f"locking {name}", [uv, "pip", "compile", *options, *source, *target])
    with npm() as command:
        step("locking the files of the pages", [*command, "install", "--package-lock-only"])
    return 0


def pytest_command(rest: list[str]) -> list[str]:
    # A debugger wants the one process that the terminal belongs to.
    alone = {"--pdb", "--trace"} & set(rest)
    spread = [] if alone else ["-n", "logical", "--maxprocesses", "8", "--dist", "loadgroup"]
    return [str(PYTHON), "-m", "pytest", *spread, *rest]


VERBS = {verb.__name__: verb for verb in (setup, demo, test, check, chaos, bench, lock)}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
