"""The contacts as plain values, some at a time: a row for each job and each desk, then for each
outlet and each person without one, in the order of their numbers; or those that somebody chose.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts.exporting.columns import Column
from mailer.contacts.importing.values import escaped
from mailer.models import (
    Address,
    AddressState,
    Desk,
    Journalist,
    MediaList,
    MediaListEntry,
    MediaType,
    Outlet,
    Role,
    SuppressionReason,
)

#: Contacts that are read together.
ROWS_AT_ONCE = 1000
DETAILS, PHONES = ".details.", "phones "
TABLES: dict[str, type[SQLModel]] = {
    "role": Role,
    "journalist": Journalist,
    "desk": Desk,
    "outlet": Outlet,
    "address": Address,
    "entry": MediaListEntry,
}
#: What an import is told of an address, so that another office does not write to it either. By
#: hand is another reason than a leave: only the owner takes a leave back.
STATES = {
    AddressState.OK: "active",
    AddressState.SOFT: "active",
    AddressState.HARD: "bounced",
    AddressState.COMPLAINED: "complained",
}
#: The rows of what is read, and which of them.
Rows = tuple[sa.FromClause, sa.ColumnElement[bool]]
Row = Sequence[Any]
Reader = Callable[[Row], object]


@dataclass(frozen=True)
class Contact:
    """One job or desk, outlet or person; the values stand in the order of the columns."""

    is_person: bool
    values: tuple[object, ...]


@dataclass(frozen=True)
class Chosen:
    """The numbers of some jobs and desks."""

    roles: Sequence[int] = ()
    desks: Sequence[int] = ()


def contacts(
    session: Session, columns: Sequence[Column], *, chosen: Iterable[Chosen] | None = None
) -> Iterator[Contact]:
    """All contacts, ended jobs and suppressed ones among them, or the chosen ones; nobody erased.

    All of them are also the outlets at which we know nobody, and the people without any job.

    Nothing of earlier pages is held; what is added meanwhile behind the last one comes too.
    """
    roles = _Pages(session, Role, [one.of_role for one in columns])
    desks = _Pages(session, Desk, [one.of_desk for one in columns])
    if chosen is None:
        yield from roles.all()
        yield from desks.all()
        yield from _Pages(session, Outlet, [one.of_outlet for one in columns]).all()
        yield from _Pages(session, Journalist, [one.of_person for one in columns]).all()
        return
    for some in chosen:
        yield from roles.of(some.roles)
        yield from desks.of(some.desks)


class _Pages:
    """Reads jobs, desks, outlets without both, or people without a job, page by page."""

    def __init__(self, session: Session, table: type[SQLModel], sources: Sequence[str]) -> None:
        self.session = session
        self.is_person = table in (Role, Journalist)
        self.number: sa.ColumnElement[int] = sa.inspect(table).primary_key[0]
        self.entry = ENTRIES.get(table)
        self.selected: dict[str, int] = {}
        if self.entry is not None:
            self.place("address.state")
            self.place("address.state_reason")
        self.readers = [self._reader(source) for source in sources]
        rows, which = ROWS[table]()
        self.statement = (
            sa.select(self.number, *map(_column, self.selected))
            .select_from(rows)
            .where(which)
            .order_by(self.number)
        )

    def place(self, source: str) -> int:
        """Where the value of a column stands in a row; the row's number and lists stand first."""
        return self.selected.setdefault(source, len(self.selected) + 1)

    def all(self) -> Iterator[Contact]:
        """Every one, a page at a time."""
        last = 0
        while page := self._page(self.number > last, limit=ROWS_AT_ONCE):
            yield from self._read(page)
            last = page[-1][0]

    def of(self, numbers: Sequence[int]) -> Iterator[Contact]:
        """Those with these numbers."""
        for start in range(0, len(numbers), ROWS_AT_ONCE):
            some = numbers[start : start + ROWS_AT_ONCE]
            yield from self._read(self._page(self.number.in_(some)))

    def _page(
        self, which: sa.ColumnElement[bool], *, limit: int | None = None
    ) -> Sequence[sa.Row[Any]]:
        return self.session.connection().execute(self.statement.where(which).limit(limit)).all()

    def _read(self, page: Sequence[sa.Row[Any]]) -> Iterator[Contact]:
        lists = self._lists([row[0] for row in page])
        for row in page:
            whole = (*row, lists.get(row[0], ()))
            yield Contact(self.is_person, tuple(read(whole) for read in self.readers))

    def _lists(self, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The names of the lists on which each stands."""
        if self.entry is None:
            return {}
        rows = self.session.connection().execute(
            sa.select(self.entry, col(MediaList.name))
            .join(MediaList, col(MediaList.id) == col(MediaListEntry.list_id))
            .where(self.entry.in_(numbers))
            .order_by(col(MediaList.id))
        )
        found: dict[int, tuple[str, ...]] = {}
        for number, name in rows:
            found[number] = (*found.get(number, ()), name)
        return found

    def _reader(self, source: str) -> Reader:
        if not source:
            return _nothing
        if source == "lists":
            return _on_lists
        if source in WORKED_OUT:
            read, column = WORKED_OUT[source]
            return partial(read, self.place(column))
        if source.startswith(PHONES):
            table, _, kind = source.removeprefix(PHONES).partition(".")
            return partial(
                _phones, self.place(f"{table}.{kind}"), self.place(f"{table}.details"), kind
            )
        table, is_detail, key = source.partition(DETAILS)
        if is_detail:
            return partial(_detail, self.place(f"{table}.details"), key)
        return itemgetter(self.place(source))


def _nothing(_: Row) -> object:
    return None


def _on_lists(row: Row) -> object:
    return tuple(map(escaped, row[-1]))


def _column(source: str) -> sa.ColumnElement[Any]:
    table, _, attribute = source.partition(".")
    column: sa.ColumnElement[Any] = sa.inspect(TABLES[table]).local_table.columns[attribute]
    return column


def _role_rows() -> Rows:
    people = sa.join(Role, Journalist, col(Journalist.id) == col(Role.journalist_id))
    addressed = people.outerjoin(Address, col(Address.id) == col(Role.address_id))
    return addressed.outerjoin(Outlet, col(Outlet.id) == col(Role.outlet_id)), _is_kept()


def _desk_rows() -> Rows:
    addressed = sa.join(Desk, Address, col(Address.id) == col(Desk.address_id))
    return addressed.join(Outlet, col(Outlet.id) == col(Desk.outlet_id)), _is_kept()


def _is_kept() -> sa.ColumnElement[bool]:
    return col(Address.state_reason).is_distinct_from(SuppressionReason.ERASED.value)


def _outlets_alone() -> Rows:
    jobs = sa.exists().where(col(Role.outlet_id) == col(Outlet.id))
    desks = sa.exists().where(col(Desk.outlet_id) == col(Outlet.id))
    return sa.inspect(Outlet).local_table, ~jobs & ~desks


def _people_alone() -> Rows:
    jobs = sa.exists().where(col(Role.journalist_id) == col(Journalist.id))
    return sa.inspect(Journalist).local_table, ~jobs


def _detail(place: int, key: str, row: Row) -> object:
    return (row[place] or {}).get(key)


def _phones(place: int, details: int, kind: str, row: Row) -> object:
    numbers = tuple(filter(None, (row[place], *(row[details] or {}).get(f"more_{kind}s", ()))))
    # A slash or a comma in a number parts nothing, so that a single one needs no bar behind it.
    return numbers[0] if len(numbers) == 1 else numbers


def _media_type(place: int, row: Row) -> object:
    """A job without an outlet says so, or it would be taken for any job at that address.

    That a kind is unknown is nothing to tell.
    """
    kind = row[place] or MediaType.FREELANCE
    return "" if kind == MediaType.UNKNOWN else kind


def _state(place: int, row: Row) -> object:
    state, reason = row[place], row[place + 1]
    if state != AddressState.SUPPRESSED:
        return STATES.get(state, "")
    return "unsubscribed" if reason == SuppressionReason.UNSUBSCRIBED else "suppressed by hand"


WORKED_OUT: dict[str, tuple[Callable[[int, Row], object], str]] = {
    "state": (_state, "address.state"),
    "media_type": (_media_type, "outlet.media_type"),
}
#: Only these stand on lists, and have addresses.
ENTRIES: dict[type[SQLModel], sa.ColumnElement[Any]] = {
    Role: _column("entry.role_id"),
    Desk: _column("entry.desk_id"),
}
ROWS: dict[type[SQLModel], Callable[[], Rows]] = {
    Role: _role_rows,
    Desk: _desk_rows,
    Outlet: _outlets_alone,
    Journalist: _people_alone,
}
