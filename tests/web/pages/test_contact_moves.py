"""A contact moves to another outlet, a job ends, a desk closes."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer import database
from mailer.contacts import suppressions
from mailer.models import (
    Address,
    AddressState,
    Desk,
    MediaListEntry,
    Outlet,
    Role,
    SuppressionReason,
)
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.web.filled_in import form
from tests.web.pages.karen import Known


@pytest.fixture(autouse=True)
def _still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def move(desk: TestClient, karen: Known, **typed: str) -> Any:
    path = f"{karen.path}/jobs/{karen.role_id}/move"
    return desk.post(path, data=form(desk.get(path).text, path) | typed)


def test_she_moves_and_the_lists_stay_with_the_job(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    answer = move(desk, karen, to="havnebladet", email="kh@havn.example", job_title="Editor")
    page = desk.get(answer.headers["Location"]).text
    assert "Moved: Karen Holm goes from Dagens Nyt to Havnebladet" in page
    assert "ended on 24 November 2026" in page
    assert "kh@havn.example" in page
    with Session(engine) as session:
        entries = session.exec(select(MediaListEntry.role_id)).all()
    assert entries == [karen.role_id]


def test_the_lists_of_a_job_that_has_ended_are_marked(desk: TestClient, karen: Known) -> None:
    assert "On the lists" in desk.get(karen.path).text
    answer = move(desk, karen, to="havnebladet", email="kh@havn.example")
    page = desk.get(answer.headers["Location"]).text
    assert "On the lists" not in page
    assert "Counts no more, unless they are left out with a minus, on the lists" in page


def test_an_unknown_outlet_names_the_nearest_and_the_box(
    desk: TestClient, engine: sa.Engine, karen: Known
) -> None:
    answer = move(desk, karen, to="Havnebladett", job_title="Editor")
    assert answer.status_code == 400
    assert "did you mean &#39;Havnebladet&#39;?" in answer.text
    assert "tick the box" in answer.text
    assert "--new-outlet" not in answer.text
    path = f"{karen.path}/jobs/{karen.role_id}/move"
    assert form(answer.text, path)["job_title"] == "Editor"
    made = desk.post(
        path, data=form(answer.text, path) | {"new_outlet": "yes", "country": "Denmark"}
    )
    assert made.status_code == 303
    with Session(engine) as session:
        outlet = session.exec(select(Outlet).where(Outlet.name == "Havnebladett")).one()
    assert outlet.country == "DK"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"to": ""}, "to"),
        ({"to": "Twice"}, "country"),
        ({"to": "Twice", "country": "Narnia"}, "country"),
        ({"to": "freelance", "email": "no address"}, "email"),
        ({"to": "freelance", "on": "tomorrow"}, "on"),
        ({"becomes": "vanishes"}, "becomes"),
        ({"to": "freelance", "email": "gone@press.example"}, "email"),
    ],
)
def test_what_is_wrong_with_a_move_stands_beside_its_field(
    desk: TestClient,
    engine: sa.Engine,
    karen: Known,
    keyring: Keyring,
    all_rows: Any,
    typed: dict[str, str],
    field: str,
) -> None:
    with database.writing(engine) as session:
        factories.outlet(session, "Twice", country="DK")
        factories.outlet(session, "Twice", country="SE")
        suppressions.suppress(
            session,
            "gone@press.example",
            keyring=keyring,
            reason=SuppressionReason.ERASED,
            source="test",
        )
    before = all_rows()
    answer = move(desk, karen, **typed)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert all_rows() == before


def test_a_leave_goes_with_her_to_the_new_address(
    desk: TestClient, engine: sa.Engine, karen: Known, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        suppressions.suppress(
            session,
            "karen@dagens.example",
            keyring=keyring,
            reason=SuppressionReason.UNSUBSCRIBED,
            source="link",
        )
    move(desk, karen, to="freelance", email="new@press.example")
    with Session(engine) as session:
        address = session.exec(select(Address).where(Address.email == "new@press.example")).one()
    assert address.state is AddressState.SUPPRESSED


def test_a_job_only_ends(desk: TestClient, engine: sa.Engine, karen: Known) -> None:
    answer = move(desk, karen, becomes="ends", on="2026-11-01")
    assert answer.status_code == 303
    with Session(engine) as session:
        assert session.get_one(Role, karen.role_id).ended_on == date(2026, 11, 1)
    assert "No job now" in desk.get(karen.path).text


def test_the_second_of_two_officers_ends_no_job_twice(desk: TestClient, karen: Known) -> None:
    path = f"{karen.path}/jobs/{karen.role_id}/move"
    opened = form(desk.get(path).text, path)
    move(desk, karen, becomes="ends")
    answer = desk.post(path, data=opened | {"to": "freelance"})
    assert answer.status_code == 409
    assert "has ended on 2026-11-24 already" in answer.text


def test_a_job_of_somebody_else_is_none_of_hers(desk: TestClient, karen: Known) -> None:
    assert desk.get(f"/contacts/people/1/jobs/{karen.role_id}/move").status_code == 404
    assert desk.get(f"/contacts/people/1/jobs/{karen.role_id}/edit").status_code == 404


def test_a_desk_closes_once(desk: TestClient, engine: sa.Engine, karen: Known) -> None:
    path = "/contacts/desks/1/close"
    assert desk.post(path, data=form(desk.get(path).text, path)).status_code == 303
    with Session(engine) as session:
        assert session.get_one(Desk, 1).ended_on == NOW.date()
    again = desk.post(path, data={"on": ""})
    assert again.status_code == 400
    assert "was closed on 2026-11-24 already" in again.text
    assert desk.get(f"{karen.path}/close").status_code == 404
