"""Files that bring and change the same people, and what is done by hand between them: all of it
undone, in whatever order, leaves every row as it was, and nothing that is still to be undone.
"""

import csv
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from mailer.contacts.history import operation
from mailer.contacts.importing import import_contacts
from mailer.contacts.keeping.merging import merge
from mailer.contacts.keeping.undoing import may_be_undone
from mailer.errors import BadInput, Refused
from mailer.models import ContactOperation, Journalist, OperationKind
from tests.contacts.keeping.books import KEYRING, book, taken_back

#: What stands in the columns of the files; an empty cell is a word, too.
CELLS = {
    "role.email": ("k@a.example", "m@a.example", "K@A.example"),
    "person.given_name": ("Karen", "Mette"),
    "person.family_name": ("Holm", "Lund"),
    "desk.email": ("nyt@a.example",),
    "outlet.name": ("Avisen", "Radio"),
    "outlet.external_id": ("7", "8"),
    "outlet.country": ("DK", "SE"),
    "role.external_id": ("E1", "E2"),
    "role.job_title": ("Editor", "Reporter"),
    "role.beats": ("crime", "ports|crime"),
    "lists": ("Ports", "Ports|Press day"),
    "person.languages": ("da", "da|en"),
    "role.city": ("Aarhus", "Ribe"),
    "role.ended_on": ("2026-02-01",),
    "person.do_not_contact": ("yes",),
    "person.notes_public": ("Note one", "Note two"),
}
Line = tuple[str, ...]
#: A file, or the city that everybody is given by hand, or whether the first two are one.
Step = list[Line] | str | bool
LINE = st.tuples(*(st.sampled_from(("", *words)) for words in CELLS.values()))
FILE = st.lists(LINE, min_size=1, max_size=3)
STEP = st.one_of(FILE, FILE, FILE, st.sampled_from(CELLS["role.city"]), st.booleans())
FEW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _do(session: Session, step: Step, path: Path) -> int | None:
    """Do it as one operation; its number, or None where nothing came of it."""
    before = _last(session)
    with session.begin_nested() as trying:
        try:
            _try(session, step, path)
        except (BadInput, Refused):
            trying.rollback()
    after = _last(session)
    return after if after != before else None


def _last(session: Session) -> int:
    return session.exec(select(sa.func.max(ContactOperation.id))).one() or 0


def _try(session: Session, step: Step, path: Path) -> None:
    people = session.scalars(sa.select(Journalist).order_by(sa.text("id"))).all()
    if isinstance(step, list):
        _import(session, step, path)
    elif isinstance(step, str):
        with operation(session, OperationKind.EDIT):
            for person in people:
                person.city = step
    elif len(people) > 1:
        merge(session, people[step], people[not step], keyring=KEYRING, source="test")


def _import(session: Session, lines: list[Line], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([tuple(CELLS), *lines])
    import_contacts(session, path, keyring=KEYRING)


def _undo_all(session: Session, numbers: list[int]) -> list[int]:
    """Undo them again and again; those of which something is left to be undone."""
    left = numbers
    for _ in range(len(numbers) + 2):
        for number in left:
            taken_back(session, number)
        session.expire_all()
        rows = [session.get_one(ContactOperation, number) for number in left]
        left = [row.id or 0 for row in rows if may_be_undone(session, row)]
    return left


def _all_undone(
    engine: sa.Engine, path: Path, base: list[Line], steps: list[Step], order: Any
) -> None:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            if base:
                _do(session, base, path)
            before = book(session)
            done = [number for step in steps if (number := _do(session, step, path)) is not None]
            left = _undo_all(session, order(done))
            assert (left, book(session)) == ([], before)
        outer.rollback()


@FEW
@given(
    base=st.one_of(st.just([]), FILE),
    steps=st.lists(STEP, min_size=2, max_size=4),
    data=st.data(),
)
def test_undone_in_any_order_nothing_is_left(
    engine: sa.Engine, tmp_path: Path, base: list[Line], steps: list[Step], data: st.DataObject
) -> None:
    _all_undone(
        engine, tmp_path / "x.csv", base, steps, lambda done: data.draw(st.permutations(done))
    )


def _line(**cells: str) -> Line:
    return tuple(cells.get(name.replace(".", "_"), "") for name in CELLS)


KAREN = {"role_email": "k@a.example", "person_family_name": "Holm"}
METTE = {"role_email": "m@a.example", "person_family_name": "Lund"}
AARHUS, RIBE = {"role_city": "Aarhus"}, {"role_city": "Ribe"}


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 1, 0), (0, 1, 2)])
def test_a_city_that_went_to_and_fro_is_the_first_one_again(
    engine: sa.Engine, tmp_path: Path, order: tuple[int, ...]
) -> None:
    steps: list[Step] = [
        [_line(**KAREN, **RIBE)],
        [_line(**KAREN, **AARHUS), _line(**METTE)],
        [_line(**KAREN, **RIBE), _line(**METTE, **RIBE)],
    ]
    _all_undone(
        engine,
        tmp_path / "x.csv",
        [_line(**KAREN, **AARHUS)],
        steps,
        lambda done: [done[place] for place in order],
    )
