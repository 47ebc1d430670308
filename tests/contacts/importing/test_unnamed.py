"""A file without a header: nobody is lost, and nobody's name is kept as that of a column."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts.importing import Given, ImportReport, import_contacts
from mailer.contacts.importing.columns import UnknownColumns, read_header
from mailer.contacts.importing.columns.unnamed import is_contact
from mailer.database import writing
from mailer.models import ImportMapping, Journalist
from mailer.tokens import Keyring
from tests.contacts.importing.importing import counts, only

ROWS = """\
Mette,Lund,mette@avisen.example,+45 33 12 00 00
Bo,Friis,bo@radio.example,+45 33 12 00 01
"""
MAPPING = {
    "column 1": "person.given_name",
    "column 2": "person.family_name",
    "column 4": "role.phone",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def _take(session: Session, keyring: Keyring, file: Path, **mapping: str) -> ImportReport:
    return import_contacts(session, file, keyring=keyring, given=Given(mapping=mapping))


def test_its_first_contact_is_imported_like_all_others(
    session: Session, keyring: Keyring, file: Path
) -> None:
    report = _take(session, keyring, file, **MAPPING)
    assert counts(report) == {"new": 2}
    assert report.notices[0].startswith("the first row is a contact, and there is no header")
    names = session.exec(select(Journalist.given_name).order_by(Journalist.given_name)).all()
    assert names == ["Bo", "Mette"]


def test_what_was_said_is_remembered_without_a_word_of_any_row(
    engine: sa.Engine, keyring: Keyring, file: Path
) -> None:
    with writing(engine) as session:
        _take(session, keyring, file, **MAPPING)
        kept = only(session, ImportMapping).model_dump_json()
    for word in ("Mette", "Lund", "avisen", "45 33"):
        assert word not in kept
    file.write_text("Ida,Holm,ida@dr.example,\n", encoding="utf-8")
    with writing(engine) as session:
        assert counts(_take(session, keyring, file)) == {"new": 1}
        assert len(session.exec(select(ImportMapping)).all()) == 1


def test_a_file_of_another_shape_is_asked_about_again(
    session: Session, keyring: Keyring, file: Path
) -> None:
    _take(session, keyring, file, **MAPPING)
    file.write_text("ida@dr.example,Ida,Holm,+45 33 12 00 02\n", encoding="utf-8")
    with pytest.raises(UnknownColumns):
        _take(session, keyring, file)


def test_whoever_is_asked_sees_what_stands_there(file: Path) -> None:
    with pytest.raises(UnknownColumns, match=r"'column 1' \(the first row has 'Mette'\)") as asked:
        read_header(file.read_text(encoding="utf-8").splitlines()[0].split(","))
    shown = [(column.header, column.sample) for column in asked.value.columns]
    assert shown == [
        ("column 1", "Mette"),
        ("column 2", "Lund"),
        ("column 4", "+45 33 12 00 00"),
    ]


@pytest.mark.parametrize(
    ("row", "is_one"),
    [
        (["Mette", "Lund", "mette@avisen.example"], True),
        (["Mette Lund <mette@avisen.example>", "Avisen"], True),
        (["mette@avisen.example"], True),
        (["Email", "Name", "Outlet"], False),
        (["E-mail (x@y.example)", "Email", "Name", "Outlet"], False),
        (["Mette", "Lund", "Avisen"], False),
        (["@handle", "E@mail"], False),
        ([], False),
    ],
)
def test_a_contact_has_an_address_and_no_words_for_columns(row: list[str], is_one: bool) -> None:
    assert is_contact(row) is is_one
