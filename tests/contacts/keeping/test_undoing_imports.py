"""Each field and row of the address book is after the undo of a file as it was before the file."""

from pathlib import Path

import pytest
from sqlmodel import Session

from mailer.contacts import suppressions
from mailer.contacts.importing import import_contacts
from mailer.contacts.keeping.undoing import Undone, operation_of_import
from mailer.models import SuppressionReason
from tests.contacts.keeping.books import KEYRING, book, taken_back

HEADER = "email,given_name,family_name,desk,outlet,outlet_country,beats,lists,languages,mobile\n"
FIRST = """\
mette@avisen.example,Mette,Lund,,Avisen,DK,ports,Ports,da,
redaktion@avisen.example,,,Redaktionen,Avisen,DK,crime,Ports,,
left@avisen.example,Bo,Friis,,Avisen,DK,crime,Ports,da,
"""
SECOND = """\
METTE@Avisen.example,Mette,Lund,,Avisen,DK,ports|crime,Ministers,da|en,+45 20 30 40 50
redaktion@avisen.example,,,Redaktionen,Avisen,DK,politics,Ministers,da,
mette@radio.example,Mette,Lund,,Radio,SE,ports,Ports,sv,
new@radio.example,Nils,Ek,,Radio,SE,ports,Ministers,sv,
"""


def _import(session: Session, folder: Path, text: str) -> int:
    file = folder / "contacts.csv"
    file.write_text(HEADER + text, encoding="utf-8")
    report = import_contacts(session, file, keyring=KEYRING)
    assert not report.unusable
    return report.import_id


def _undo(session: Session, import_id: int) -> Undone:
    return taken_back(session, operation_of_import(session, import_id))


@pytest.fixture
def _left(session: Session) -> None:
    suppressions.suppress(
        session,
        "left@avisen.example",
        keyring=KEYRING,
        reason=SuppressionReason.UNSUBSCRIBED,
        source="link",
    )


@pytest.mark.usefixtures("_left")
def test_two_files_are_undone_one_after_the_other(session: Session, tmp_path: Path) -> None:
    empty = book(session)
    first = _import(session, tmp_path, FIRST)
    between = book(session)
    second = _import(session, tmp_path, SECOND)
    after = book(session)
    assert after != between
    undone = _undo(session, second)
    assert (book(session), undone.conflicts) == (between, ())
    again = taken_back(session, undone.undo_id)
    assert (book(session), again.conflicts) == (after, ())
    taken_back(session, again.undo_id)
    assert (_undo(session, first).conflicts, book(session)) == ((), empty)


def test_the_same_file_comes_in_again_after_its_undo(session: Session, tmp_path: Path) -> None:
    first = _import(session, tmp_path, FIRST)
    _undo(session, first)
    assert _import(session, tmp_path, FIRST) != first
    assert len(book(session)["journalist"]) == 2


def test_what_the_second_file_built_upon_the_first_is_told(
    session: Session, tmp_path: Path
) -> None:
    first = _import(session, tmp_path, FIRST)
    _import(session, tmp_path, SECOND)
    undone = _undo(session, first)
    kept = {(one.subject, one.why) for one in undone.conflicts}
    assert ("media_list", "is named by an entry of a list that stays") in kept
    names = {row["family_name"] for row in book(session)["journalist"]}
    assert names == {"Lund", "Ek"}
