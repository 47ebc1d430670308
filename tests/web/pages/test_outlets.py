"""Outlets: all of them, one with its people, and its fields."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import database
from mailer.contacts.keeping.outlets.correcting import correct
from mailer.models import ContactOperation, MediaType, Outlet
from tests import factories
from tests.web.filled_in import form
from tests.web.pages.karen import Known
from tests.web.samples import Sample

PAGE = "/contacts/outlets"


@pytest.fixture
def paper(engine: sa.Engine, karen: Known) -> int:
    """Dagens Nyt, where Karen Holm works; its number."""
    with Session(engine) as session:
        return session.exec(select(Outlet.id).where(Outlet.name == "Dagens Nyt")).one() or 0


def row_of(engine: sa.Engine, number: int) -> Outlet:
    with Session(engine) as session:
        return session.get_one(Outlet, number)


def save(desk: TestClient, paper: int, **typed: str) -> Any:
    """Open the form, type, and save."""
    path = f"{PAGE}/{paper}/edit"
    return desk.post(path, data=form(desk.get(path).text, path) | typed)


def operations(engine: sa.Engine) -> list[ContactOperation]:
    with Session(engine) as session:
        return list(session.exec(select(ContactOperation)))


def test_outlets_are_found_by_a_part_of_the_name(desk: TestClient, paper: int) -> None:
    page = desk.get(PAGE).text
    assert f'href="{PAGE}/{paper}"' in page
    assert "Havnebladet" in page
    found = desk.get(PAGE, params={"q": "dagens"}).text
    assert "Dagens Nyt" in found
    assert "Havnebladet" not in found
    assert "No outlet matches" in desk.get(PAGE, params={"q": "xyzzy"}).text


def test_many_outlets_come_page_by_page_and_none_twice(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        for number in range(60):
            factories.outlet(session, f"Paper {number // 2:02}")
    first = desk.get(PAGE, params={"q": "paper"}).text
    link = first.partition(f'href="{PAGE}?q=paper&amp;')[2].partition('"')[0]
    second = desk.get(f"{PAGE}?q=paper&{link.replace('&amp;', '&')}").text
    assert (first.count(f'href="{PAGE}/'), second.count(f'href="{PAGE}/')) == (50, 10)
    assert "First page" in second


def test_an_outlet_has_its_people_its_desks_and_what_it_is(
    desk: TestClient, engine: sa.Engine, karen: Known, paper: int
) -> None:
    with database.writing(engine) as session:
        at = session.get(Outlet, paper)
        factories.desk(session, "udland@dagens.example", name="Udland", outlet=at)
        for number in range(50):
            factories.journalist(session, family_name=f"Same{number:02}", outlet=at)
    page = desk.get(f"{PAGE}/{paper}").text
    assert f'href="{karen.path}"' in page
    assert "udland@dagens.example" in page
    assert '<span class="quiet num">51</span>' in page
    assert "Danish" in page
    assert "Same49" not in page
    assert "Same49" in desk.get(f"{PAGE}/{paper}?skip=50").text
    assert f'href="{PAGE}/{paper}"' in desk.get(karen.path).text


def test_an_outlet_is_renamed_and_the_history_says_who_and_what_before(
    desk: TestClient, engine: sa.Engine, paper: int
) -> None:
    answer = save(desk, paper, name="Dagens Nyheder", media_type="weekly", country="Norway")
    assert answer.status_code == 303
    row = row_of(engine, paper)
    assert (row.name, row.media_type, row.country) == ("Dagens Nyheder", MediaType.WEEKLY, "NO")
    page = desk.get(answer.headers["Location"]).text
    assert "notice-good" in page
    assert "Was called <bdi>Dagens Nyt</bdi>" in page
    assert "name: <bdi>Dagens Nyt</bdi> → <bdi>Dagens Nyheder</bdi>" in page
    assert "marie@harbour.example" in page
    assert "former_names" not in page
    number = answer.headers["Location"].partition("done=")[2]
    assert "name: <bdi>Dagens Nyt</bdi> →" in desk.get(f"{PAGE}/{paper}/history").text
    back = desk.post(f"{PAGE}/{paper}/undo/{number}")
    assert back.headers["Location"].startswith(f"{PAGE}/{paper}?done=")
    assert row_of(engine, paper).name == "Dagens Nyt"


def test_nothing_typed_changes_nothing(desk: TestClient, engine: sa.Engine, paper: int) -> None:
    assert save(desk, paper).headers["Location"] == f"{PAGE}/{paper}"
    assert operations(engine) == []


def test_all_mistakes_stand_beside_their_fields(
    desk: TestClient, engine: sa.Engine, paper: int
) -> None:
    answer = save(desk, paper, name=" ", zone="Mars", website="javascript:x", city="Ribe")
    assert answer.status_code == 400
    for field in ("name", "zone"):
        assert f'aria-describedby="{field}-error {field}-hint"' in answer.text
    assert 'aria-describedby="website-error ' in answer.text
    assert form(answer.text, f"{PAGE}/{paper}/edit")["city"] == "Ribe"
    assert row_of(engine, paper).city == "Aarhus"


def test_a_name_that_another_outlet_has_stands_beside_the_field(
    desk: TestClient, engine: sa.Engine, paper: int
) -> None:
    answer = save(desk, paper, name="havnebladet")
    assert answer.status_code == 409
    assert 'id="name-error"' in answer.text
    assert "in DK already" in answer.text
    assert form(answer.text, f"{PAGE}/{paper}/edit")["name"] == "havnebladet"
    assert row_of(engine, paper).name == "Dagens Nyt"
    assert operations(engine) == []


def test_a_colleague_who_was_faster_is_told_of(
    desk: TestClient, engine: sa.Engine, paper: int
) -> None:
    path = f"{PAGE}/{paper}/edit"
    opened = form(desk.get(path).text, path)
    with database.writing(engine) as session:
        correct(session, session.get_one(Outlet, paper), {"city": "Odense"}, source="test")
    assert desk.post(path, data=opened | {"website": "dagens.example"}).status_code == 303
    answer = desk.post(path, data=opened | {"city": "Ribe"})
    assert answer.status_code == 409
    assert "a colleague has put Odense here" in answer.text
    assert row_of(engine, paper).city == "Odense"


@pytest.mark.parametrize("name", ["<b>Bold</b>", "صحيفة", '"Quoted" & co'])
def test_odd_names_stand_isolated(desk: TestClient, paper: int, name: str) -> None:
    assert save(desk, paper, name=name, group_name=name).status_code == 303
    for path in ("", f"/{paper}", f"/{paper}/edit", f"/{paper}/history"):
        assert "<b>" not in desk.get(PAGE + path).text


def test_an_outlet_that_is_not_there_is_said(desk: TestClient, sample: Sample) -> None:
    for path in ("/999", "/999/edit", "/999/history"):
        answer = desk.get(PAGE + path)
        assert (answer.status_code, "no outlet 999" in answer.text) == (404, True)
    assert desk.post(f"{PAGE}/999/edit", data={"name": "X"}).status_code == 404


def test_looking_and_a_form_of_another_site_change_no_outlet(
    desk: TestClient, paper: int, all_rows: Any
) -> None:
    before = all_rows()
    for path in ("", f"/{paper}", f"/{paper}/edit", f"/{paper}/history"):
        assert desk.get(PAGE + path).status_code == 200
    forged = desk.post(
        f"{PAGE}/{paper}/edit", data={"name": "X"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert forged.status_code == 403
    assert all_rows() == before
