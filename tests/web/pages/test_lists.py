"""Lists: all of them, one with its members and rules, a new one."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import database
from mailer.contacts import list_keeping
from mailer.models import ContactOperation, ListPurpose, MediaList, MediaListEntry, Role
from tests import factories
from tests.factories import NOW
from tests.web.filled_in import form
from tests.web.samples import Sample

PAGE = "/contacts/lists"
DESK, AMIRA = "redaktion@havnebladet.example", "amira@nahar.example"


@pytest.fixture
def ports(engine: sa.Engine, sample: Sample) -> int:
    """A press list on which nobody stands; its number."""
    with database.writing(engine) as session:
        made = list_keeping.make(session, "Ports", purpose=ListPurpose.PRESS, note="Harbours")
        return made.id or 0


def entries(engine: sa.Engine) -> list[MediaListEntry]:
    with Session(engine) as session:
        return list(session.exec(select(MediaListEntry)))


def operations(engine: sa.Engine) -> list[ContactOperation]:
    with Session(engine) as session:
        return list(session.exec(select(ContactOperation)))


def put_on(desk: TestClient, ports: int, addresses: str) -> Any:
    return desk.post(f"{PAGE}/{ports}/add", data={"addresses": addresses})


def test_a_job_that_has_ended_counts_no_more_and_one_that_ends_still_does(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    with database.writing(engine) as session:
        for name, day in (("Over", date(2026, 11, 1)), ("Ends", date(2026, 12, 24))):
            person = factories.journalist(session, family_name=name, ended_on=day)
            role = session.exec(select(Role).where(Role.journalist_id == person.id)).one()
            factories.on_list(session, "Ports", role)
    with time_machine.travel(NOW, tick=False):
        page = desk.get(f"{PAGE}/{ports}").text
    assert "ended on 1 November 2026: counts no more, unless the list is left out" in page
    assert "ends on 24 December 2026</span>" in page


def test_the_lists_stand_with_their_size_and_kind(desk: TestClient, ports: int) -> None:
    put_on(desk, ports, f"{DESK}\r\n{AMIRA}")
    desk.post(f"{PAGE}/{ports}/rule", data={"rule": "country:DK"})
    page = desk.get(PAGE).text
    assert f'href="{PAGE}/{ports}"' in page
    assert "Harbours" in page
    assert '<td class="end num">2<span class="sub">and whom its rules find</span></td>' in page
    assert "press" in page
    assert "Finds 1 address now." in desk.get(f"{PAGE}/{ports}").text


def test_no_list_is_said(desk: TestClient, sample: Sample) -> None:
    assert "No list yet" in desk.get(PAGE).text


def test_a_list_is_made_and_that_is_taken_back(desk: TestClient, engine: sa.Engine) -> None:
    sent = form(desk.get(f"{PAGE}/new").text, f"{PAGE}/new") | {"name": " Our  house "}
    answer = desk.post(f"{PAGE}/new", data=sent | {"purpose": "internal", "note": "Spokespeople"})
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"]).text
    assert "Our house" in page
    assert "internal" in page
    assert "Add the rule" not in page  # a rule would bring the press in
    number = answer.headers["Location"].partition("done=")[2]
    desk.post(f"{PAGE}/undo/{number}")
    with Session(engine) as session:
        assert session.exec(select(MediaList)).all() == []


@pytest.mark.parametrize(
    ("typed", "field", "status"),
    [
        ({"name": " "}, "name", 400),
        ({"name": "ports"}, "name", 409),
        ({"name": "New", "purpose": "secret"}, "purpose", 400),
    ],
)
def test_what_is_wrong_with_a_new_list_stands_beside_it(
    desk: TestClient,
    engine: sa.Engine,
    ports: int,
    typed: dict[str, str],
    field: str,
    status: int,
) -> None:
    answer = desk.post(f"{PAGE}/new", data=typed | {"note": "kept"})
    assert answer.status_code == status
    assert f'id="{field}-error"' in answer.text
    assert 'value="kept"' in answer.text
    assert operations(engine) == []


def test_contacts_are_put_on_and_taken_off(desk: TestClient, engine: sa.Engine, ports: int) -> None:
    answer = put_on(desk, ports, f"{DESK}, {AMIRA.upper()};")
    page = desk.get(answer.headers["Location"]).text
    assert "Amira Haddad" in page
    assert "Redaktionen" in page
    assert "contacts added" in page
    assert 'href="/contacts/people/1"' in page
    assert 'href="/contacts/desks/1"' in page
    first = entries(engine)[0]
    gone = desk.post(f"{PAGE}/{ports}/entries/{first.id}/remove")
    assert len(entries(engine)) == 1
    desk.post(f"{PAGE}/undo/{gone.headers['Location'].partition('done=')[2]}")
    assert len(entries(engine)) == 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Type the addresses"),
        ("x@nowhere.example", "No contact has the address"),
        ("not an address", "is not an e-mail address"),
        (f"{DESK} x@nowhere.example", "No contact has the address"),
    ],
)
def test_a_stranger_is_not_put_on_and_what_was_typed_stays(
    desk: TestClient, engine: sa.Engine, ports: int, typed: str, told: str
) -> None:
    answer = put_on(desk, ports, typed)
    assert answer.status_code == 400
    assert told in answer.text
    assert 'aria-describedby="addresses-error addresses-hint"' in answer.text
    assert form(answer.text, f"{PAGE}/{ports}/add")["addresses"] == typed
    assert entries(engine) == []
    assert operations(engine) == []


def test_of_two_officers_the_second_puts_nobody_on_twice(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    assert put_on(desk, ports, DESK).status_code == 303
    again = put_on(desk, ports, DESK)
    assert again.status_code == 409
    assert "stands on the list already" in again.text
    assert len(operations(engine)) == 1


def test_of_two_officers_the_second_takes_nobody_off_twice(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    put_on(desk, ports, DESK)
    path = f"{PAGE}/{ports}/entries/{entries(engine)[0].id}/remove"
    assert "done=" in desk.post(path).headers["Location"]
    assert desk.post(path).headers["Location"] == f"{PAGE}/{ports}"
    assert len(operations(engine)) == 2


def test_an_entry_of_another_list_is_left_alone(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    put_on(desk, ports, DESK)
    with database.writing(engine) as session:
        other = list_keeping.make(session, "Other", purpose=ListPurpose.PRESS).id
    desk.post(f"{PAGE}/{other}/entries/{entries(engine)[0].id}/remove")
    assert len(entries(engine)) == 1


def test_a_rule_is_added_told_and_taken_off(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    answer = desk.post(f"{PAGE}/{ports}/rule", data={"rule": "country:dk"})
    page = desk.get(answer.headers["Location"]).text
    assert "country:DK" in page
    assert "whose market is Denmark" in page
    desk.post(f"{PAGE}/{ports}/entries/{entries(engine)[0].id}/remove")
    assert entries(engine) == []


@pytest.mark.parametrize("typed", ["", "contry:DK", "list:Ports", 'list:"Nobody knows it"'])
def test_a_rule_that_cannot_be_is_refused_beside_its_field(
    desk: TestClient, engine: sa.Engine, ports: int, typed: str
) -> None:
    answer = desk.post(f"{PAGE}/{ports}/rule", data={"rule": typed})
    assert answer.status_code == 400
    assert 'id="rule-error"' in answer.text
    assert entries(engine) == []


def test_a_list_that_another_rule_names_is_not_deleted(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    with database.writing(engine) as session:
        other = list_keeping.make(session, "Other", purpose=ListPurpose.PRESS).id
    desk.post(f"{PAGE}/{other}/rule", data={"rule": "list:Ports"})
    refused = desk.post(f"{PAGE}/{ports}/delete")
    assert refused.status_code == 409
    assert "take that rule off first" in refused.text
    assert desk.post(f"{PAGE}/{other}/delete").status_code == 303
    assert desk.post(f"{PAGE}/{ports}/delete").status_code == 303
    assert "No list yet" in desk.get(PAGE).text


def test_a_deleted_list_comes_back_with_its_members(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    put_on(desk, ports, DESK)
    location = desk.post(f"{PAGE}/{ports}/delete").headers["Location"]
    for path, sent in (("/add", {"addresses": DESK}), ("/rule", {"rule": "everyone"})):
        assert desk.post(f"{PAGE}/{ports}{path}", data=sent).status_code == 404
    assert desk.get(f"{PAGE}/{ports}").status_code == 404
    desk.post(f"{PAGE}/undo/{location.partition('done=')[2]}")
    assert "Redaktionen" in desk.get(f"{PAGE}/{ports}").text


def test_a_long_list_comes_page_by_page_and_nobody_twice(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    with database.writing(engine) as session:
        emails = [f"p{number}@press.example" for number in range(60)]
        for number, email in enumerate(emails):
            factories.journalist(session, email, family_name=f"Same{number:02}")
        list_keeping.add(session, "Ports", emails, today=NOW.date())
    first = desk.get(f"{PAGE}/{ports}").text
    after = first.partition("?after=")[2].partition('"')[0]
    second = desk.get(f"{PAGE}/{ports}", params={"after": after}).text
    shown = [number for number in range(60) if f"Same{number:02}" in first]
    rest = [number for number in range(60) if f"Same{number:02}" in second]
    assert (len(shown), len(rest)) == (50, 10)
    assert not set(shown) & set(rest)
    assert "First page" in second


@pytest.mark.parametrize("name", ["قائمة", "<b>Bold</b>", 'A "quoted" list', "new", "0" * 200])
def test_odd_names_of_lists_stand_isolated(desk: TestClient, sample: Sample, name: str) -> None:
    answer = desk.post(f"{PAGE}/new", data={"name": name})
    page = desk.get(answer.headers["Location"]).text
    assert "<b>" not in page
    assert desk.get(PAGE).text.count("<bdi>") >= 1


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/new", {"name": "Forged"}),
        ("/{}/add", {"addresses": DESK}),
        ("/{}/rule", {"rule": "everyone"}),
        ("/{}/delete", {}),
    ],
)
def test_a_form_of_another_site_changes_no_list(
    desk: TestClient, ports: int, all_rows: Any, path: str, sent: dict[str, str]
) -> None:
    before = all_rows()
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert desk.post(PAGE + path.format(ports), data=sent, headers=headers).status_code == 403
    assert all_rows() == before


def test_looking_changes_no_list(desk: TestClient, ports: int, all_rows: Any) -> None:
    before = all_rows()
    for path in ("", "/new", f"/{ports}"):
        assert desk.get(PAGE + path).status_code == 200
    assert all_rows() == before


def test_a_list_is_renamed_its_rules_follow_and_that_is_taken_back(
    desk: TestClient, engine: sa.Engine, ports: int
) -> None:
    with database.writing(engine) as session:
        other = list_keeping.make(session, "Other", purpose=ListPurpose.PRESS).id
    desk.post(f"{PAGE}/{other}/rule", data={"rule": "list:Ports"})
    path = f"{PAGE}/{ports}/rename"
    sent = form(desk.get(f"{PAGE}/{ports}").text, path)
    assert sent == {"name": "Ports"}
    assert desk.post(path, data=sent).headers["Location"] == f"{PAGE}/{ports}"
    answer = desk.post(path, data={"name": " The harbours"})
    page = desk.get(answer.headers["Location"]).text
    assert "<h1><bdi>The harbours</bdi></h1>" in page
    assert "the list Ports is called The harbours now; 1 rule names it so, too" in page
    assert [row.criteria for row in entries(engine)] == ['list:"The harbours"']
    desk.post(f"{PAGE}/undo/{answer.headers['Location'].partition('done=')[2]}")
    assert [row.criteria for row in entries(engine)] == ["list:Ports"]
    assert "<h1><bdi>Ports</bdi></h1>" in desk.get(f"{PAGE}/{ports}").text


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [("", 400, "A list needs a name"), ("other", 409, "There is a list &#39;Other&#39; already")],
)
def test_a_name_that_cannot_be_stands_beside_its_field(
    desk: TestClient, engine: sa.Engine, ports: int, typed: str, status: int, told: str
) -> None:
    with database.writing(engine) as session:
        list_keeping.make(session, "Other", purpose=ListPurpose.PRESS)
    answer = desk.post(f"{PAGE}/{ports}/rename", data={"name": typed})
    assert (answer.status_code, told in answer.text) == (status, True)
    assert 'aria-describedby="name-error name-hint"' in answer.text
    assert '<details class="sure" open>' in answer.text
    assert form(answer.text, f"{PAGE}/{ports}/rename")["name"] == typed
    assert "<h1><bdi>Ports</bdi></h1>" in answer.text
    assert operations(engine) == []
