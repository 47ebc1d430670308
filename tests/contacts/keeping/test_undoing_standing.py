"""The undo of an import keeps for whom somebody else has stood since, and says how many and why."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from mailer.contacts.history import operation
from mailer.contacts.importing import ImportReport, import_contacts
from mailer.contacts.keeping.telling import history_of
from mailer.contacts.keeping.telling.outcomes import left_in_words, undone_in_words
from mailer.contacts.keeping.undoing import Kept, Undone
from mailer.models import (
    Address,
    ContactChange,
    DeliveryStatus,
    Desk,
    Journalist,
    MediaListEntry,
    OperationKind,
    Outlet,
    Role,
)
from tests import factories
from tests.contacts.keeping.books import KEYRING, book, taken_back

HEADER = "email,given_name,family_name,desk,outlet,outlet_country,lists,city\n"
METTE = "mette@avisen.example,Mette,Lund,,Avisen,DK,Ports,\n"
BO = "bo@avisen.example,Bo,Friis,,Avisen,DK,Ports,\n"
DESK = "nyt@avisen.example,,,Nyheder,Avisen,DK,,\n"


class Files:
    """Imports text after text."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.path = session, folder / "contacts.csv"

    def take(self, *rows: str) -> int:
        return self.report(*rows).operation_id

    def report(self, *rows: str) -> ImportReport:
        self.path.write_text(HEADER + "".join(rows), encoding="utf-8")
        return import_contacts(self.session, self.path, keyring=KEYRING)


@pytest.fixture
def files(session: Session, tmp_path: Path) -> Files:
    return Files(session, tmp_path)


def _names(session: Session) -> list[str]:
    return sorted(session.exec(select(Journalist.given_name)))


def _whys(undone: Undone, subject: str) -> set[str]:
    return {one.why for one in undone.kept if one.subject == subject}


def _job(session: Session, name: str) -> tuple[Journalist, Role]:
    person = session.exec(select(Journalist).where(Journalist.given_name == name)).one()
    return person, session.exec(select(Role).where(Role.journalist_id == person.id)).one()


def test_whom_a_later_file_names_stays_with_her_job_and_her_list(
    session: Session, files: Files
) -> None:
    first = files.take(METTE, BO, DESK)
    assert files.report(METTE).counts["unchanged"] == 1
    undone = taken_back(session, first)
    assert _names(session) == ["Mette"]
    assert session.exec(select(Address.email)).all() == ["mette@avisen.example"]
    assert len(session.exec(select(MediaListEntry)).all()) == 1
    assert Kept("role", "a later import names it, too", 1) in undone.kept
    assert "kept 1 job, 1 entry of a list: a later import names it, too" in undone_in_words(undone)
    (later,) = {one.later.kind for one in undone.conflicts if one.later and one.subject == "role"}
    assert later == "import"


def test_when_the_later_file_is_taken_back_first_nobody_stays(
    session: Session, files: Files
) -> None:
    before = book(session)
    first, second = files.take(METTE, BO), files.take(METTE)
    taken_back(session, second)
    assert (taken_back(session, first).kept, book(session)) == ((), before)


def test_an_undo_that_takes_nothing_back_says_what_to_undo_first(
    session: Session, files: Files
) -> None:
    before = book(session)
    first, second = files.take(METTE), files.take(METTE, BO)
    undone = taken_back(session, first)
    assert (undone.is_done, _names(session)) == (False, ["Bo", "Mette"])
    told = undone_in_words(undone)
    assert told.startswith(f"nothing of import {first} (contacts.csv) can be taken back")
    assert f"take back import {second} (contacts.csv) first" in told
    taken_back(session, second)
    assert _names(session) == ["Mette"]
    assert (taken_back(session, first).kept, book(session)) == ((), before)


def test_what_an_undo_left_goes_once_the_later_file_is_taken_back(
    session: Session, files: Files
) -> None:
    before = book(session)
    first, second = files.take(METTE, BO), files.take(METTE)
    undone = taken_back(session, first)
    assert (undone.is_done, _names(session)) == (True, ["Mette"])
    told = undone_in_words(undone)
    assert f"import {first} (contacts.csv) is undone in part: taken away 1 person" in told
    assert f"undo import {first} once more for the rest" in told
    taken_back(session, second)
    again = taken_back(session, first)
    assert (again.conflict_count, book(session)) == (0, before)


def test_what_two_undos_took_comes_back_by_either(session: Session, files: Files) -> None:
    first, second = files.take(METTE, BO), files.take(METTE)
    part = taken_back(session, first)
    taken_back(session, second)
    rest = taken_back(session, first)
    taken_back(session, rest.undo_id)
    assert _names(session) == ["Mette"]
    taken_back(session, part.undo_id)
    assert _names(session) == ["Bo", "Mette"]


def test_whoever_was_mailed_stays_and_the_file_stands_for_nobody_else(
    session: Session, files: Files
) -> None:
    first, second = files.take(METTE), files.take(METTE, BO)
    person, job = _job(session, "Bo")
    sent = factories.distribution(session, factories.release(session, factories.office(session)))
    factories.delivery(
        session,
        sent,
        "bo@avisen.example",
        status=DeliveryStatus.SENT,
        address_id=job.address_id,
        journalist_id=person.id,
        role_id=job.id,
    )
    assert taken_back(session, second).is_done
    taken_back(session, first)
    assert _names(session) == ["Bo"]
    assert not taken_back(session, second).is_done


def test_what_stays_is_told_by_name_and_together(session: Session, files: Files) -> None:
    people = [f"p{n}@avisen.example,Per,No{n},,Avisen,DK,,\n" for n in range(8)]
    first, second = files.take(*people), files.take(*people, METTE)
    lines = list(left_in_words(taken_back(session, first)))
    jobs = "left alone: 8 jobs, Per No0 at Avisen, Per No1 at Avisen, Per No2 at Avisen"
    assert lines[0].startswith(jobs)
    told = f"and 3 more: a later import names it, too, by import {second} (contacts.csv"
    assert told in lines[0]
    assert "left alone: 8 addresses, p0@avisen.example" in "\n".join(lines)
    assert len(lines) < 5


def test_a_later_file_that_was_taken_back_and_again_counts(session: Session, files: Files) -> None:
    first, second = files.take(METTE, BO), files.take(METTE)
    taken_back(session, taken_back(session, second).undo_id)
    taken_back(session, first)
    assert _names(session) == ["Mette"]


def test_the_very_same_file_once_more_stands_for_nobody(session: Session, files: Files) -> None:
    before = book(session)
    first = files.take(METTE, BO, DESK)
    changes = len(session.exec(select(ContactChange)).all())
    files.take(METTE, BO, DESK)
    assert len(session.exec(select(ContactChange)).all()) == changes
    assert (taken_back(session, first).kept, book(session)) == ((), before)


def test_the_very_same_file_after_the_undo_of_its_undo_stands_for_nobody(
    session: Session, files: Files
) -> None:
    first = files.take(METTE)
    taken_back(session, taken_back(session, first).undo_id)
    changes = len(session.exec(select(ContactChange)).all())
    files.take(METTE)
    assert len(session.exec(select(ContactChange)).all()) == changes


def test_the_same_file_after_another_one_stands_for_nobody_either(
    session: Session, files: Files
) -> None:
    first = files.take(METTE)
    files.take(BO)
    files.take(METTE)
    taken_back(session, first)
    assert _names(session) == ["Bo"]


def test_a_desk_that_a_later_file_names_stays(session: Session, files: Files) -> None:
    first = files.take(METTE, DESK)
    files.take(DESK)
    undone = taken_back(session, first)
    assert (_names(session), session.exec(select(Desk.name)).all()) == ([], ["Nyheder"])
    assert _whys(undone, "desk") == {"a later import names it, too"}


def test_whom_somebody_changed_by_hand_stays_with_her_job(session: Session, files: Files) -> None:
    first = files.take(METTE, BO)
    person, _ = _job(session, "Mette")
    with operation(session, OperationKind.EDIT):
        person.city = "Ribe"
    undone = taken_back(session, first)
    assert _names(session) == ["Mette"]
    assert _whys(undone, "journalist") == {"was changed since"}
    assert _whys(undone, "role") == {"belongs to a person who was changed by hand since"}


def test_a_job_that_somebody_changed_stays_with_her(session: Session, files: Files) -> None:
    first = files.take(METTE, BO)
    _, job = _job(session, "Bo")
    with operation(session, OperationKind.EDIT):
        job.job_title = "Editor"
    assert _whys(taken_back(session, first), "role") == {"was changed since"}
    assert _names(session) == ["Bo"]


def test_a_change_that_was_taken_back_keeps_nobody(session: Session, files: Files) -> None:
    before = book(session)
    first = files.take(METTE)
    person, _ = _job(session, "Mette")
    with operation(session, OperationKind.EDIT) as edit:
        person.city = "Ribe"
    undone = taken_back(session, edit.id)
    assert (taken_back(session, first).kept, book(session)) == ((), before)
    assert undone.kept == ()


def test_an_outlet_that_somebody_changed_stays_without_anybody(
    session: Session, files: Files
) -> None:
    first = files.take(METTE)
    with operation(session, OperationKind.EDIT):
        session.exec(select(Outlet)).one().website = "https://avisen.example"
    undone = taken_back(session, first)
    assert undone.kept == (Kept("outlet", "was changed since", 1),)
    assert _names(session) == []


@pytest.mark.parametrize(
    ("status", "stays"),
    [
        (DeliveryStatus.SENT, True),
        (DeliveryStatus.PENDING, True),
        (DeliveryStatus.UNKNOWN, True),
        (DeliveryStatus.WITHHELD, False),
        (DeliveryStatus.CANCELLED, False),
    ],
)
def test_to_whom_a_message_went_stays(
    session: Session, files: Files, status: DeliveryStatus, *, stays: bool
) -> None:
    first = files.take(METTE, BO, DESK)
    person, job = _job(session, "Mette")
    sent = factories.distribution(session, factories.release(session, factories.office(session)))
    factories.delivery(
        session,
        sent,
        "mette@avisen.example",
        status=status,
        address_id=job.address_id,
        journalist_id=person.id,
        role_id=job.id,
    )
    undone = taken_back(session, first)
    assert _names(session) == (["Mette"] if stays else [])
    assert _whys(undone, "role") == ({"a message went there"} if stays else set())


def test_an_import_that_came_back_by_the_undo_of_its_undo_is_one(
    session: Session, files: Files
) -> None:
    first = files.take(METTE, BO)
    again = taken_back(session, taken_back(session, first).undo_id)
    session.expire_all()
    person, _ = _job(session, "Mette")
    with operation(session, OperationKind.EDIT):
        person.city = "Ribe"
    taken_back(session, again.undo_id)
    assert _names(session) == ["Mette"]


def test_the_history_tells_that_a_file_named_her_again(session: Session, files: Files) -> None:
    files.take(METTE)
    files.take(METTE, BO)
    latest, *_ = history_of(session, "mette@avisen.example")
    assert [change.words for change in latest.changes] == [
        "job at Avisen: named again on the list Ports",
        "job at Avisen: named again, with nothing new",
    ]
