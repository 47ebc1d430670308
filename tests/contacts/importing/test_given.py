"""What the list keeper says beside the file, what is told of its columns, and what becomes past."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from mailer import accounts
from mailer.contacts.importing import Given, ImportReport, import_contacts
from mailer.contacts.importing.columns import TARGETS, UnknownColumns
from mailer.contacts.importing.columns.header_words import header_sets
from mailer.contacts.importing.columns.wording import (
    SETS,
    meaning_in_words,
    meanings,
    set_in_words,
)
from mailer.contacts.importing.past import past_import, past_imports
from mailer.contacts.importing.sheets import TooManyLines
from mailer.contacts.keeping import undoing
from mailer.errors import NotFound
from mailer.models import Desk, Journalist, LegalBasis
from mailer.tokens import Keyring

TEXT = """email,given_name,family_name,desk,outlet,outlet_languages,languages
karen@havn.example,Karen,Holm,,Havnebladet,da,
ida@havn.example,Ida,Lund,,Havnebladet,da,fr
news@havn.example,,,News,Havnebladet,da,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def officer(session: Session) -> int:
    marie = accounts.add_officer(
        session, "marie@harbour.example", name="Marie Duval", password="a quiet harbour"
    )
    return marie.id or 0


def test_basis_and_language_hold_for_the_new_ones_unless_the_file_says_otherwise(
    session: Session, file: Path, keyring: Keyring
) -> None:
    given = Given(source="Cards", legal_basis=LegalBasis.CONSENT, language="sv")
    import_contacts(session, file, keyring=keyring, given=given)
    people = {one.family_name: one for one in session.exec(select(Journalist)).all()}
    news = session.exec(select(Desk)).one()
    assert (people["Holm"].languages, people["Lund"].languages, news.languages) == (
        ["sv"],
        ["fr"],
        ["sv"],
    )
    assert {people["Holm"].legal_basis, people["Lund"].legal_basis, news.legal_basis} == {
        LegalBasis.CONSENT
    }


def test_basis_and_language_change_nobody_who_is_known(
    session: Session, file: Path, keyring: Keyring
) -> None:
    import_contacts(session, file, keyring=keyring)
    given = Given(legal_basis=LegalBasis.CONSENT, language="sv")
    again = import_contacts(session, file, keyring=keyring, given=given)
    assert again.counts["unchanged"] == 3
    holm = session.exec(select(Journalist).where(Journalist.family_name == "Holm")).one()
    assert (holm.languages, holm.legal_basis) == ([], LegalBasis.LEGITIMATE_INTEREST)


def test_a_file_with_more_lines_than_there_is_time_for_is_refused(
    session: Session, file: Path, keyring: Keyring
) -> None:
    with pytest.raises(TooManyLines, match="more than 2 rows"):
        import_contacts(session, file, keyring=keyring, given=Given(most_lines=2))
    assert session.exec(select(Journalist)).all() == []
    report = import_contacts(session, file, keyring=keyring, given=Given(most_lines=3))
    assert report.counts["new"] == 3


def test_the_report_tells_how_each_column_was_understood(
    session: Session, file: Path, keyring: Keyring
) -> None:
    report: ImportReport = import_contacts(session, file, keyring=keyring)
    (sheet,) = report.sheets
    told = {one.header: (one.target, one.found_by) for one in sheet.columns}
    assert told["family_name"] == ("person.family_name", "set press_mailer")
    assert set_in_words([one.found_by for one in sheet.columns]) == "a file of Press Mailer"


def test_columns_that_nobody_knows_are_asked_one_by_one(
    session: Session, tmp_path: Path, keyring: Keyring
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("email,Kürzel,Emial of paper\na@b.example,x,y\n", encoding="utf-8")
    with pytest.raises(UnknownColumns) as asked:
        import_contacts(session, path, keyring=keyring)
    assert "Kürzel" in [one.header for one in asked.value.columns]
    assert all(target in TARGETS for one in asked.value.columns for target in one.nearest)
    assert {one.header: one.samples for one in asked.value.columns}["Kürzel"] == ("x",)


def test_each_column_is_told_with_its_first_different_values(
    session: Session, tmp_path: Path, keyring: Keyring
) -> None:
    path = tmp_path / "notes.csv"
    rows = "".join(f"p{n}@b.example,{'abcde'[n // 2]}\n" for n in range(10))
    path.write_text(f"email,note\n{rows}", encoding="utf-8")
    (sheet,) = import_contacts(session, path, keyring=keyring).sheets
    assert {one.header: one.samples for one in sheet.columns} == {
        "email": ("p0@b.example", "p1@b.example", "p2@b.example"),
        "note": ("a", "b", "c"),
    }


def test_everything_a_column_can_mean_and_every_export_has_words() -> None:
    offered = [one.target for _, group in meanings() for one in group]
    assert {*offered, "ignore"} == set(TARGETS)
    assert len({meaning_in_words(target) for target in TARGETS}) == len(TARGETS)
    assert {known.name for known in header_sets()} == set(SETS)


def test_a_past_import_tells_who_did_and_undid_it(
    session: Session, file: Path, keyring: Keyring, officer: int
) -> None:
    by_hand = import_contacts(session, file, keyring=keyring)
    given = Given(source="Cards", officer_id=officer)
    number = import_contacts(session, file, keyring=keyring, given=given).import_id
    first, second = past_imports(session, limit=5)
    assert (first.import_id, first.who, first.source) == (number, "Marie Duval", "Cards")
    assert (second.who, second.source) == ("", "contacts.csv")
    assert [one.import_id for one in past_imports(session, limit=5, before=number)] == [
        by_hand.import_id
    ]
    assert first.can_be_undone
    operation = undoing.operation_of_import(session, number)
    undone = undoing.undo(session, operation, keyring=keyring, source="", officer_id=officer)
    told = past_import(session, number)
    assert told.undoing is not None
    assert (told.undoing.who, told.undoing.is_undone) == ("Marie Duval", False)
    assert not told.can_be_undone
    undoing.undo(session, undone.undo_id, keyring=keyring, source="")
    session.expire_all()
    told = past_import(session, number)
    assert told.undoing is not None
    assert told.undoing.is_undone


def test_an_import_that_never_was_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="no import 7"):
        past_import(session, 7)
