"""The rows of a file on disk while they are put in order: first by outlet, then by whom they speak
of. So memory stays flat however long the file is, and rows of one person come together.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple, Self

from pydantic import TypeAdapter

from mailer.contacts.importing.contact_row import ContactRow, Values
from mailer.contacts.importing.together import Together
from mailer.contacts.suggesting import spelling

TABLES = """
    CREATE TABLE row (
        at INTEGER PRIMARY KEY, line INTEGER, document BLOB, rank INTEGER,
        mailbox TEXT, person TEXT, external_id TEXT,
        outlet TEXT, outlet_name TEXT, country TEXT, outlet_external_id TEXT, outlet_facts TEXT,
        ref TEXT, who INTEGER, is_good INTEGER DEFAULT 1
    );
"""
INDEXES = """
    CREATE INDEX row_outlet ON row (outlet, country, outlet_external_id);
    CREATE INDEX row_mailbox ON row (mailbox) WHERE mailbox <> '';
    CREATE INDEX row_person ON row (person) WHERE person <> '';
    CREATE INDEX row_external_id ON row (external_id) WHERE external_id <> '';
"""
#: What each good row says of its outlet, and what the last one that said something of it said.
SAID = """
    SELECT at, outlet_external_id AS number, outlet_facts AS facts,
    lag(outlet_external_id) OVER (PARTITION BY ref ORDER BY at) AS number_before,
    lag(outlet_facts) OVER (PARTITION BY ref, outlet_facts = '{}' ORDER BY at) AS facts_before
    FROM row WHERE is_good AND ref <> ''
"""
#: Two rows that agree in one of these may speak of one contact.
LINKS = ("mailbox", "person", "external_id")
#: So many rows at once are laid down.
LAID = 2000
#: Of the outlets that have one number so many are told by name.
MOST_NAMES = 4
ROW = TypeAdapter(ContactRow)
FACTS = TypeAdapter(Values)


class NamedOutlet(NamedTuple):
    """An outlet as the rows of a file name it."""

    key: str
    name: str
    country: str
    external_id: str
    #: The first line that names it so.
    line: int


class Laid(NamedTuple):
    """A row as it lies on the spool, by the columns of its table."""

    line: int
    document: bytes
    rank: int
    mailbox: str
    person: str
    external_id: str
    outlet: str
    outlet_name: str
    country: str
    outlet_external_id: str
    outlet_facts: str


class Spool:
    """A private database of one import, gone when it is closed."""

    def __init__(self) -> None:
        # No name: a file of its own that SQLite deletes by itself.
        self._disk = sqlite3.connect("", isolation_level=None)
        self._disk.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {TABLES}")
        self._disk.execute("BEGIN")
        self._laid: list[tuple[Any, ...]] = []
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._disk.close()

    def __len__(self) -> int:
        return self._count

    def lay(self, row: Laid) -> None:
        """Put a row down."""
        self._count += 1
        self._laid.append((self._count, *row))
        if len(self._laid) >= LAID:
            self._write()

    def _write(self) -> None:
        self._disk.executemany(
            f"INSERT INTO row (at, {', '.join(Laid._fields)})"  # noqa: S608 - names of ours
            f" VALUES (?{', ?' * len(Laid._fields)})",
            self._laid,
        )
        self._laid.clear()

    def finish(self) -> None:
        """All rows are here: find those that belong together."""
        self._write()
        self._disk.executescript(INDEXES)
        self._disk.execute("BEGIN")
        # Two rows of one mailbox, one of these and a third of one number: all of them are one.
        firsts = Together(self._count)
        for name in LINKS:
            self._link(name, firsts)
        self._disk.execute("UPDATE row SET who = at")
        self._disk.executemany("UPDATE row SET who = ? WHERE at = ?", firsts.moved())

    def _link(self, name: str, firsts: Together) -> None:
        rows = self._disk.execute(
            f"SELECT {name}, at FROM row WHERE {name} <> '' ORDER BY {name}, at"  # noqa: S608 - one of LINKS
        )
        for (link, at), (next_link, next_at) in pairwise(rows):
            if link == next_link:
                firsts.join(at, next_at)

    def outlets(self) -> Iterator[list[NamedOutlet]]:
        """The different outlets that are named, those of one name together."""
        found = self._disk.execute(
            "SELECT outlet, outlet_name, country, outlet_external_id, min(line) FROM row"
            " WHERE outlet <> '' OR outlet_external_id <> ''"
            " GROUP BY outlet, country, outlet_external_id ORDER BY outlet, min(at)"
        )
        for _, several in groupby(map(NamedOutlet._make, found), key=itemgetter(0)):
            yield list(several)

    def shared_numbers(self) -> dict[str, list[str]]:
        """The numbers that the file gives to several outlets, with the first names of each."""
        found = self._disk.execute(
            "SELECT outlet_external_id, min(outlet_name) FROM row WHERE outlet_external_id IN ("
            " SELECT outlet_external_id FROM row WHERE outlet_external_id <> ''"
            " GROUP BY outlet_external_id HAVING count(DISTINCT outlet) > 1)"
            " GROUP BY outlet_external_id, outlet ORDER BY min(at)"
        )
        shared: dict[str, list[str]] = {}
        for number, name in found:
            names = shared.setdefault(number, [])
            if len(names) < MOST_NAMES:
                names.append(name)
        return shared

    def name_outlets(self, decided: Iterable[tuple[NamedOutlet, str]]) -> None:
        """Keep which outlet is meant, by a word of the caller's."""
        self._disk.executemany(
            "UPDATE row SET ref = ? WHERE outlet = ? AND country = ? AND outlet_external_id = ?",
            [(ref, one.key, one.country, one.external_id) for one, ref in decided],
        )

    def lines_of(self, outlet: NamedOutlet) -> list[int]:
        """The lines that name that outlet so."""
        found = self._disk.execute(
            "SELECT DISTINCT line FROM row"
            " WHERE outlet = ? AND country = ? AND outlet_external_id = ?",
            (outlet.key, outlet.country, outlet.external_id),
        )
        return [line for (line,) in found]

    def drop(self, lines: Iterable[int]) -> None:
        """Those lines cannot be used: they are not given any more."""
        self._disk.executemany("UPDATE row SET is_good = 0 WHERE line = ?", [(n,) for n in lines])

    def by_contact(self, *, size: int) -> Iterator[list[ContactRow]]:
        """The good rows in slices of about `size`; those of one contact are never parted.

        Unless they are more than ten slices by themselves: then it is the file that is wrong.
        """
        slice_: list[ContactRow] = []
        rows = self._disk.execute(
            "SELECT who, ref, document FROM row WHERE is_good ORDER BY who, rank, at"
        )
        for _, together in groupby(rows, key=itemgetter(0)):
            for _, ref, document in together:
                slice_.append(_row(document, ref))
                if len(slice_) >= 10 * size:
                    yield slice_
                    slice_ = []
            if len(slice_) >= size:
                yield slice_
                slice_ = []
        if slice_:
            yield slice_

    def by_outlet(self, *, size: int) -> Iterator[list[ContactRow]]:
        """The good rows that name an outlet in slices of about `size`; those of one together.

        A row that says of it what has just been said is left out: most of an export do.
        """
        rows = self._disk.execute(
            f"SELECT row.ref, row.document FROM row JOIN ({SAID}) AS told ON told.at = row.at"  # noqa: S608
            " WHERE told.number IS NOT told.number_before"
            " OR (told.facts <> '{}' AND told.facts IS NOT told.facts_before)"
            " ORDER BY row.ref, row.at"
        )
        slice_: list[ContactRow] = []
        for ref, together in groupby(rows, key=itemgetter(0)):
            slice_.extend(_row(document, ref) for _, document in together)
            if len(slice_) >= size:
                yield slice_
                slice_ = []
        if slice_:
            yield slice_


def laid(row: ContactRow) -> Laid:
    """The row as it is put down, with what it is found by."""
    # Rows that say most come first: one without an outlet joins the job that another names.
    rank = 2 * (not row.outlet) + (not row.is_person and not row.desk)
    outlet = spelling(row.outlet)
    person = row.link or (f"{row.name_key}@{outlet}" if row.is_person and outlet else "")
    return Laid(
        row.row,
        ROW.dump_json(row, exclude_defaults=True),
        rank,
        row.mailbox,
        person,
        row.role_external_id,
        outlet,
        row.outlet,
        row.outlet_country,
        row.outlet_external_id,
        FACTS.dump_json(row.outlet_facts).decode(),
    )


def _row(document: bytes, ref: str | None) -> ContactRow:
    row = ROW.validate_json(document)
    if ref:
        # Sparing a copy: nobody else has seen the row yet.
        object.__setattr__(row, "outlet_ref", ref)
    return row
