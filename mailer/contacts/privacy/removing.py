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
from mailer.contacts.keeping.telling.subjects import Subjects
from mailer.contacts.keeping.undoing.rows import table_of
from mailer.contacts.privacy.subject import HERS, DataSubject, take_earlier_addresses
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
    PersonalNote,
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
    """A page of her own, such as a blog by her name, is about nobody else; nor is one by her name
    that others have left.
    """
    table = table_of(Outlet)
    names = (table.c.name, table.c.website)
    named = sa.or_(*(words.whole().condition(name) for name in names))
    free = sa.and_(table.c.id.in_(numbers) | named, *(~one for one in _named_by(table)))
    found = session.execute(sa.select(table.c.id, *names).where(free)).all()
    sure = words.whole()
    hers = {
        number
        for number, *texts in found
        if any(map((words if number in numbers else sure).is_in, texts))
    }
    removed = _remove(session, Outlet, hers)
    _forget_history(session, Outlet, hers)
    return removed


def with_children(
    session: Session, *, people: Collection[int], desks: Collection[int] = ()
) -> dict[type[SQLModel], set[int]]:
    """These people and desks with all rows that are only theirs, those that are gone, too: the
    history keeps them, and an address that a job had once may stand where nobody reads it.
    """
    found = Subjects(session)
    found.take(Journalist, "id", people)
    found.take(Desk, "id", desks)
    roles = found.take(Role, "journalist_id", people)
    for number in _of_others(session, roles, people):
        del found.rows[_called(Role)][number]
    found.take(MediaListEntry, "role_id", found.rows[_called(Role)])
    found.take(MediaListEntry, "desk_id", desks)
    for side in ("first_id", "second_id"):
        found.take(DifferentPeople, side, people)
    found.take(Address, "id", found.column(Role, "address_id") | found.column(Desk, "address_id"))
    take_earlier_addresses(session, found)
    whole: tuple[type[SQLModel], ...] = (*HERS, Address)
    return {model: set(found.rows[_called(model)]) for model in whole}


def _of_others(session: Session, roles: Collection[int], people: Collection[int]) -> set[int]:
    """Jobs that were theirs once, and that came back to somebody else."""
    return _column(
        session,
        Role,
        Role.id,
        sa.and_(among(session, Role.id, roles), ~among(session, Role.journalist_id, people)),
    )


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
    table, notes = table_of(Address), table_of(PersonalNote)
    naming = _named_by(table, besides=notes)
    free = sa.and_(among(session, table.c.id, numbers), *(~one for one in naming))
    hers = notes.c.address_id.in_(sa.select(table.c.id).where(free))
    session.connection().execute(sa.delete(notes).where(hers))
    domains = set(session.execute(sa.select(table.c.domain).where(free)).scalars())
    gone = session.connection().execute(sa.delete(table).where(free)).rowcount
    of_none = sa.select(sa.literal(1)).where(table.c.domain == col(ReceivingDomain.domain))
    session.connection().execute(
        sa.delete(ReceivingDomain).where(
            col(ReceivingDomain.domain).in_(domains), ~of_none.correlate(ReceivingDomain).exists()
        )
    )
    return gone


def _named_by(
    table: sa.Table, *, besides: sa.Table | None = None
) -> Iterator[sa.ColumnElement[bool]]:
    for child in TABLES.sorted_tables:
        for key in child.foreign_keys:
            if key.column.table is table and child is not besides:
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
