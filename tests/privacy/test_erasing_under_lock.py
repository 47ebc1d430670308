"""Who is erased while somebody changes the address book is not there afterwards (PostgreSQL)."""

from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts.importing import import_contacts
from mailer.contacts.keeping.undoing import undo
from mailer.database import writing
from mailer.models import Journalist
from mailer.privacy.erasing import erase
from mailer.tokens import Keyring
from tests.book_lock import Other
from tests.factories import NOW

pytestmark = pytest.mark.postgresql
EVA = "eva@havn.example"
HEADER = "email,given_name,family_name,outlet,outlet_country\n"
FILE = f"{HEADER}{EVA},Eva,Lind,Havnebladet,DK\nlars@havn.example,Lars,Bruun,Havnebladet,DK\n"


@pytest.fixture
def engine(postgresql_engine: sa.Engine) -> sa.Engine:
    """SQLite has one writer."""
    return postgresql_engine


def take(session: Session, folder: Path, keyring: Keyring, *, text: str = FILE) -> int:
    path = folder / "contacts.csv"
    path.write_text(text, encoding="utf-8")
    return import_contacts(session, path, keyring=keyring).operation_id


def forget(session: Session, keyring: Keyring) -> None:
    erase(session, EVA, keyring=keyring, note="asked", source="test", now=NOW)


def names(engine: sa.Engine) -> list[str]:
    with Session(engine) as session:
        return [one.full_name for one in session.exec(select(Journalist))]


def test_an_undo_that_is_open_brings_nobody_back_who_is_erased(
    engine: sa.Engine, tmp_path: Path, keyring: Keyring
) -> None:
    back = partial(undo, keyring=keyring, source="test")
    with writing(engine) as session:
        number = take(session, tmp_path, keyring)
    with writing(engine) as session:
        number = back(session, number).undo_id
    with Session(engine) as first:
        assert back(first, number).returned
        erasure = Other(engine, partial(forget, keyring=keyring))
        assert erasure.waits()
        first.commit()
    erasure.ends()
    assert names(engine) == ["Lars Bruun"]


def test_an_import_that_is_open_is_waited_for(
    engine: sa.Engine, tmp_path: Path, keyring: Keyring
) -> None:
    with Session(engine) as first:
        take(first, tmp_path, keyring)
        erasure = Other(engine, partial(forget, keyring=keyring))
        assert erasure.waits()
        first.commit()
    erasure.ends()
    assert names(engine) == ["Lars Bruun"]


def test_an_import_that_had_to_wait_for_an_erasure_leaves_her_out(
    engine: sa.Engine, tmp_path: Path, keyring: Keyring
) -> None:
    with writing(engine) as session:
        take(session, tmp_path, keyring)
    text = f"{HEADER}{EVA},Eva,Lind,Another Paper,DK\n"
    with Session(engine) as first:
        forget(first, keyring)
        second = Other(engine, partial(take, folder=tmp_path, keyring=keyring, text=text))
        assert second.waits()
        first.commit()
    second.ends()
    assert names(engine) == ["Lars Bruun"]
