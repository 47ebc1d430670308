"""The contacts as plain values, some at a time: a row for each job and each desk, in the order of
their numbers, or of those that somebody chose.
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
Row = Sequence[Any]
Reader = Callable[[Row], object]


@dataclass(frozen=True)
class Contact:
    """One job or desk; the values stand in the order of the columns."""

    is_desk: bool
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

    Nothing of earlier pages is held; what is added meanwhile behind the last one comes too.
    """
    roles = _Pages(session, Role, [one.of_role for one in columns])
    desks = _Pages(session, Desk, [one.of_desk for one in columns])
    if chosen is None:
        yield from roles.all()
        yield from desks.all()
        return
    for some in chosen:
        yield from roles.of(some.roles)
        yield from desks.of(some.desks)


class _Pages:
    """Reads jobs, or desks, page by page."""

    def __init__(
        self, session: Session, table: type[Role] | type[Desk], sources: Sequence[str]
    ) -> None:
        self.session = session
        self.is_desk = table is Desk
        self.number = _column("desk.id" if self.is_desk else "role.id")
        self.entry = _column("entry.desk_id" if self.is_desk else "entry.role_id")
        self.selected: dict[str, int] = {}
        self.place("address.state")
        self.place("address.state_reason")
        self.place("outlet.media_type")
        self.readers = [self._reader(source) for source in sources]
        self.statement = (
            sa.select(self.number, *map(_column, self.selected))
            .select_from(_desk_rows() if self.is_desk else _role_rows())
            .where(col(Address.state_reason).is_distinct_from(SuppressionReason.ERASED.value))
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
            yield Contact(self.is_desk, tuple(read(whole) for read in self.readers))

    def _lists(self, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The names of the lists on which each stands."""
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


def _nothing(_: int, __: Row) -> object:
    return None


def _on_lists(_: int, row: Row) -> object:
    return tuple(map(escaped, row[-1]))


def _column(source: str) -> sa.ColumnElement[Any]:
    table, _, attribute = source.partition(".")
    column: sa.ColumnElement[Any] = sa.inspect(TABLES[table]).local_table.columns[attribute]
    return column


def _role_rows() -> sa.Join:
    people = sa.join(Role, Journalist, col(Journalist.id) == col(Role.journalist_id))
    addressed = people.outerjoin(Address, col(Address.id) == col(Role.address_id))
    return addressed.outerjoin(Outlet, col(Outlet.id) == col(Role.outlet_id))


def _desk_rows() -> sa.Join:
    addressed = sa.join(Desk, Address, col(Address.id) == col(Desk.address_id))
    return addressed.join(Outlet, col(Outlet.id) == col(Desk.outlet_id))


def _detail(place: int, key: str, row: Row) -> object:
    return (row[place] or {}).get(key)


def _phones(place: int, details: int, kind: str, row: Row) -> object:
    return tuple(filter(None, (row[place], *(row[details] or {}).get(f"more_{kind}s", ()))))


def _media_type(place: int, row: Row) -> object:
    """A job without an outlet says so, or it would be taken for any job at that address."""
    return row[place] or MediaType.FREELANCE


def _state(place: int, row: Row) -> object:
    state, reason = row[place], row[place + 1]
    if state != AddressState.SUPPRESSED:
        return STATES.get(state, "")
    return "unsubscribed" if reason == SuppressionReason.UNSUBSCRIBED else "suppressed by hand"


WORKED_OUT: dict[str, tuple[Callable[[int, Row], object], str]] = {
    "": (_nothing, "address.state"),
    "lists": (_on_lists, "address.state"),
    "state": (_state, "address.state"),
    "media_type": (_media_type, "outlet.media_type"),
}
