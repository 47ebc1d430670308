"""What every command stands on: the settings, the database, the keys, and how it answers."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from mailer import clock, database
from mailer.compose.letter import Identity
from mailer.contacts.lost_keys import refuse_lost_keys
from mailer.contacts.office_clock import office_zone
from mailer.errors import Refused
from mailer.migrations import refuse_outdated
from mailer.settings import Settings, load
from mailer.tokens import Keyring

#: On every command: standard output is then one JSON document and nothing else.
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
#: The largest number of a row: no database of ours counts further.
BIGGEST = 2**63 - 1
#: Columns of a table that goes into a file or a pipe: nothing is cut off there.
WIDE = 400
Cell = str | int | None


@dataclass
class Context:
    """One run of the command; made by the root, handed to every command as `context.obj`."""

    config: Path | None = None
    out: Console = field(
        default_factory=lambda: Console(width=None if sys.stdout.isatty() else WIDE, emoji=False)
    )
    err: Console = field(default_factory=lambda: Console(stderr=True, emoji=False))

    @cached_property
    def settings(self) -> Settings:
        """The settings, read when they are first needed."""
        return load(self.config)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys that sign and hash."""
        return Keyring(self.settings.signing_keys)

    @cached_property
    def identity(self) -> Identity:
        """What our messages are signed with and lead back to."""
        return Identity.from_settings(self.settings)

    @cached_property
    def unsigned(self) -> Identity:
        """The same without the keys of DKIM, which a machine that does not send may lack."""
        return Identity.from_settings(self.settings, signs=False)

    @cached_property
    def engine(self) -> sa.Engine:
        """The database, refused also when a key of its suppressions is missing."""
        refuse_lost_keys(self.tables, self.settings.secrets.keys.keys())
        return self.tables

    @cached_property
    def tables(self) -> sa.Engine:
        """The database, refused when its tables are not today's."""
        engine = database.connect(self.settings.database_url)
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        if file and not Path(file).exists():
            raise Refused(
                f"there is no database {file}: go to the folder of your mailer.toml, or name that"
                " file with --config; for a new office: `mailer init`, or `mailer db upgrade`"
            )
        refuse_outdated(engine)
        return engine

    def close(self) -> None:
        """Let go of the database, if it was used."""
        if "tables" in vars(self):
            self.tables.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing."""
        with database.reading(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed at its end."""
        with database.writing(self.engine) as session:
            yield session

    @cached_property
    def zone(self) -> str:
        """By whose clock times are told to people."""
        with self.reading() as session:
            return office_zone(session)

    def at(self, moment: datetime) -> str:
        """A moment by the office's clock, to the minute; JSON has it as it is kept."""
        return moment.astimezone(clock.zone(self.zone)).isoformat(timespec="minutes")

    def answer(self, document: Any, *, as_json: bool, told: Callable[[], object]) -> None:
        """Answer with the document as JSON, or with what `told` prints."""
        if as_json:
            _write(json.dumps(jsonable(document), ensure_ascii=False, indent=2))
        else:
            told()

    def lines(self, documents: Iterable[Any]) -> None:
        """Answer with one JSON document a line."""
        for document in documents:
            _write(json.dumps(jsonable(document), ensure_ascii=False))

    def say(self, text: str) -> None:
        """Print a line as it is: brackets in a name are no markup."""
        self.out.print(text, markup=False, highlight=False, soft_wrap=True)

    def table(self, *headings: str, rows: Iterable[Iterable[Cell]], title: str = "") -> None:
        """Print a table."""
        table = Table(title=title or None, title_justify="left", box=None)
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*("" if cell is None else escaped(str(cell)) for cell in row))
        self.out.print(table)


def _write(document: str) -> None:
    """Write a document whole: a program that reads it must not wait for our end."""
    sys.stdout.write(document + "\n")
    sys.stdout.flush()


def jsonable(document: Any) -> Any:
    """The document in JSON's own kinds; moments as ISO 8601."""
    return to_jsonable_python(document, serialize_unknown=False)


def escaped(text: str) -> str:
    """The text with its brackets taken literally."""
    return text.replace("[", r"\[")


def counted(counts: Mapping[str, int]) -> str:
    """Counts in words: 3 sent, 1 deferred."""
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "nothing"
