"""What happened to a contact, in words: who, when, and what stood there before."""

import pytest
from sqlmodel import Session, select

from mailer.contacts.history import operation
from mailer.contacts.keeping.editing import edit
from mailer.contacts.keeping.telling import OperationTold, history_of
from mailer.contacts.keeping.telling.outcomes import edited_in_words
from mailer.errors import BadInput, NotFound
from mailer.models import MediaListEntry, OfficerRole, OperationKind, PressOfficer
from tests import factories
from tests.contacts.keeping.books import job_of, taken_back

EMAIL = "mette@avisen.example"


def _words(told: OperationTold) -> list[str]:
    return [change.words for change in told.changes]


def test_person_job_and_lists_are_told_the_latest_first(session: Session) -> None:
    piotr = factories.saved(
        session,
        PressOfficer(
            email="piotr@harbour.example",
            name="Piotr",
            role=next(iter(OfficerRole)),
            password_hash="",
            created_at=factories.NOW,
        ),
    )
    paper, radio = factories.outlet(session, "Avisen"), factories.outlet(session, "Radio")
    person = factories.journalist(session, EMAIL, outlet=paper, family_name="Lund")
    role = job_of(session, person).role
    with operation(
        session, OperationKind.IMPORT, source="contacts.csv", officer_id=piotr.id
    ) as recording:
        recording.told_by(person, 7)
        person.languages, person.do_not_contact = ["da", "en"], True
    with operation(session, OperationKind.EDIT, source="page"):
        role.outlet_id = radio.id
        factories.on_list(session, "Ports", role)
    latest, first = history_of(session, "Mette@Avisen.example")
    assert (first.kind, first.source, first.who) == ("import", "contacts.csv", piotr.email)
    assert _words(first) == ["Karen Lund: languages: da → da, en, do not contact: no → yes"]
    (change,) = first.changes
    assert (change.file_row, change.before["languages"]) == (7, ["da"])
    assert [(said.field, said.before, said.after) for said in change.fields][1] == (
        "do not contact",
        "no",
        "yes",
    )
    assert set(_words(latest)) == {
        "Reporter at Radio: outlet: Avisen → Radio",
        "Reporter at Radio: put on the list Ports",
    }


def test_what_is_gone_is_told_too(session: Session) -> None:
    with operation(session, OperationKind.IMPORT, source="x.csv") as recording:
        person = factories.journalist(session, EMAIL, family_name="Lund")
        factories.on_list(session, "Ports", job_of(session, person).role)
    taken_back(session, recording.id)
    undone, done = history_of(session, EMAIL)
    assert (done.undone_by_id, undone.kind) == (undone.operation_id, "undo")
    assert "Karen Lund: removed" in _words(undone)
    assert "Reporter at freelance: taken off the list Ports" in _words(undone)


def test_without_memory_only_what_is_there_is_told(session: Session) -> None:
    person = factories.journalist(session, "karen@x.example")
    factories.on_list(session, "Ports", job_of(session, person).role)
    entry = session.exec(select(MediaListEntry)).one()
    with operation(session, OperationKind.EDIT, note="taken off"):
        session.delete(entry)
        session.flush()
    with operation(session, OperationKind.EDIT, note="moved house"):
        person.city = "Ribe"
    number = str(person.id)
    assert [one.note for one in history_of(session, number)] == ["moved house", "taken off"]
    assert [one.note for one in history_of(session, number, remembers=False)] == ["moved house"]


def test_a_desk_has_a_history(session: Session) -> None:
    desk = factories.desk(session, "redaktion@avisen.example")
    with operation(session, OperationKind.EDIT):
        desk.name = "Udland"
    (told,) = history_of(session, "redaktion@avisen.example")
    assert _words(told) == ["desk Udland at Havnebladet: name: Redaktionen → Udland"]


def test_the_history_of_others_is_not_told(session: Session) -> None:
    factories.journalist(session, EMAIL)
    with operation(session, OperationKind.EDIT):
        other = factories.journalist(session, "other@avisen.example")
        factories.on_list(session, "Ports", job_of(session, other).role)
    session.delete(session.exec(select(MediaListEntry)).one())
    session.flush()
    assert history_of(session, EMAIL) == []


def test_an_address_that_we_never_knew_is_told(session: Session) -> None:
    with pytest.raises(NotFound, match="nobody is known"):
        history_of(session, EMAIL)
    with pytest.raises(NotFound):
        history_of(session, "7")
    with pytest.raises(BadInput):
        history_of(session, "nobody")


def test_times_are_told_by_the_office_s_clock(session: Session) -> None:
    factories.office(session, zone="Europe/Luxembourg")
    person = factories.journalist(session, EMAIL, family_name="Lund")
    edited = edit(session, (person,), {"paused_until": "2027-01-15"}, source="test")
    told = "nothing → 2027-01-15 00:00 (Europe/Luxembourg)"
    (operation_told,) = history_of(session, EMAIL)
    assert _words(operation_told) == [f"Karen Lund: paused until: {told}"]
    assert operation_told.changes[0].after["paused_until"] == "2027-01-14T23:00:00+00:00"
    lines = edited_in_words(edited.changes, zone="Europe/Luxembourg")
    assert list(lines) == [f"paused_until: {told.replace('→', 'becomes')}"]


def test_what_a_change_says_is_told_apart_so_that_each_name_runs_its_own_way(
    session: Session,
) -> None:
    person = factories.journalist(session, EMAIL, given_name="محمد", family_name="العلي")
    with operation(session, OperationKind.EDIT, source="page"):
        person.embargo_trusted = True
        factories.on_list(session, "الموانئ", job_of(session, person).role)
    (told,) = history_of(session, EMAIL)
    parts = {(one.called, one.verb, one.name, bool(one.fields)) for one in told.changes}
    assert parts == {
        ("محمد العلي", "", "", True),
        ("Reporter at freelance", "put on the list", "الموانئ", False),
    }
