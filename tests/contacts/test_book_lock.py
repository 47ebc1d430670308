"""One changes the address book at a time: what the other has done is known before one begins."""

from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from mailer.contacts import suppressions
from mailer.contacts.book_lock import lock_book, lock_book_if_free
from mailer.contacts.history import operation
from mailer.contacts.importing import ImportReport, import_contacts
from mailer.contacts.keeping.merging import merge
from mailer.contacts.keeping.people import find_person
from mailer.contacts.keeping.undoing import undo
from mailer.database import writing
from mailer.errors import Refused
from mailer.models import (
    Address,
    AddressState,
    Journalist,
    MediaList,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.book_lock import Other

pytestmark = pytest.mark.postgresql
EVA = "eva@havn.example"
FILE = f"""email,given_name,family_name,outlet,outlet_country,lists
{EVA},Eva,Lind,Havnebladet,DK,Ports
lars@havn.example,Lars,Bruun,Havnebladet,DK,Ports
"""


@pytest.fixture
def engine(postgresql_engine: sa.Engine) -> sa.Engine:
    """SQLite has one writer."""
    return postgresql_engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def take(session: Session, file: Path, keyring: Keyring) -> ImportReport:
    return import_contacts(session, file, keyring=keyring)


def numbers(engine: sa.Engine) -> dict[str, int]:
    tables: tuple[type[SQLModel], ...] = (
        Address,
        Outlet,
        Journalist,
        Role,
        MediaList,
        MediaListEntry,
    )
    with Session(engine) as session:
        return {one.__name__: len(session.exec(select(one)).all()) for one in tables}


def test_a_file_that_is_imported_twice_at_once_is_there_once(
    engine: sa.Engine, file: Path, keyring: Keyring
) -> None:
    with Session(engine) as first:
        take(first, file, keyring)
        second = Other(engine, partial(take, file=file, keyring=keyring))
        assert second.waits()
        first.commit()
    second.ends()
    assert numbers(engine) == {
        "Address": 2,
        "Outlet": 1,
        "Journalist": 2,
        "Role": 2,
        "MediaList": 1,
        "MediaListEntry": 2,
    }


def test_an_undo_that_had_to_wait_knows_what_was_undone_meanwhile(
    engine: sa.Engine, file: Path, keyring: Keyring
) -> None:
    with writing(engine) as session:
        number = take(session, file, keyring).operation_id
    back = partial(undo, operation_id=number, keyring=keyring, source="test")
    with Session(engine) as first:
        back(first)
        second = Other(engine, back)
        assert second.waits()
        first.commit()
    with pytest.raises(Refused, match="was undone by operation"):
        second.ends()


def test_a_merge_that_had_to_wait_keeps_what_was_changed_meanwhile(
    engine: sa.Engine, file: Path, keyring: Keyring
) -> None:
    with writing(engine) as session:
        take(session, file, keyring)

    def put_together(session: Session) -> None:
        staying, going = find_person(session, EVA), find_person(session, "lars@havn.example")
        merge(session, staying, going, keyring=keyring, source="test")

    with Session(engine) as first:
        with operation(first, OperationKind.EDIT):
            find_person(first, "lars@havn.example").city = "Aarhus"
        second = Other(engine, put_together)
        assert second.waits()
        first.commit()
    second.ends()
    with Session(engine) as session:
        assert [one.city for one in session.exec(select(Journalist))] == ["Aarhus"]


def test_who_had_read_before_its_turn_reads_again(engine: sa.Engine) -> None:
    with writing(engine) as session:
        factories.journalist(session, EVA, city="Aarhus")
    with Session(engine) as session:
        eva = session.exec(select(Journalist)).one()
        with writing(engine) as other:
            other.execute(sa.update(Journalist).values(city="Odense"))
        lock_book(session)
        assert eva.city == "Odense"


def test_who_must_not_wait_for_a_turn_is_told_so(engine: sa.Engine) -> None:
    with Session(engine) as first, Session(engine) as second:
        lock_book(first)
        assert not lock_book_if_free(second)
        first.commit()
        assert lock_book_if_free(second)
        assert not lock_book_if_free(first)


def test_who_leaves_never_waits_for_an_import_and_is_closed_when_it_is_through(
    engine: sa.Engine, file: Path, keyring: Keyring
) -> None:
    def leave(_done: int, _of: int) -> None:
        with writing(engine) as other:
            reason = SuppressionReason.UNSUBSCRIBED
            other.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            suppressions.suppress(other, EVA, keyring=keyring, reason=reason, source="link")

    with writing(engine) as session:
        # Its rows are written, and nobody else can see them yet.
        import_contacts(session, file, keyring=keyring, progress=leave)
    with Session(engine) as session:
        states = {one.email: one.state for one in session.exec(select(Address))}
    assert states == {EVA: AddressState.SUPPRESSED, "lars@havn.example": AddressState.OK}
