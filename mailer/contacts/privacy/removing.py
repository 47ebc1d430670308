"""Taking contacts out of the address book for good: past the history, which would keep them whole.
It keeps that a row went, and nothing of what stood in it.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from mailer.contacts import history
from mailer.contacts.keeping.undoing.rows import table_of
from mailer.contacts.privacy.subject import HERS, DataSubject
from mailer.contacts.privacy.wording import Words
from mailer.database import listed
from mailer.models import (
    TABLES,
    Address,
    ChangeAction,
    ContactChange,
    Desk,
    DifferentPeople,
    Journalist,
    MediaListEntry,
    Outlet,
    ReceivingDomain,
    Role,
)
from mailer.models.columns import BIG


def forget(session: Session, numbers: dict[type[SQLModel], set[int]]) -> Counter[str]:
    """Remove those rows and all that the history says of them; how many rows of each table.

    It belongs to the operation that is open. Addresses go unless another row names them; a job of
    somebody else that has ended lets go of its address.
    """
    gone: Counter[str] = Counter()
    for model in HERS:
        gone[_called(model)] += _remove(session, model, numbers.get(model, set()))
    gone["address"] += _remove_addresses(session, numbers.get(Address, set()))
    whole: tuple[type[SQLModel], ...] = (*HERS, Address)
    for model in whole:
        gone["history"] += _forget_history(session, model, numbers.get(model, set()))
    for model in (Journalist, Desk):
        _note_removed(session, model, numbers.get(model, set()))
    session.expire_all()
    return +gone


def forget_subject(session: Session, subject: DataSubject, words: Words) -> Counter[str]:
    """Remove a person or a desk; of addresses only those that nobody else reads.

    An outlet that bears her name goes with her, unless somebody else is there.
    """
    numbers = {model: subject.numbers(model) for model in HERS}
    numbers[Address] = subject.own_numbers
    _let_go(session, numbers[Address])
    outlets = {row["outlet_id"] for row in subject.rows.get("role", {}).values()} - {None}
    gone = forget(session, numbers)
    gone["outlet"] = _remove_own_outlets(session, outlets, words)
    return +gone


def _remove_own_outlets(session: Session, numbers: Collection[int], words: Words) -> int:
    """A page of her own, such as a blog by her name, is about nobody else."""
    table = table_of(Outlet)
    free = sa.and_(table.c.id.in_(numbers), *(~one for one in _named_by(table)))
    found = session.execute(sa.select(table.c.id, table.c.name, table.c.website).where(free)).all()
    hers = {number for number, *texts in found if any(map(words.is_in, texts))}
    removed = _remove(session, Outlet, hers)
    _forget_history(session, Outlet, hers)
    return removed


def with_children(
    session: Session, *, people: Collection[int], desks: Collection[int] = ()
) -> dict[type[SQLModel], set[int]]:
    """These people and desks with all rows that are only theirs; their addresses among them."""
    roles = _column(session, Role, Role.id, among(session, Role.journalist_id, people))
    entries = _column(
        session, MediaListEntry, MediaListEntry.id, among(session, MediaListEntry.role_id, roles)
    ) | _column(
        session, MediaListEntry, MediaListEntry.id, among(session, MediaListEntry.desk_id, desks)
    )
    pairs: set[int] = set()
    for side in (DifferentPeople.first_id, DifferentPeople.second_id):
        pairs |= _column(session, DifferentPeople, DifferentPeople.id, among(session, side, people))
    addresses = _column(
        session, Role, Role.address_id, among(session, Role.journalist_id, people)
    ) | _column(session, Desk, Desk.address_id, among(session, Desk.id, desks))
    return {
        MediaListEntry: entries,
        DifferentPeople: pairs,
        Role: roles,
        Desk: set(desks),
        Journalist: set(people),
        Address: addresses,
    }


def among(session: Session, column: Any, numbers: Collection[int]) -> sa.ColumnElement[bool]:
    """Whether the column holds one of the numbers; one parameter, however many there are."""
    rows = sa.bindparam(None, json.dumps([[one] for one in sorted(numbers)]), sa.Text())
    asked = listed(session.get_bind().dialect.name, rows, id=BIG)
    return col(column).in_(sa.select(asked.c.id))


def _column(
    session: Session, model: type[SQLModel], column: Any, condition: sa.ColumnElement[bool]
) -> set[int]:
    found = session.execute(sa.select(col(column)).select_from(model).where(condition))
    return {number for number in found.scalars() if number is not None}


def _called(model: type[SQLModel]) -> str:
    return str(model.__tablename__)


def _remove(session: Session, model: type[SQLModel], numbers: Collection[int]) -> int:
    if not numbers:
        return 0
    table = table_of(model)
    removed = sa.delete(table).where(among(session, table.c.id, numbers))
    return session.connection().execute(removed).rowcount


def _let_go(session: Session, numbers: Collection[int]) -> None:
    """What still names an address of hers is a job of somebody else that has ended."""
    if numbers:
        session.connection().execute(
            sa.update(table_of(Role))
            .where(among(session, Role.address_id, numbers))
            .values(address_id=None)
        )


def _remove_addresses(session: Session, numbers: Collection[int]) -> int:
    """Remove the addresses that no row names any more, and what we know of their domains."""
    if not numbers:
        return 0
    table = table_of(Address)
    free = sa.and_(among(session, table.c.id, numbers), *(~one for one in _named_by(table)))
    domains = set(session.execute(sa.select(table.c.domain).where(free)).scalars())
    gone = session.connection().execute(sa.delete(table).where(free)).rowcount
    of_none = sa.select(sa.literal(1)).where(table.c.domain == col(ReceivingDomain.domain))
    session.connection().execute(
        sa.delete(ReceivingDomain).where(
            col(ReceivingDomain.domain).in_(domains), ~of_none.correlate(ReceivingDomain).exists()
        )
    )
    return gone


def _named_by(table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
    for child in TABLES.sorted_tables:
        for key in child.foreign_keys:
            if key.column.table is table:
                naming = sa.select(sa.literal(1)).where(key.parent == table.c.id)
                yield naming.correlate(table).exists()


def _forget_history(session: Session, model: type[SQLModel], numbers: Collection[int]) -> int:
    """Delete the changes of rows that are gone; those of a row that stays, stay."""
    if not numbers:
        return 0
    table = table_of(model)
    changes = table_of(ContactChange)
    there = sa.select(sa.literal(1)).where(table.c.id == changes.c.subject_id)
    removed = sa.delete(changes).where(
        changes.c.subject == table.name,
        among(session, changes.c.subject_id, numbers),
        ~there.correlate(changes).exists(),
    )
    return session.connection().execute(removed).rowcount


def _note_removed(session: Session, model: type[SQLModel], numbers: Collection[int]) -> None:
    empty: dict[str, Any] = {}
    history.note_rows(
        session, ((model, number, ChangeAction.REMOVED, empty, empty) for number in sorted(numbers))
    )
