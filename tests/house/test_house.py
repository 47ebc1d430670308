"""The house keeps its own promises: commands are documented, states have rescuers."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mailer.cli import app
from mailer.distribution.lifecycle import UNFINISHED
from mailer.models import DeliveryStatus

ROOT = Path(__file__).parent.parent.parent
#: In lines.
LONGEST_FUNCTION, LONGEST_FILE = 40, 300


def commands() -> set[str]:
    """All commands, those of groups within groups too."""
    return set(_under(typer.main.get_command(app), ""))


def _under(group: Any, before: str) -> Iterator[str]:
    for name, command in group.commands.items():
        words = f"{before} {name}".strip()
        yield from _under(command, words) if hasattr(command, "commands") else [words]


def test_every_command_is_in_the_documents() -> None:
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    words = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert {command for command in commands() if f"mailer {command}" not in words} == set()


def test_every_command_can_answer_in_json_or_runs_for_ever() -> None:
    runs = {"run", "web", "worker", "scheduler", "inbound serve"}
    root = typer.main.get_command(app)
    for command in commands() - runs:
        found = root
        for word in command.split():
            found = found.commands[word]  # type: ignore[attr-defined]
        options = {option for parameter in found.params for option in parameter.opts}
        assert "--json" in options, command


def test_every_state_in_between_has_a_rescuer() -> None:
    rescuers = {
        DeliveryStatus.PENDING: "its batch is due, and workers are nudged each second",
        DeliveryStatus.DEFERRED: "its batch is due when it is, and workers are nudged",
        DeliveryStatus.SENDING: "settled by its journal or at the end of its batch's lease",
    }
    assert set(UNFINISHED) == set(rescuers)


def test_templates_hold_no_address_of_another_site() -> None:
    for page in (ROOT / "templates").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for attribute in ('src="http', 'href="http', "@import", "url(http"):
            assert attribute not in text, page


def test_no_function_and_no_file_is_longer_than_a_page_bears() -> None:
    rooms = [file for room in ("mailer", "workers", "benchmarks") for file in _files(ROOT / room)]
    for file in [*rooms, *ROOT.glob("dev*.py")]:
        text = file.read_text(encoding="utf-8")
        assert text.count("\n") <= LONGEST_FILE, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                assert lines <= LONGEST_FUNCTION, f"{file}: {node.name}"


def _files(room: Path) -> list[Path]:
    """A migration is as long as the tables are many."""
    return [file for file in room.rglob("*.py") if file.parent.name != "versions"]
