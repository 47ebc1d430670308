"""A contact is corrected, and a change is taken back."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import clock, database
from mailer.contacts.keeping import editing
from mailer.models import (
    ContactOperation,
    Desk,
    Journalist,
    OperationKind,
    Role,
)
from tests import factories
from tests.factories import NOW
from tests.web.filled_in import form
from tests.web.pages.karen import Known, row_of, save


@pytest.fixture(autouse=True)
def _still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_field_is_corrected_and_the_history_says_who_and_what_before(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    answer = save(desk, karen, languages="da, en", city="Odense")
    assert answer.status_code == 303
    row = row_of(engine, karen)
    assert (row.languages, row.city) == (["da", "en"], "Odense")
    page = desk.get(answer.headers["Location"]).text
    assert "notice-good" in page
    assert "languages: <bdi>da</bdi> → <bdi>da, en</bdi>" in page
    assert "marie@harbour.example" in page


def test_nothing_typed_changes_nothing(desk: TestClient, engine: sa.Engine, karen: Known) -> None:
    before = row_of(engine, karen)
    answer = save(desk, karen)
    assert answer.headers["Location"] == karen.path
    assert row_of(engine, karen) == before
    with Session(engine) as session:
        assert session.exec(select(ContactOperation)).all() == []


def test_all_mistakes_stand_beside_their_fields_and_what_was_typed_stays(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    answer = save(desk, karen, languages="xyzzy", zone="Mars/Olympus", city="Odense")
    assert answer.status_code == 400
    assert 'id="languages-error"' in answer.text
    assert 'id="zone-error"' in answer.text
    assert 'aria-describedby="zone-error zone-hint"' in answer.text
    typed = form(answer.text, f"{karen.path}/edit")
    assert (typed["languages"], typed["zone"], typed["city"]) == (
        "xyzzy",
        "Mars/Olympus",
        "Odense",
    )
    assert row_of(engine, karen).city == ""


def test_flags_and_wishes_are_ticked_and_taken_off(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    save(desk, karen, do_not_contact="yes", paused_until="2026-12-24T08:00", quiet_from="19:00")
    row = row_of(engine, karen)
    assert row.do_not_contact
    # By the clock of the office, which is in Luxembourg.
    assert row.paused_until == datetime(2026, 12, 24, 7, tzinfo=UTC)
    path = f"{karen.path}/edit"
    sent = form(desk.get(path).text, path)
    del sent["do_not_contact"]
    desk.post(path, data=sent | {"paused_until": ""})
    row = row_of(engine, karen)
    assert (row.do_not_contact, row.paused_until, row.quiet_from) == (False, None, "19:00")


def test_a_pause_is_told_in_one_form_and_by_the_office_s_clock(
    desk: TestClient, karen: Known
) -> None:
    save(desk, karen, paused_until="2027-01-15T00:00")
    path = f"{karen.path}/edit"
    assert form(desk.get(path).text, path)["paused_until"] == "2027-01-15T00:00"
    page = desk.get(karen.path).text
    # The wish, the reason why nothing is sent, and the history.
    assert page.count("2027-01-15 00:00 (Europe/Luxembourg)") == 3
    assert "+00:00 <" not in page
    assert "UTC." not in page


def test_a_job_s_phone_and_the_person_s_own_are_two(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    save(desk, karen, **{"person.phone": "+45 99 00 00 21"})
    path = f"{karen.path}/jobs/{karen.role_id}/edit"
    desk.post(path, data=form(desk.get(path).text, path) | {"phone": "+45 99 00 00 22"})
    assert row_of(engine, karen).phone == "+45 99 00 00 21"
    with Session(engine) as session:
        assert session.get_one(Role, karen.role_id).phone == "+45 99 00 00 22"
    page = desk.get(karen.path).text
    assert "<dt>Own phone</dt><dd><bdi>+45 99 00 00 21</bdi>" in page
    assert "Phone <bdi>+45 99 00 00 22</bdi>" in page


def test_a_wish_for_a_topic_that_nothing_has_stands_beside_its_field(
    desk: TestClient, karen: Known
) -> None:
    answer = save(desk, karen, topics="politcs", kinds="relase")
    assert answer.status_code == 400
    assert "did you mean &#39;politics&#39;?" in answer.text
    assert "did you mean &#39;release&#39;?" in answer.text
    assert 'id="topics-error"' in answer.text


def test_a_note_keeps_its_lines(desk: TestClient, engine: sa.Engine, karen: Known) -> None:
    save(desk, karen, private_note="One.\r\nTwo.\r\n\r\nThree.")
    assert row_of(engine, karen).private_note == "One.\nTwo.\n\nThree."


def test_what_says_nothing_clears_a_field(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    save(desk, karen, city="Odense")
    assert save(desk, karen, city="n/a").status_code == 303
    assert row_of(engine, karen).city == ""


def test_the_second_of_two_officers_is_told_before_he_writes_over_the_first(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    path = f"{karen.path}/edit"
    opened = form(desk.get(path).text, path)
    with database.writing(engine) as session:
        person = session.get_one(Journalist, karen.number)
        editing.edit(session, (person,), {"city": "Aarhus", "zone": "Europe/Oslo"}, source="test")
    answer = desk.post(path, data=opened | {"city": "Odense", "title": "Dr."})
    assert answer.status_code == 409
    assert "Meanwhile a colleague has put Aarhus here" in answer.text
    row = row_of(engine, karen)
    assert (row.city, row.title) == ("Aarhus", "")
    # Saved again it is meant; what nobody typed stays as the colleague left it.
    assert desk.post(path, data=form(answer.text, path)).status_code == 303
    row = row_of(engine, karen)
    assert (row.city, row.title, row.zone) == ("Odense", "Dr.", "Europe/Oslo")


def test_two_officers_with_different_fields_do_not_disturb_each_other(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    path = f"{karen.path}/edit"
    opened = form(desk.get(path).text, path)
    save(desk, karen, zone="Europe/Oslo")
    assert desk.post(path, data=opened | {"city": "Odense"}).status_code == 303
    row = row_of(engine, karen)
    assert (row.city, row.zone) == ("Odense", "Europe/Oslo")


@pytest.mark.parametrize("seen", ["", "no json", "[1]", "null", '{"city": {"a": 1}}'])
def test_a_form_with_a_damaged_memory_is_read_all_the_same(
    desk: TestClient, engine: sa.Engine, karen: Known, seen: str
) -> None:
    path = f"{karen.path}/edit"
    sent = form(desk.get(path).text, path) | {"seen": seen, "title": "Dr."}
    assert desk.post(path, data=sent).status_code in (303, 409)


@pytest.mark.parametrize("seen", ["[" * 100_000, '{"a":' * 50_000])
def test_a_memory_that_no_form_of_ours_has_is_refused(
    desk: TestClient, karen: Known, seen: str
) -> None:
    for path in (f"{karen.path}/edit", f"{karen.path}/jobs/{karen.role_id}/edit"):
        sent = form(desk.get(path).text, path) | {"seen": seen}
        answer = desk.post(path, data=sent)
        assert answer.status_code == 400
        assert "The form came back damaged: open the page once more" in answer.text


def test_a_job_and_a_desk_are_corrected_too(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    path = f"{karen.path}/jobs/{karen.role_id}/edit"
    desk.post(path, data=form(desk.get(path).text, path) | {"beats": "politics, health"})
    path = "/contacts/desks/1/edit"
    desk.post(path, data=form(desk.get(path).text, path) | {"name": "Nyhederne"})
    with Session(engine) as session:
        assert session.get_one(Role, karen.role_id).beats == ["politics", "health"]
        assert session.get_one(Desk, 1).name == "Nyhederne"


def test_a_change_is_taken_back_and_that_too(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    location = save(desk, karen, city="Odense").headers["Location"]
    number = location.partition("done=")[2]
    answer = desk.post(f"{karen.path}/undo/{number}")
    assert row_of(engine, karen).city == ""
    page = desk.get(answer.headers["Location"]).text
    assert "Taken back: undoes edit" in page
    back = answer.headers["Location"].partition("done=")[2]
    desk.post(f"{karen.path}/undo/{back}")
    assert row_of(engine, karen).city == "Odense"


def test_of_two_officers_one_takes_it_back(desk: TestClient, karen: Known) -> None:
    number = save(desk, karen, city="Odense").headers["Location"].partition("done=")[2]
    assert desk.post(f"{karen.path}/undo/{number}").status_code == 303
    again = desk.post(f"{karen.path}/undo/{number}")
    assert again.status_code == 409
    assert "was undone by operation" in again.text


def test_what_changed_since_is_left_and_told(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    number = save(desk, karen, city="Odense", title="Dr.").headers["Location"].partition("=")[2]
    save(desk, karen, city="Aarhus")
    answer = desk.post(f"{karen.path}/undo/{number}")
    assert answer.status_code == 200
    assert "Left alone: Karen Holm, city: Aarhus: was changed since" in answer.text
    assert "city: Aarhus" in answer.text
    row = row_of(engine, karen)
    assert (row.city, row.title) == ("Aarhus", "")


@pytest.mark.parametrize("kind", [OperationKind.IMPORT, OperationKind.OWNER, OperationKind.ERASURE])
def test_a_whole_import_or_her_own_wish_is_not_taken_back_here(
    desk: TestClient, engine: sa.Engine, karen: Known, kind: OperationKind
) -> None:
    with database.writing(engine) as session:
        done = factories.saved(session, ContactOperation(kind=kind, done_at=clock.now()))
        number = done.id
    answer = desk.post(f"{karen.path}/undo/{number}")
    assert answer.status_code == 409
    assert "is not taken back here" in answer.text
    assert desk.post(f"{karen.path}/undo/999").status_code == 404
