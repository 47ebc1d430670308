"""What a person may ask of us, on the pages."""

from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import database
from mailer.models import (
    ContactOperation,
    Desk,
    Journalist,
    Suppression,
    SuppressionReason,
)
from mailer.privacy import erasing
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.web.filled_in import form
from tests.web.pages.karen import Known


@pytest.fixture(autouse=True)
def _still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_all_that_we_hold_is_taken_along_as_files(desk: TestClient, karen: Known) -> None:
    document = desk.get(f"{karen.path}/record.json")
    assert document.headers["Content-Disposition"].startswith("attachment")
    assert document.json()["records"][0]["given_name"] == "Karen"
    readable = desk.get(f"{karen.path}/record.html")
    assert "What we hold about you" in readable.text
    assert readable.headers["Cache-Control"] == "no-store"


def test_an_erasure_is_told_first_and_changes_nothing(
    desk: TestClient, karen: Known, all_rows: Any
) -> None:
    before = all_rows()
    assert 'id="note-error"' in desk.post(f"{karen.path}/erase/review", data={"note": " "}).text
    page = desk.post(f"{karen.path}/erase/review", data={"note": "by mail on Monday"}).text
    assert f"Would forget: Karen Holm ({karen.number})" in page
    assert "ddresses refused from now on, by a keyed hash: 1" in page
    assert all_rows() == before


def test_only_the_typed_name_erases_and_then_she_is_gone(
    desk: TestClient, engine: sa.Engine, karen: Known, all_rows: Any
) -> None:
    review = desk.post(f"{karen.path}/erase/review", data={"note": "by mail"}).text
    sent = form(review, f"{karen.path}/erase")
    before = all_rows()
    wrong = desk.post(f"{karen.path}/erase", data=sent | {"confirm": "Karen"})
    assert wrong.status_code == 400
    assert 'id="confirm-error"' in wrong.text
    assert all_rows() == before
    answer = desk.post(f"{karen.path}/erase", data=sent | {"confirm": " karen  holm"})
    assert answer.status_code == 200
    assert "Forgotten: Karen Holm" in answer.text
    with Session(engine) as session:
        assert session.get(Journalist, karen.number) is None
        assert session.exec(select(Suppression.reason)).all() == [SuppressionReason.ERASED]
        operation = session.exec(select(ContactOperation)).one()
        assert operation.officer_id is not None
    assert desk.get(karen.path).status_code == 404


def test_a_contact_that_was_erased_meanwhile_is_not_brought_back(
    desk: TestClient, engine: sa.Engine, karen: Known, keyring: Keyring, all_rows: Any
) -> None:
    path = f"{karen.path}/edit"
    opened = form(desk.get(path).text, path)
    with database.writing(engine) as session:
        erasing.erase(
            session, str(karen.number), keyring=keyring, note="asked", source="test", now=NOW
        )
    before = all_rows()
    for address, sent in (
        (path, opened | {"city": "Odense"}),
        (f"{karen.path}/jobs/{karen.role_id}/move", {"to": "freelance"}),
        (f"{karen.path}/jobs/{karen.role_id}/edit", {"beats": "crime"}),
        (f"{karen.path}/erase/review", {"note": "again"}),
        (f"{karen.path}/erase", {"note": "again", "confirm": "Karen Holm"}),
    ):
        answer = desk.post(address, data=sent)
        assert answer.status_code == 404
        assert "merged or erased" in answer.text
        assert "Holm" not in answer.text
    assert desk.get(f"{karen.path}/record.json").status_code == 404
    assert all_rows() == before


def test_a_desk_whose_address_a_person_reads_is_not_erased_instead_of_her(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    with database.writing(engine) as session:
        factories.journalist(session, "redaktion@havnebladet.example")
    assert "People read redaktion@havnebladet.example" in desk.get("/contacts/desks/1/privacy").text
    answer = desk.post("/contacts/desks/1/erase", data={"note": "x", "confirm": "1"})
    assert answer.status_code == 409
    with Session(engine) as session:
        assert session.get(Desk, 1) is not None
