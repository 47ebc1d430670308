"""Whatever a list keeper does, undone in reverse it was never done; in any order it never fails."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from mailer.contacts import media_lists
from mailer.contacts.history import operation
from mailer.contacts.keeping.different import mark_different
from mailer.contacts.keeping.leaving import end_job
from mailer.contacts.keeping.merging import merge
from mailer.contacts.keeping.moving import NewJob, move
from mailer.contacts.keeping.people import Job
from mailer.errors import BadInput, Refused
from mailer.models import (
    TABLES,
    ContactOperation,
    Journalist,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
)
from tests import factories
from tests.contacts.keeping.books import KEYRING, book, taken_back

DAY = date(2026, 12, 1)
#: What is done, to whom and with what; numbers choose among those who are there.
Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "move", "end", "merge", "list", "off", "differ"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=7,
)
FEW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def an_address_book(engine: sa.Engine) -> Iterator[Session]:
    """Three people, two of them at one outlet, and a list; nothing of it is kept."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            papers = [factories.outlet(session, name) for name in ("Avisen", "Radio")]
            for number, paper in enumerate((papers[0], papers[0], papers[1])):
                factories.journalist(session, f"p{number}@avisen.example", outlet=paper)
            media_lists.save_list(session, "Ports")
            yield session
        outer.rollback()


def _one(session: Session, table: Any, number: int) -> Any:
    rows = session.exec(select(table).order_by(col(table.id))).all()
    return rows[number % len(rows)] if rows else None


def _do(session: Session, step: Step) -> int | None:
    """Do it as one operation; its number, or None where there was nothing to do."""
    before = _last(session)
    what, one, two = step
    person = _one(session, Journalist, one)
    role = _one(session, Role, two)
    if person is None or role is None:
        return None
    try:
        DOINGS[what](session, person, role, two)
    except BadInput:
        return None
    number = _last(session)
    return number if number != before else None


def _last(session: Session) -> int:
    return session.exec(select(sa.func.max(ContactOperation.id))).one() or 0


def _add(session: Session, _person: Journalist, role: Role, two: int) -> None:
    with operation(session, OperationKind.IMPORT, source="x.csv"):
        paper = factories.outlet(session, f"New {two}")
        factories.journalist(session, f"new{two}@avisen.example", outlet=paper)
        role.job_title = f"Editor {two}"


def _edit(session: Session, person: Journalist, _role: Role, two: int) -> None:
    with operation(session, OperationKind.EDIT):
        person.city, person.languages = f"City {two}", ["da", "en"][: two % 3]


def _move(session: Session, person: Journalist, role: Role, two: int) -> None:
    job = _job(session, person)
    to = NewJob(_one(session, Outlet, two), email=f"moved{two}@x.example", keeps_lists=two % 2 == 0)
    day = DAY + timedelta(days=two)
    move(session, person, to, leaving=job, on=day, keyring=KEYRING, source="test")


def _end(session: Session, person: Journalist, _role: Role, _two: int) -> None:
    end_job(session, person, leaving=_job(session, person), on=DAY, source="test")


def _merge(session: Session, person: Journalist, _role: Role, two: int) -> None:
    merge(session, person, _one(session, Journalist, two), keyring=KEYRING, source="test")


def _list(session: Session, _person: Journalist, role: Role, _two: int) -> None:
    with operation(session, OperationKind.EDIT):
        ports = media_lists.save_list(session, "Ports")
        media_lists.add_entries(session, [(ports.id or 0, role.id or 0, None)])


def _off(session: Session, _person: Journalist, _role: Role, two: int) -> None:
    entry = _one(session, MediaListEntry, two)
    if entry is not None:
        with operation(session, OperationKind.EDIT):
            session.delete(entry)


def _differ(session: Session, person: Journalist, _role: Role, two: int) -> None:
    mark_different(session, person, _one(session, Journalist, two), source="test")


DOINGS = {
    "add": _add,
    "edit": _edit,
    "move": _move,
    "end": _end,
    "merge": _merge,
    "list": _list,
    "off": _off,
    "differ": _differ,
}


def _job(session: Session, person: Journalist) -> Job:
    role = session.exec(
        select(Role).where(Role.journalist_id == person.id).order_by(col(Role.id))
    ).first()
    if role is None:
        raise BadInput("no job")
    return Job(role, session.get(Outlet, role.outlet_id) if role.outlet_id else None)


@FEW
@given(steps=STEPS)
def test_undone_in_reverse_all_is_as_before(engine: sa.Engine, steps: list[Step]) -> None:
    with an_address_book(engine) as session:
        done: list[tuple[int, dict[str, list[dict[str, Any]]]]] = []
        for step in steps:
            before = book(session)
            if (number := _do(session, step)) is not None:
                done.append((number, before))
        for number, before in reversed(done):
            after = book(session)
            undone = taken_back(session, number)
            assert (book(session), undone.conflicts) == (before, ())
            again = taken_back(session, undone.undo_id)
            assert (book(session), again.conflicts) == (after, ())
            taken_back(session, again.undo_id)
            assert book(session) == before


@FEW
@given(steps=STEPS, data=st.data())
def test_undone_in_any_order_it_never_fails(
    engine: sa.Engine, steps: list[Step], data: st.DataObject
) -> None:
    with an_address_book(engine) as session:
        done = [number for step in steps if (number := _do(session, step)) is not None]
        for number in data.draw(st.permutations(done)):
            undone = taken_back(session, number)
            if undone.is_done and data.draw(st.booleans()):
                taken_back(session, undone.undo_id)
            if undone.is_done and not undone.conflict_count:
                with suppress(Refused):
                    assert not taken_back(session, number).is_done
        _nothing_hangs(session)


@pytest.mark.parametrize(
    "steps", [(("edit", 1, 0), ("merge", 1, 0)), (("list", 0, 0), ("off", 0, 0))], ids=str
)
def test_what_a_later_change_happened_to_put_back_is_ours_once_that_is_undone(
    engine: sa.Engine, steps: tuple[Step, ...]
) -> None:
    with an_address_book(engine) as session:
        before = book(session)
        done = [_do(session, step) or 0 for step in steps]
        for number in done:
            taken_back(session, number)
        with suppress(Refused):  # a field was put right together with the later one
            taken_back(session, done[0])
        assert book(session) == before


@FEW
@given(steps=STEPS, data=st.data())
def test_what_was_undone_in_part_is_undone_once_more_and_all_is_as_before(
    engine: sa.Engine, steps: list[Step], data: st.DataObject
) -> None:
    with an_address_book(engine) as session:
        before = book(session)
        done = [number for step in steps if (number := _do(session, step)) is not None]
        for number in data.draw(st.permutations(done)):
            taken_back(session, number)
        for number in reversed(done):
            with suppress(Refused):
                taken_back(session, number)
        assert book(session) == before


def _nothing_hangs(session: Session) -> None:
    """Every row that a row names is there, and can be read."""
    assert book(session)
    for table in (Role, MediaListEntry):
        for key in TABLES.tables[str(table.__tablename__)].foreign_keys:
            orphans = sa.select(key.parent).where(
                key.parent.is_not(None), key.parent.not_in(sa.select(key.column))
            )
            assert not session.execute(orphans).all()
